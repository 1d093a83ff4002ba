import {tryChangedFiles} from './mutated.js'
import {GRAPH_TARGETS} from './targets/graph.js'

tryChangedFiles('graph', GRAPH_TARGETS)

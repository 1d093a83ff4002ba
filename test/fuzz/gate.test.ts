import {tryChangedFiles} from './mutated.js'
import {GATE_TARGETS} from './targets/gate.js'

tryChangedFiles('gate', GATE_TARGETS)

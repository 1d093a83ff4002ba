import {tryChangedFiles} from './mutated.js'
import {DATA_TARGETS} from './targets/data.js'

tryChangedFiles('data', DATA_TARGETS)

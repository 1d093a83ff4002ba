import {tryChangedFiles} from './mutated.js'
import {OUTPUTS_TARGETS} from './targets/outputs.js'

tryChangedFiles('outputs', OUTPUTS_TARGETS)

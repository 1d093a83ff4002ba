import {tryChangedFiles} from './mutated.js'
import {CHECKPOINT_TARGETS} from './targets/checkpoint.js'

tryChangedFiles('checkpoint', CHECKPOINT_TARGETS)

import {tryChangedFiles} from './mutated.js'
import {REPORT_TARGETS} from './targets/report.js'

tryChangedFiles('report', REPORT_TARGETS)

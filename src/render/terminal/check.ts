import type {CheckReport} from '../../documents/reports.js'
import type {TerminalOptions} from './style.js'
import {verdictLines} from './verdict.js'

/** The result of check as text: how many inputs are accepted, and what that promises. Ends with a newline. */
export const checkText = (report: CheckReport, options: TerminalOptions): string =>
  verdictLines(report.verdict, options).join('\n') + '\n'

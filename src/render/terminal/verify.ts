import type {VerifyReport} from '../../documents/reports.js'
import type {TerminalOptions} from './style.js'
import {wrap} from './text.js'
import {verdictLines} from './verdict.js'

const SHOWN = 20

/** The result of verify as text: verdict, then what does not follow from the evidence. Ends with a newline. */
export function verifyText(report: VerifyReport, options: TerminalOptions): string {
  const {discrepancies} = report.metrics
  const shown = discrepancies
    .slice(0, SHOWN)
    .flatMap((sentence) => wrap(`✗ ${sentence}`, options.columns - 2, '  ').map((line) => `  ${line}`))
  const more = discrepancies.length > SHOWN ? [`  … and ${discrepancies.length - SHOWN} more`] : []
  return (
    [...verdictLines(report.verdict, options), ...(shown.length > 0 ? ['', ...shown, ...more] : [])].join('\n') + '\n'
  )
}

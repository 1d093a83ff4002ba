import type {DriftMetrics} from '../../drift/types.js'
import type {Report} from '../../frame/report.js'
import {meansTable, partsTable, sharesTable, tokensTable} from '../drift-view.js'
import type {TextTable} from '../evaluate-view.js'
import {palette, type TerminalOptions} from './style.js'
import {tableLines} from './table.js'
import {finish} from './text.js'
import {verdictLines} from './verdict.js'

/** The result of drift as text: verdict, certified shares and means, where it is, the tokens. Ends with a newline. */
export function driftText(report: Report<DriftMetrics>, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const {metrics} = report
  const section = (title: string, {head, rows}: TextTable, left: readonly number[] = [0]) => {
    if (rows.length === 0) return []
    const align = head.map((_, i): 'left' | 'right' => (left.includes(i) ? 'left' : 'right'))
    const [first, ...lines] = tableLines({head, rows, align}, options.columns - 2)
    return ['', paint.bold(title), `  ${paint.dim(first!)}`, ...lines.map((line) => `  ${line}`)]
  }
  return finish([
    ...verdictLines(report.verdict, options),
    ...section('How many positions change', sharesTable(metrics)),
    ...section('How much', meansTable(metrics)),
    ...section('Where in the text', partsTable(metrics.byPosition, 'part')),
    ...section('By entropy of the old model', partsTable(metrics.byEntropy, 'entropy')),
    ...section('Tokens that changed most', tokensTable(metrics, 8), [0, 2]),
  ])
}

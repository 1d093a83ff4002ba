import type {JudgeMetrics} from '../../judge/types.js'
import type {TextTable} from '../evaluate-view.js'
import {agreementTable, answersTable, positionTable, preferenceTable, winTable} from '../judge-view.js'
import type {Report} from '../../frame/report.js'
import {palette, type TerminalOptions} from './style.js'
import {tableLines} from './table.js'
import {finish} from './text.js'
import {verdictLines} from './verdict.js'

/** The result of judge as text: verdict, position bias, answers, win rates, agreement, effects. Ends with a newline. */
export function judgeText(report: Report<JudgeMetrics>, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const {metrics} = report
  const section = (title: string, {head, rows}: TextTable, texts = 1) => {
    if (rows.length === 0) return []
    const align = head.map((_, i): 'left' | 'right' => (i < texts ? 'left' : 'right'))
    const [first, ...lines] = tableLines(
      {head, rows, align, least: [Math.min(14, options.columns / 6)]},
      options.columns - 2,
    )
    return ['', paint.bold(title), `  ${paint.dim(first!)}`, ...lines.map((line) => `  ${line}`)]
  }
  return finish([
    ...verdictLines(report.verdict, options),
    ...section('Position: one comparison in every order', positionTable(metrics)),
    ...section('Answers', answersTable(metrics)),
    ...section('Who wins, with the place averaged out', winTable(metrics), 3),
    ...section('Agreement of judges', agreementTable(metrics)),
    ...section('Effects, as differences', preferenceTable(metrics)),
  ])
}

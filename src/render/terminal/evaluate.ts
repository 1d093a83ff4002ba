import type {EvaluateMetrics} from '../../evaluate/types.js'
import {curveTable, graphTable, methodTable, type TextTable} from '../evaluate-view.js'
import {count, plural} from '../format.js'
import type {Report} from '../../frame/report.js'
import {palette, type TerminalOptions} from './style.js'
import {tableLines} from './table.js'
import {finish, wrap} from './text.js'
import {verdictLines} from './verdict.js'

/** The result of evaluate as text: verdict, accuracies, rankings, accuracy by pruned share. Ends with a newline. */
export function evaluateText(report: Report<EvaluateMetrics>, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const {metrics} = report
  const section = (title: string, {head, rows}: TextTable, texts: number) => {
    const align = head.map((_, i): 'left' | 'right' => (i < texts ? 'left' : 'right'))
    const [first, ...lines] = tableLines({head, rows, align}, options.columns - 2)
    return ['', paint.bold(title), `  ${paint.dim(first!)}`, ...lines.map((line) => `  ${line}`)]
  }
  const lines = [
    ...verdictLines(report.verdict, options),
    ...section(`Accuracy of ${metrics.model} over ${plural(metrics.seeds, 'seed')}`, graphTable(metrics, count), 1),
  ]
  const methods = methodTable(metrics)
  if (methods.head.length > 2) {
    const about = wrap(rankingsText(metrics), options.columns - 2).map((line) => `  ${line}`)
    lines.push(...section('Rankings of the edges', methods, 2), '', ...about)
  }
  const curves = curveTable(metrics)
  if (curves.rows.length > 0)
    lines.push(...section(`Accuracy${metrics.targets === null ? '' : ' on targets'} by pruned share`, curves, 1))
  return finish(lines)
}

function rankingsText({adversarial, cut}: EvaluateMetrics): string {
  const known =
    adversarial === null ? 'No adversarial edge is known. ' : `k = ${count(adversarial)} adversarial edges are known. `
  return `${known}Accuracies are those after pruning ${plural(cut.pruned, 'edge')} by each.`
}

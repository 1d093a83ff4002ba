import {accuracyTable, epochTable, someEpochs, volatilityTable} from '../harden-view.js'
import type {TextTable} from '../evaluate-view.js'
import {count, plural} from '../format.js'
import type {HardenReport} from '../../documents/reports.js'
import {palette, type TerminalOptions} from './style.js'
import {tableLines} from './table.js'
import {finish, wrap} from './text.js'
import {verdictLines} from './verdict.js'

const EPOCHS_SHOWN = 12

/** The result of harden as text: verdict, accuracies, volatility, epochs. Ends with a newline. */
export function hardenText({metrics, verdict}: HardenReport, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const section = (title: string, {head, rows}: TextTable, texts: number) => {
    const align = head.map((_, i): 'left' | 'right' => (i < texts ? 'left' : 'right'))
    const [first, ...lines] = tableLines({head, rows, align}, options.columns - 2)
    return ['', paint.bold(title), `  ${paint.dim(first!)}`, ...lines.map((line) => `  ${line}`)]
  }
  const {epochs} = metrics
  const shown = someEpochs(metrics, EPOCHS_SHOWN)
  const about = `${count(metrics.parameters)} numbers trained on ${plural(metrics.rows.train, 'example')} with TensorFlow.js (${metrics.backend}); penalised: ${metrics.layers.join(', ')}.`
  return finish([
    ...verdictLines(verdict, options),
    ...section('What it is worth', accuracyTable(metrics), 1),
    ...section('Volatility of the layers', volatilityTable(metrics), 2),
    ...section(
      shown.length < epochs.length ? `Epochs (${shown.length} of ${epochs.length})` : 'Epochs',
      epochTable({...metrics, epochs: shown}),
      1,
    ),
    '',
    ...wrap(about, options.columns - 2).map((line) => `  ${line}`),
  ])
}

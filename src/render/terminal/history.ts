import {endsOf} from '../../documents/history.js'
import type {HistorySeries} from '../../documents/history-types.js'
import type {HistoryReport} from '../../documents/reports.js'
import {visible} from '../../frame/visible.js'
import {number, plural} from '../format.js'
import {palette, type TerminalOptions} from './style.js'
import {tableLines} from './table.js'
import {finish, wrap} from './text.js'
import {verdictLines} from './verdict.js'

const BARS = '▁▂▃▄▅▆▇█'
const SKIPPED = 20

/** Metrics over runs as text: a small picture of each, its first and last value; then what is not drawn. Ends with a newline. */
export function historyText({metrics, verdict}: HistoryReport, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const room = Math.max(8, Math.min(40, options.columns - 44))
  const groups = [...new Set(metrics.series.map(({group}) => group))]
  const tables = groups.flatMap((group) => {
    const own = metrics.series.filter((series) => series.group === group)
    const [head, ...lines] = tableLines(
      {
        head: ['metric', 'first to last', 'first', 'last', 'limit'],
        rows: own.map((series) => [
          series.metric,
          sparkline(series.values, room),
          ...endsOf(series.values).map((value) => number(value)),
          limitText(series),
        ]),
        align: ['left', 'left', 'right', 'right', 'right'],
        least: [12, 8],
      },
      options.columns - 2,
    )
    return ['', paint.bold(visible(group)), `  ${paint.dim(head!)}`, ...lines.map((line) => `  ${line}`)]
  })
  const {skipped, runs} = metrics
  const named = skipped
    .slice(0, SKIPPED)
    .flatMap(({run, path, reason}) =>
      wrap(`${run === null || run === path ? '' : `${run}, `}${path}: ${reason}`, options.columns - 4, '  ').map(
        (line) => `  ${line}`,
      ),
    )
  const more = skipped.length > SKIPPED ? [`  … and ${skipped.length - SKIPPED} more`] : []
  const [first, last] = [runs[0]!, runs.at(-1)!]
  const gaps = metrics.series.some(({values}) => values.includes(null))
  const span = `${first.name}${day(first.at)} to ${last.name}${day(last.at)}, ${plural(runs.length, 'run')}`
  return finish([
    ...verdictLines(verdict, options),
    ...tables,
    '',
    ...wrap(`${span}${gaps ? '; ×: a run without that number' : ''}`, options.columns - 2, '  ').map(
      (line) => `  ${line}`,
    ),
    ...(skipped.length === 0 ? [] : ['', paint.bold('Not drawn'), ...named, ...more]),
  ])
}

const day = (at: string | null) => (at === null ? '' : ` (${at.slice(0, 10)})`)

const limitText = ({limit, worse}: HistorySeries) =>
  limit === null ? '' : `${worse === 'lower' ? '≥' : '≤'} ${number(limit)}`

/** One sign a run, the last `room` of them: the higher, the larger the value; × where there is none. */
export function sparkline(values: readonly (number | null)[], room: number): string {
  const shown = values.slice(-room)
  const numbers = shown.filter((value) => value !== null)
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
  return shown
    .map((value) =>
      value === null
        ? '×'
        : high === low
          ? BARS[3]!
          : BARS[Math.min(BARS.length - 1, Math.floor(((value - low) / (high - low)) * BARS.length))]!,
    )
    .join('')
}

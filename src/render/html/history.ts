import {endsOf} from '../../documents/history.js'
import type {HistoryMetrics, HistorySeries} from '../../documents/history-types.js'
import type {HistoryReport} from '../../documents/reports.js'
import {number, plural} from '../format.js'
import {lineChart} from '../svg/line-chart.js'
import {linearScale} from '../svg/scale.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {page} from './page.js'
import type {Section} from './section.js'
import {dataTable, foldedTable} from './table.js'

/** Metrics of past reports over runs, a line picture each, as one self-contained HTML file. */
export function historyHtml(report: HistoryReport): string {
  const {runs, series, skipped} = report.metrics
  const groups = [...new Set(series.map(({group}) => group))]
  return page({
    report,
    figures: [
      {name: 'Runs', value: String(runs.length), detail: `${runs[0]!.name} to ${runs.at(-1)!.name}`},
      {name: 'Metrics', value: String(series.length), detail: plural(groups.length, 'subject')},
      {name: 'Not drawn', value: String(skipped.length), detail: 'files, named below'},
    ],
    first: series.length === 0 ? null : firstTable(series),
    sections: [
      ...groups.map((group, k): Section => {
        const own = series.filter((each) => each.group === group)
        return {id: `group-${k}`, title: group, body: [figures(own, runs, `g${k}`), valuesTable(own, runs)]}
      }),
      ...(skipped.length === 0 ? [] : [{id: 'skipped', title: 'Not drawn', body: skippedTable(skipped)}]),
    ],
  })
}

/** Metrics of the first screen. */
const FIRST = 10

function firstTable(series: readonly HistorySeries[]): Markup {
  return markup`<div class="look"><h2>First and last</h2>${dataTable({
    caption: 'What the first and the last run of each metric state',
    columns: [
      {title: 'of', kind: 'name'},
      {title: 'metric', kind: 'name'},
      {title: 'first', kind: 'number'},
      {title: 'last', kind: 'number'},
    ],
    rows: series
      .slice(0, FIRST)
      .map(({group, metric, values}) => [group, metric, ...endsOf(values).map((x) => number(x))]),
    fixed: true,
  })}</div>`
}

function figures(series: readonly HistorySeries[], runs: HistoryMetrics['runs'], id: string): Markup {
  return markup`<div class="panels">${series.map(
    (one, k) =>
      markup`<figure><figcaption><b>${one.metric}</b>${one.limit === null ? null : `, demanded ${limitOf(one)}`}</figcaption>${chart(one, runs, `${id}-${k}`)}</figure>`,
  )}</div>`
}

const limitOf = ({worse, limit}: HistorySeries) => `${worse === 'lower' ? '≥' : '≤'} ${number(limit!)}`

function chart(series: HistorySeries, runs: HistoryMetrics['runs'], id: string): Markup {
  const {metric, values, limit, group} = series
  const [first, last] = endsOf(values)
  const known = values.filter((value) => value !== null)
  const low = Math.min(...known, ...(limit === null ? [] : [limit]))
  const high = Math.max(...known, ...(limit === null ? [] : [limit]))
  const room = (high - low) * 0.08
  const end = Math.max(1, runs.length - 1)
  return lineChart({
    id,
    title: `${metric} of ${group}`,
    description: `${number(first)} in its first run, ${number(last)} in its last, between ${number(Math.min(...known))} and ${number(Math.max(...known))}${limit === null ? '' : `; demanded ${limitOf(series)}`}.`,
    width: 320,
    height: 220,
    x: (range) => ({
      scale: {...linearScale([0, end], range), ticks: ticksOf(end)},
      label:
        `${runs[0]!.name} to ${runs.at(-1)!.name}`.length <= 40 ? `${runs[0]!.name} to ${runs.at(-1)!.name}` : 'run',
      format: (x) => String(x + 1),
    }),
    y: (range) => ({scale: linearScale([low - room, high + room], range), label: metric, format: (y) => number(y)}),
    series: [
      ...(limit === null
        ? []
        : [
            {
              name: 'limit',
              style: 'tertiary' as const,
              plain: true,
              points: [
                {x: 0, y: limit},
                {x: end, y: limit},
              ],
            },
          ]),
      {name: metric, style: 'primary', points: values.map((y, x) => ({x, y}))},
    ],
  })
}

/** Whole runs only, at most six. */
function ticksOf(end: number): number[] {
  const step = Math.max(1, Math.ceil(end / 5))
  return Array.from({length: Math.floor(end / step) + 1}, (_, k) => k * step)
}

function valuesTable(series: readonly HistorySeries[], runs: HistoryMetrics['runs']): Markup {
  return foldedTable('The same in numbers', {
    caption: 'What the report of each run states',
    columns: [
      {title: 'run', kind: 'name'},
      {title: 'day', kind: 'word'},
      ...series.map(({metric}) => ({title: metric, kind: 'number' as const})),
    ],
    rows: runs.map(({name, at}, k): HtmlContent[] => [
      name,
      at?.slice(0, 10) ?? '–',
      ...series.map(({values}) => (values[k] === null ? '–' : number(values[k]!))),
    ]),
  })
}

const skippedTable = (skipped: HistoryMetrics['skipped']): Markup =>
  dataTable({
    caption: 'Files that were there and are not drawn',
    columns: [
      {title: 'file', kind: 'name'},
      {title: 'run', kind: 'word'},
      {title: 'why', kind: 'reason'},
    ],
    rows: skipped.map(({path, run, reason}) => [path, run === path ? '–' : (run ?? '–'), reason]),
  })

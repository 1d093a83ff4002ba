import type {Cell} from '../../certify/layer-types.js'
import {bestBound, type CellGrid, cellGrids, headlineGrid, STATUS_MEANING, tightest} from '../certify-view.js'
import {
  confidence,
  count,
  lossChange,
  number,
  orDash,
  percent,
  percentDown,
  percentUp,
  plural,
  radius,
} from '../format.js'
import {heatMap, type HeatCell} from '../svg/heat-map.js'
import {lineChart, lineLegend, type LinePoint, type LineSeries} from '../svg/line-chart.js'
import {linearScale, spreadScale} from '../svg/scale.js'
import type {CertifyMetrics} from '../../certify/types.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {type DataTable, foldedTable} from './table.js'

/** Upper ends of the colour steps of the heat map. */
const STEPS = [0.1, 0.25, 0.5, 0.75] as const
const STEP_NAMES = ['up to 10 %', 'up to 25 %', 'up to 50 %', 'up to 75 %', 'below 100 %']

const CURVES: Pick<LineSeries, 'name' | 'style'>[] = [
  {name: 'direct bound', style: 'primary'},
  {name: 'windowed bound', style: 'secondary'},
  {name: 'global bound', style: 'tertiary'},
  {name: 'observed in the sample (no certificate)', style: 'estimate'},
]

/** Heat map, curves and table of each η: the headline η open, the others folded. */
export function bounds(metrics: CertifyMetrics): HtmlContent {
  const grids = cellGrids(metrics)
  const headline = headlineGrid(grids)
  if (headline === null) return markup`<p>No bounds were asked for.</p>`
  const others = grids.filter((grid) => grid !== headline)
  return markup`<p class="lead">A random pair of inputs is close when its distance in a layer is at most δ, and unstable when its losses differ by at least η. Each bound is an upper limit on the share of close pairs that are unstable. Smaller is better.</p>
<h3>${gridTitle(headline)}</h3>${gridBody(headline, metrics)}
${others.map((grid) => markup`<details class="group"><summary><h3>${gridTitle(grid)}</h3></summary>${gridBody(grid, metrics)}</details>`)}`
}

function gridTitle({eta}: CellGrid): string {
  return `Losses that differ by ${lossChange(eta)} or more (η\u00a0=\u00a0${lossChange(eta)})`
}

function gridBody(grid: CellGrid, metrics: CertifyMetrics): Markup {
  const key = idOf(grid)
  const silent = grid.rows.filter(({cells}) => !cells.some(isStated)).map(({layer}) => layer)
  const panels = grid.rows.map(({layer, cells}, k) => {
    if (silent.includes(layer)) return null
    return markup`<figure><figcaption><b>${layer}</b> · ${plural(metrics.layers[k]!.dim, 'unit')}</figcaption>${curves(`curve-${key}-${k}`, layer, cells)}</figure>`
  })
  return markup`<figure class="beside wide">${boundMap(grid, metrics)}<figcaption>${mapKey()}</figcaption></figure>
${lineLegend(CURVES, 'where the truth lies')}<p class="aside">${bandText(metrics)}</p>${silent.length === 0 ? null : markup`<p>In ${silent.join(', ')} there are too few pairs within any radius: nothing is stated there, and no curve is drawn.</p>`}<div class="panels">${panels}</div>
${foldedTable(`Table of all bounds for η\u00a0=\u00a0${lossChange(grid.eta)}`, boundTable(grid))}`
}

/** What the shaded area says, and with which confidence. */
function bandText({alpha, cells}: CertifyMetrics): string {
  const upper = `With ${confidence(alpha.total)} confidence the truth lies nowhere above the shaded area, at all marked radii in all panels at once: that is the certificate.`
  if (!cells.some(({lower}) => lower !== undefined)) return `${upper} The area says nothing of how small the truth is.`
  return `${upper} With ${confidence(alpha.direct! * cells.length)} confidence it lies nowhere below it: a statement of its own, not part of the certificate. The truth is the share for a random one of these anchors and a fresh example; between the marks nothing is stated, and the line of what was observed is one estimate inside the area.`
}

function boundMap(grid: CellGrid, {layers}: CertifyMetrics): Markup {
  const best = tightest({cells: grid.rows.flatMap(({cells}) => cells), layers})
  return heatMap({
    id: `map-${idOf(grid)}`,
    title: `Best bound by layer and radius for η = ${lossChange(grid.eta)}`,
    description:
      best === null
        ? `No bound below 100 % holds in any of ${plural(grid.rows.length, 'layer')} at any of ${plural(grid.columns.length, 'radius', 'radii')}.`
        : `${plural(grid.rows.length, 'layer')}, ${plural(grid.columns.length, 'radius', 'radii')}. The smallest bound is ${percentUp(bestBound(best))}, in layer ${best.layer} at δ = ${radius(best.delta)}.`,
    rowTitle: 'layer',
    columnTitle: grid.sharedRadii ? 'within radius δ' : 'the closest pairs, and their radius δ',
    rows: grid.rows.map(({layer}) => layer),
    columns: grid.columns,
    cells: grid.rows.map(({cells}) =>
      cells.map((cell) => (grid.sharedRadii ? heatCell(cell) : {...heatCell(cell), detail: `δ ${radius(cell.delta)}`})),
    ),
  })
}

function heatCell(cell: Cell): HeatCell {
  const bound = bestBound(cell)
  switch (cell.status) {
    case 'certified':
      return {text: `${percentUp(bound)} ✓`, step: stepOf(bound)}
    case 'vacuous':
      return {text: '100 % –', step: null}
    case 'abstain':
      return {text: cell.pairs < 10_000 ? `? ${cell.pairs}` : '?', step: null}
    case 'invalid':
      return {text: '! invalid', step: null}
  }
}

function stepOf(bound: number): 0 | 1 | 2 | 3 | 4 {
  const step = STEPS.findIndex((limit) => bound <= limit)
  return step < 0 ? 4 : (step as 0 | 1 | 2 | 3)
}

function mapKey(): Markup {
  const swatches = STEP_NAMES.map(
    (name, i) =>
      markup`<li><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true"><rect class="heat${i}" width="14" height="14" rx="3"/></svg> ${name}</li>`,
  )
  return markup`<p>The best of the three bounds in each cell; the more a cell stands out, the stronger its statement.</p><ul class="legend">${swatches}</ul>
<p>✓ ${STATUS_MEANING.certified}<br>– ${STATUS_MEANING.vacuous}<br>? ${STATUS_MEANING.abstain}; the number counts them<br>! ${STATUS_MEANING.invalid}</p>`
}

function curves(id: string, layer: string, cells: readonly Cell[]): Markup {
  const line = (of: (cell: Cell) => number | null): LinePoint[] => cells.map((cell) => ({x: cell.delta, y: of(cell)}))
  const stated = (of: (cell: Cell) => number) => line((cell) => (isStated(cell) ? of(cell) : null))
  const lines = [stated((c) => c.direct), stated((c) => c.windowed), stated((c) => c.global), line((c) => c.observed)]
  const first = cells[0]
  const last = cells.at(-1)
  return lineChart({
    id,
    title: `Bounds by radius in layer ${layer}`,
    description:
      first === undefined || last === undefined
        ? 'No bounds in this layer.'
        : `The best bound is ${percentUp(bestBound(first))} at δ = ${radius(first.delta)} and ${percentUp(bestBound(last))} at δ = ${radius(last.delta)}; ${orDash(last.observed, percentUp)} observed there.`,
    width: 320,
    height: 236,
    x: (range) => ({
      scale: spreadScale(cells.length === 0 ? [0, 1] : cells.map((c) => c.delta), range),
      label: 'radius δ',
    }),
    y: (range) => ({scale: linearScale([0, 1], range), label: 'share of close pairs', format: percent}),
    series: [3, 2, 1, 0].map((i) => ({...CURVES[i]!, points: lines[i]!})),
    band: cells.map((cell) => ({x: cell.delta, between: isStated(cell) ? [cell.lower ?? 0, bestBound(cell)] : null})),
  })
}

/** A cell without a statement is a gap in its bounds, not a bound of 100 %. */
const isStated = ({status}: Cell) => status === 'certified' || status === 'vacuous'

function boundTable({eta, rows}: CellGrid): DataTable {
  const cells = rows.flatMap((row) => row.cells)
  const fresh = cells.some((c) => c.clopperPearson !== undefined)
  const lower = cells.some((c) => c.lower !== undefined)
  const lift = cells.some((c) => c.lift !== undefined)
  const legacy = cells.some((c) => typeof c.legacyBound === 'number')
  return {
    caption: `Upper bounds of the share of pairs within δ whose losses differ by ${lossChange(eta)} or more`,
    columns: [
      {title: 'layer', kind: 'text'},
      {title: 'δ', kind: 'number'},
      {title: 'δ, raw units', kind: 'number'},
      {title: 'pairs', kind: 'number'},
      {title: 'of all pairs', kind: 'number'},
      {title: 'observed', kind: 'number'},
      ...(lower ? [{title: 'lower bound', kind: 'number'} as const] : []),
      {title: 'direct', kind: 'number'},
      {title: 'windowed', kind: 'number'},
      {title: 'global', kind: 'number'},
      ...(fresh ? [{title: 'two fresh examples', kind: 'number'} as const] : []),
      ...(lift ? [{title: 'lift', kind: 'number'} as const] : []),
      {title: 'status', kind: 'word'},
      ...(legacy ? [{title: 'legacy: does not hold', kind: 'number'} as const] : []),
    ],
    rows: cells.map((c) => [
      c.layer,
      radius(c.delta),
      number(c.deltaRaw, 'down'),
      count(c.pairs),
      percentUp(c.fraction),
      orDash(c.observed, percentUp),
      ...(lower ? [orDash(c.lower ?? null, percentDown)] : []),
      percentUp(c.direct),
      percentUp(c.windowed),
      percentUp(c.global),
      ...(fresh
        ? [c.clopperPearson === undefined ? '–' : `${percentUp(c.clopperPearson)} (${count(c.disjointPairs!)} pairs)`]
        : []),
      ...(lift ? [orDash(c.lift ?? null, (x) => number(x, 'up'))] : []),
      c.status,
      ...(legacy ? [orDash(c.legacyBound ?? null, percentUp)] : []),
    ]),
  }
}

function idOf({eta}: CellGrid): string {
  return String(eta).replace(/[^0-9a-z]/g, '-')
}

import type {CertifyMetrics, NearestPoint} from '../../certify/types.js'
import {nearestTable} from '../nearest-view.js'
import {confidence, count, lossChange, number, orDash, percent, percentDown, percentUp, radius} from '../format.js'
import {lineChart, lineLegend, type LineSeries} from '../svg/line-chart.js'
import {linearScale} from '../svg/scale.js'
import {type HtmlContent, markup} from './escape.js'
import {type DataTable, foldedTable} from './table.js'

const CURVES: Pick<LineSeries, 'name' | 'style'>[] = [
  {name: 'bound', style: 'primary'},
  {name: 'observed in the sample (no certificate)', style: 'estimate'},
]

/** Whether there is anything to show. */
export const hasNearest = (metrics: CertifyMetrics): boolean => nearestTable(metrics) !== null

/** The curve of each layer at the headline's η, then a table of all points. */
export function nearestSection(metrics: CertifyMetrics): HtmlContent {
  const {layers, alpha, anchors, headline} = metrics
  const eta = headline!.eta
  const panels = layers.map(({name, nearest = []}, k) => {
    const points = nearest.filter((point) => point.eta === eta)
    return markup`<figure><figcaption><b>${name}</b></figcaption>${curve(`nearest-${k}`, name, points)}</figure>`
  })
  return markup`<p class="lead">A fresh input is covered when one of the ${count(anchors!)} anchors lies within δ of it. Of the covered inputs, at most this share differs from the nearest anchor in loss by ${lossChange(eta)} or more. All points of all layers hold at once with everything else, with ${confidence(alpha.total)} confidence.</p>
${lineLegend(CURVES)}<div class="panels">${panels}</div>
${layers.map(({name, nearest = []}) => (nearest.length === 0 ? null : foldedTable(`Nearest anchors in ${name}: all points`, table(name, nearest))))}`
}

function curve(id: string, layer: string, points: readonly NearestPoint[]) {
  const stated = points.filter(({status}) => status !== 'abstain')
  const [first, last] = [stated[0], stated.at(-1)]
  const line = (of: (point: NearestPoint) => number | null) =>
    stated.map((point) => ({x: point.coveredLower, y: of(point)}))
  return lineChart({
    id,
    title: `Nearest anchors in layer ${layer}: bound by the share of inputs covered`,
    description:
      first === undefined || last === undefined
        ? 'Too few inputs lie near an anchor.'
        : `At least ${percentDown(first.coveredLower)} of inputs covered: at most ${percentUp(first.bound)}; at least ${percentDown(last.coveredLower)} covered: at most ${percentUp(last.bound)}.`,
    width: 320,
    height: 236,
    x: (range) => ({scale: linearScale([0, 1], range), label: 'share of inputs covered, at least', format: percent}),
    y: (range) => ({
      scale: linearScale([0, Math.min(1, Math.max(0.1, ...stated.map(({bound}) => bound)))], range),
      label: 'share of them that differ',
      format: percent,
    }),
    series: [
      {...CURVES[1]!, points: line(({observed}) => observed)},
      {...CURVES[0]!, points: line(({bound}) => bound)},
    ],
  })
}

function table(layer: string, points: readonly NearestPoint[]): DataTable {
  return {
    caption: `Inputs within δ of an anchor in layer ${layer}, and how many differ from the nearest in loss by η or more`,
    columns: [
      {title: 'δ', kind: 'number'},
      {title: 'δ, raw units', kind: 'number'},
      {title: 'η', kind: 'number'},
      {title: 'inputs', kind: 'number'},
      {title: 'covered', kind: 'number'},
      {title: 'covered, at least', kind: 'number'},
      {title: 'observed', kind: 'number'},
      {title: 'bound', kind: 'number'},
      {title: 'status', kind: 'word'},
    ],
    rows: points.map((point) => [
      radius(point.delta),
      number(point.deltaRaw, 'down'),
      lossChange(point.eta),
      count(point.inputs),
      percentDown(point.covered),
      percentDown(point.coveredLower),
      orDash(point.observed, percentUp),
      percentUp(point.bound),
      point.status,
    ]),
  }
}

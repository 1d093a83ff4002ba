import type {CertifyMetrics, ClassRow, ExampleLayer} from '../../certify/types.js'
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
  radius as shownRadius,
} from '../format.js'
import {lineChart} from '../svg/line-chart.js'
import {linearScale, spreadScale} from '../svg/scale.js'
import type {RowNames} from './certify-witnesses.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {dataTable, foldedTable} from './table.js'

/** Bounds by class, then between which classes unstable pairs lie. */
export function classSection({classes = [], layers, alpha}: CertifyMetrics, {label}: RowNames): HtmlContent {
  const eta = classes[0]?.eta
  const bounds =
    eta === undefined
      ? null
      : markup`<p class="lead">Of a random anchor and a fresh example of one class, at most this share of the pairs within δ differs in loss by ${lossChange(eta)} or more. All rows hold at once with everything else, with ${confidence(alpha.total)} confidence.</p>${classTable(
          classes,
          layers.map(({name}) => name),
          label,
        )}`
  const pairs = layers.flatMap(({name, classPairs}) =>
    classPairs === undefined || classPairs.length === 0
      ? []
      : [
          foldedTable(`Between which classes, in ${name}`, {
            caption: `Close pairs of examples that differ in loss, by their classes, in layer ${name}: estimates from the sample, no certificates`,
            columns: [
              {title: 'classes', kind: 'word'},
              {title: 'of all unstable close pairs', kind: 'number'},
              {title: 'close pairs', kind: 'number'},
              {title: 'of these unstable', kind: 'number'},
            ],
            rows: classPairs.map((pair) => [
              pair.labels[0] === pair.labels[1]
                ? `both ${label(pair.labels[0])}`
                : `${label(pair.labels[0])} and ${label(pair.labels[1])}`,
              percent(pair.share),
              count(pair.pairs),
              percentUp(pair.observed),
            ]),
          }),
        ],
  )
  return markup`${bounds}${pairs}`
}

function classTable(classes: readonly ClassRow[], layers: readonly string[], name: RowNames['label']): Markup {
  const labels = [...new Set(classes.map((row) => row.label))]
  const at = new Map(classes.map((row) => [`${row.layer} ${row.label}`, row]))
  const delta = (layer: string) => classes.find((row) => row.layer === layer)!.delta
  return dataTable({
    caption: 'Certified share by class, with the share observed (no certificate) and the number of pairs behind it',
    columns: [
      {title: 'class', kind: 'word'},
      {title: 'references', kind: 'number'},
      ...layers.map((layer) => ({title: `${layer}, δ ${shownRadius(delta(layer))}`, kind: 'layer'}) as const),
    ],
    rows: labels.map((label) => {
      const row = (layer: string) => at.get(`${layer} ${label}`)!
      return [name(label), count(row(layers[0]!).references), ...layers.map((layer) => classText(row(layer)))]
    }),
  })
}

function classText({status, bound, observed, pairs}: ClassRow): string {
  const claim = {certified: `${percentUp(bound)} ✓`, vacuous: '100 % –', abstain: '? too few', invalid: '! invalid'}[
    status
  ]
  return `${claim} (${orDash(observed, percentUp)} of ${count(pairs)})`
}

/** Share of single examples that hold, by radius, and the radius of each. */
export function exampleSection({examples, layers}: CertifyMetrics): HtmlContent {
  if (examples === undefined) return null
  const {risk, eta, rows} = examples
  const flat = examples.layers.filter(isFlat)
  const panels = examples.layers.flatMap((layer, k) =>
    isFlat(layer)
      ? []
      : markup`<figure><figcaption><b>${layer.layer}</b> · ${radiusText(layer)}</figcaption>${fractionChart(`fraction-${k}`, layer, risk)}</figure>`,
  )
  const summary = foldedTable('Table of the curves', {
    caption: `Share of ${plural(rows.length, 'example')} whose bound at δ is at most ${percentUp(risk)}`,
    columns: [
      {title: 'layer', kind: 'text'},
      {title: 'δ', kind: 'number'},
      {title: 'share of examples', kind: 'number'},
    ],
    rows: examples.layers.flatMap(({layer, deltas, certified}) =>
      deltas.map((delta, g) => [layer, shownRadius(delta), percentDown(certified[g]!)]),
    ),
  })
  const each = foldedTable('Table of the examples', {
    caption: `Radius of each example: the largest δ at which its bound is at most ${percentUp(risk)}, and that bound; – abstains. Row numbers count from 0 in the data file`,
    columns: [
      {title: 'row', kind: 'word'},
      {title: 'label', kind: 'number'},
      {title: 'loss', kind: 'number'},
      ...layers.map(({name}) => ({title: name, kind: 'layer'}) as const),
    ],
    rows: rows.map((row) => [
      row.row,
      orDash(row.label, String),
      number(row.loss),
      ...row.radii.map((radius, k) =>
        radius === null
          ? '–'
          : `${shownRadius(radius)} (${percentUp(row.bounds[k]![examples.layers[k]!.deltas.indexOf(radius)]!)})`,
      ),
    ]),
  })
  return markup`<p class="lead">For one given example: of the fresh examples within δ of it, at most a share of ${percentUp(risk)} differs from it in loss by ${lossChange(eta)} or more. The curve counts the examples for which this is certified at δ. A small radius holds few examples, so little can be certified there: the curve need not fall.</p>${flat.length === 0 ? null : markup`<p>${flatText(flat, examples.layers.length)}</p>`}${panels.length === 0 ? null : markup`<div class="panels">${panels}</div>`}${summary}${each}`
}

/** A curve that lies on its axis shows nothing: a sentence says as much. */
const FLAT = 0.95

const isFlat = ({abstained, certified}: ExampleLayer) => abstained >= FLAT || Math.max(0, ...certified) <= 1 - FLAT

const flatText = (flat: readonly ExampleLayer[], all: number): string =>
  `In ${flat.length === all ? (all === 1 ? 'the only layer' : 'every layer') : flat.map(({layer}) => layer).join(', ')} nearly no example has a radius (${flat.map(({abstained}) => percentUp(abstained)).join(', ')} abstain): there are too few fresh examples near one given example, so nothing is drawn.`

const radiusText = ({abstained, medianRadius}: ExampleLayer): string =>
  `${medianRadius === null ? 'no median radius' : `median radius ${shownRadius(medianRadius)}`}, ${percentUp(abstained)} abstain`

function fractionChart(id: string, {layer, deltas, certified}: ExampleLayer, risk: number): Markup {
  const most = certified.reduce((best, x, g) => (x > certified[best]! ? g : best), 0)
  return lineChart({
    id,
    title: `Certified examples by radius in layer ${layer}`,
    description: `At most ${percentDown(certified[most]!)} of the examples hold at a risk of ${percentUp(risk)}, at δ = ${shownRadius(deltas[most]!)}.`,
    width: 320,
    height: 200,
    x: (range) => ({scale: spreadScale(deltas, range), label: 'radius δ'}),
    y: (range) => ({scale: linearScale([0, 1], range), label: 'share of examples', format: percent}),
    series: [{name: 'certified', style: 'primary', points: deltas.map((x, g) => ({x, y: certified[g]!}))}],
  })
}

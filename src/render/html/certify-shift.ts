import {shiftCurves} from '../../certify/statements/shift.js'
import type {CertifyMetrics} from '../../certify/types.js'
import {NBSP} from '../../frame/figures.js'
import {number, percent, percentUp} from '../format.js'
import {lineChart, lineLegend, type LinePoint, type LineSeries} from '../svg/line-chart.js'
import {linearScale} from '../svg/scale.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {foldedTable} from './table.js'

const LINES: (Pick<LineSeries, 'name' | 'style'> & {plain?: boolean})[] = [
  {name: 'bound under shift', style: 'primary', plain: true},
  {name: 'limit', style: 'tertiary', plain: true},
  {name: 'breaking point', style: 'secondary'},
]

interface Panel {
  id: string
  title: string
  label: string
  points: readonly LinePoint[]
  /** of no shift, and of the breaking point */
  from: number
  at: number
}

/** Whether there is a breaking point to show. */
export const hasShift = ({headline}: CertifyMetrics): boolean => (headline?.shift ?? null) !== null

/** The headline's bound under laws of pairs that move away from the sampled one, and where it passes the limit. */
export function shiftSection({headline}: CertifyMetrics): HtmlContent {
  const {bound, shift, layer} = headline!
  const {limit, kl, ratio} = shift!
  const curves = shiftCurves(bound, limit)
  if (curves === null) return null
  const panels: Panel[] = [
    {id: 'shift-kl', title: 'by divergence', label: 'KL(Q‖P), nats', points: curves.kl, from: 0, at: kl},
    {
      id: 'shift-ratio',
      title: 'by density ratio',
      label: 'Γ: dQ/dP within [1/Γ, Γ]',
      points: curves.ratio,
      from: 1,
      at: ratio,
    },
  ]
  const rows = (points: readonly LinePoint[]) => points.filter((_, k) => k % 6 === 0)
  return markup`<p class="lead">The sampled law P of close pairs in ${layer} need not be the one met later. If it is Q, at most this share of them differs; up to the breaking point, KL(Q‖P) ${number(kl, 'down')} nats or Γ${NBSP}${number(ratio, 'down')}, that stays below ${percent(limit)}.</p>
${lineLegend(LINES)}<div class="panels">${panels.map((panel) => markup`<figure><figcaption><b>${panel.title}</b></figcaption>${chart(panel, bound, limit)}</figure>`)}</div>
${panels.map(({title, label, points}) =>
  foldedTable(`Bound under shift, ${title}`, {
    caption: `The share of close pairs that differ is at most this, ${title} of the law met from the sampled one`,
    columns: [
      {title: label, kind: 'number'},
      {title: 'bound', kind: 'number'},
    ],
    rows: rows(points).map(({x, y}) => [number(x, 'down'), percentUp(y!)]),
  }),
)}`
}

function chart({id, title, label, points, from, at}: Panel, bound: number, limit: number): Markup {
  const last = points.at(-1)!
  const [line, level, mark] = LINES
  return lineChart({
    id,
    title: `The bound under shift, ${title}`,
    description: `${percentUp(bound)} without shift; ${percent(limit)} at ${number(at, 'down')}, the breaking point.`,
    width: 320,
    height: 236,
    x: (range) => ({scale: linearScale([from, last.x], range), label, format: (x) => number(x)}),
    y: (range) => ({
      scale: linearScale([0, Math.min(1, Math.max(limit * 1.2, last.y!))], range),
      label: 'share that differs, at most',
      format: percent,
    }),
    series: [
      {
        ...level!,
        points: [
          {x: from, y: limit},
          {x: last.x, y: limit},
        ],
      },
      {...line!, points},
      {...mark!, points: [{x: at, y: limit}]},
    ],
  })
}

import type {SanitizeMetrics, TruthMetrics} from '../../sanitize/types.js'
import {count, number, orDash, percent} from '../format.js'
import {lineChart, lineLegend, type LinePoint, type LineSeries} from '../svg/line-chart.js'
import {linearScale} from '../svg/scale.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {facts, foldedTable} from './table.js'

type Curves = NonNullable<TruthMetrics['curves']>

/** How well ranking and cut find the known adversarial edges. */
export function truthSection(truth: TruthMetrics, sizes: Pick<SanitizeMetrics, 'edges' | 'pruned'>): HtmlContent {
  const {curves} = truth
  return markup`${curves === undefined ? null : [charts(truth, curves, sizes), curveTables(curves)]}${truthTable(truth)}`
}

/**
 * Where a curve stands at x, by the straight line between its points: a mark there lies on the line that is drawn. Left
 * and right of the curve its ends count.
 */
export function pointAt(xs: readonly number[], ys: readonly number[], x: number): LinePoint | null {
  const k = xs.findIndex((value) => value >= x)
  if (xs.length === 0) return null
  if (k <= 0) return {x: k === 0 ? xs[0]! : xs.at(-1)!, y: k === 0 ? ys[0]! : ys.at(-1)!}
  const [left, right] = [xs[k - 1]!, xs[k]!]
  const share = right === left ? 1 : (x - left) / (right - left)
  return {x, y: ys[k - 1]! + share * (ys[k]! - ys[k - 1]!)}
}

/**
 * The point of the ROC curve at which the ranking has removed as many edges as the cut did. The cut itself may keep some
 * of them (a least degree, protected nodes), so its own shares can lie beside the curve.
 */
export function pointOfPruned(
  {falsePositive, truePositive}: Curves['roc'],
  {genuine, adversarial, pruned}: {genuine: number; adversarial: number; pruned: number},
): LinePoint | null {
  const removed = falsePositive.map((x, k) => x * genuine + truePositive[k]! * adversarial)
  const x = pointAt(removed, falsePositive, pruned)
  const y = pointAt(removed, truePositive, pruned)
  return x === null || y === null ? null : {x: x.y!, y: y.y!}
}

function charts(
  truth: TruthMetrics,
  {roc, precisionRecall}: Curves,
  {edges, pruned}: Pick<SanitizeMetrics, 'edges' | 'pruned'>,
): Markup {
  const {adversarial, recall, precision} = truth
  const share = adversarial / edges
  const genuine = edges - adversarial
  const falsePositive = genuine === 0 ? 0 : (pruned - recall * adversarial) / genuine
  const line = (name: string, style: LineSeries['style'], points: LinePoint[]): LineSeries => ({
    name,
    style,
    points,
    plain: true,
  })
  const cut = (at: LinePoint | null): LineSeries[] =>
    pruned === 0 || at === null ? [] : [{name: 'cut', style: 'estimate', points: [at]}]
  const onRoc = pointOfPruned(roc, {genuine, adversarial, pruned})
  const frame = (range: readonly [number, number]) => linearScale([0, 1], range)
  const size = {width: 380, height: 330}
  const rocChart = lineChart({
    ...size,
    id: 'roc',
    title: 'ROC curve',
    description: `Area ${number(truth.auc)}; 0.5 is guessing.${pruned === 0 ? '' : ` At the cut ${percent(recall)} of the adversarial and ${percent(falsePositive)} of the other edges are pruned.`}`,
    x: (range) => ({scale: frame(range), label: 'pruned of the other edges', format: percent}),
    y: (range) => ({scale: frame(range), label: 'pruned of the adversarial edges', format: percent}),
    series: [
      line('guessing', 'tertiary', [
        {x: 0, y: 0},
        {x: 1, y: 1},
      ]),
      line(
        'ranking',
        'primary',
        roc.falsePositive.map((x, k) => ({x, y: roc.truePositive[k]!})),
      ),
      ...cut(onRoc),
    ],
  })
  const recallChart = lineChart({
    ...size,
    id: 'precision-recall',
    title: 'Precision and recall',
    description: `Average precision ${number(truth.averagePrecision)}; guessing has ${percent(share)}, the share of adversarial edges.${precision === null ? '' : ` At the cut precision ${percent(precision)}, recall ${percent(recall)}.`}`,
    x: (range) => ({scale: frame(range), label: 'recall', format: percent}),
    y: (range) => ({scale: frame(range), label: 'precision', format: percent}),
    series: [
      line('guessing', 'tertiary', [
        {x: 0, y: share},
        {x: 1, y: share},
      ]),
      line(
        'ranking',
        'primary',
        precisionRecall.recall.map((x, k) => ({x, y: precisionRecall.precision[k]!})),
      ),
      ...cut(onRoc === null ? null : pointAt(precisionRecall.recall, precisionRecall.precision, onRoc.y!)),
    ],
  })
  const key = [
    line('the ranking', 'primary', []),
    line('guessing', 'tertiary', []),
    ...(pruned === 0
      ? []
      : [{name: 'where the ranking has removed as many edges as the cut', style: 'estimate'} as const]),
  ]
  return markup`${lineLegend(key)}<div class="panels two"><figure><figcaption><b>ROC</b> · area ${number(truth.auc)}</figcaption>${rocChart}</figure><figure><figcaption><b>Precision and recall</b> · average precision ${number(truth.averagePrecision)}</figcaption>${recallChart}</figure></div>`
}

function curveTables({roc, precisionRecall}: Curves): Markup[] {
  const table = (
    title: string,
    caption: string,
    heads: readonly [string, string],
    x: readonly number[],
    y: readonly number[],
  ) =>
    foldedTable(title, {
      caption,
      columns: heads.map((head) => ({title: head, kind: 'number'}) as const),
      rows: x.map((value, k) => [fine(value), fine(y[k]!)]),
    })
  return [
    table(
      'Table of the ROC curve',
      'At each threshold, how many of the other and of the adversarial edges score at least it; at most 200 of the thresholds',
      ['of the other edges', 'of the adversarial edges'],
      roc.falsePositive,
      roc.truePositive,
    ),
    table(
      'Table of precision and recall',
      'At each adversarial edge of the ranking; at most 200 of them',
      ['recall', 'precision'],
      precisionRecall.recall,
      precisionRecall.precision,
    ),
  ]
}

/** 12.34 %: neighbouring points of a curve differ in what `percent` leaves out. */
const fine = (share: number): string => `${(100 * share).toFixed(2)}\u00a0%`

function truthTable(truth: TruthMetrics): Markup {
  return facts('How well the scores and the cut find the known adversarial edges', [
    ['known adversarial edges', count(truth.adversarial)],
    ['area under the ROC curve (0.5 = guessing)', number(truth.auc)],
    ['average precision', number(truth.averagePrecision)],
    ['precision: of the pruned edges, adversarial', orDash(truth.precision, percent)],
    ['recall: of the adversarial edges, pruned', percent(truth.recall)],
  ])
}

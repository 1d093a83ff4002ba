import {clopperPearsonLower} from '../../stats/clopper-pearson.js'
import {ratioUpperBound} from '../../stats/betting.js'
import type {SliceBets} from '../bets.js'
import type {CertifyPlan, LayerPlan} from '../plan-types.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import type {LayerSums} from '../measure/layer-sums.js'
import type {NearestAnchors} from '../nearest/nearest-anchors.js'
import {nearestCurve} from '../nearest/curve.js'
import {nearestHeadline} from '../nearest/headline.js'
import {rowStatistics} from '../statements/bounds.js'
import {cellStatus} from '../statements/cells.js'
import {headlineEta, nearestRadius} from '../statements/headline.js'
import {commonestLabel, errorLimit, meanError} from '../statements/performance.js'
import {MEASURES} from '../tasks/names.js'
import {shown, worstOf} from '../statements/worst.js'
import type {Points} from '../sample/points.js'
import type {Cell, LayerMetrics} from '../layer-types.js'
import type {SliceCell, SliceRow} from './types.js'
import {chosenSlices, slicesOf} from './choose.js'

/** What the slices need from one layer. */
export interface SliceLayer {
  plan: LayerPlan
  metrics: LayerMetrics
  statistics: LayerStatistics
  sums: Pick<LayerSums, 'nearest'>
}

/**
 * The report's statements for each slice, worst slice first.
 *
 * Formula    Given the slice of every row, the rows of a slice s are independent draws from the distribution given S =
 *            s. So the number of right ones among its N_s rows is binomial (Clopper–Pearson; for other tasks the mean
 *            error is bounded as for all rows), and so is the number of its references within δ of an anchor that
 *            differ from it (nearestCurve), and Theorem C with the a_j and b_j of these references bounds P[ΔL ≥ η | d
 *            ≤ δ, S = s]. α of each kind is split equally among all slices, layers and radii.
 * Shapes     one row per slice; only counts for slices with fewer than 30 references.
 * Order      by the performance bound if known, else by the headline's bound; slices without statements come last.
 * Cost       per layer and slice G bisections over its references, R of an incomplete beta function.
 * Empty      no slices or no split → null.
 * Source     docs/math.md, "Slices".   Deviation: none.
 */
export function sliceRows(plan: CertifyPlan, layers: readonly SliceLayer[], cells: readonly Cell[]): SliceRow[] | null {
  const {options, alpha, anchors, references} = plan
  const [ofAnchors, ofReferences] = [slicesOf(anchors, options), slicesOf(references, options)]
  if (alpha === null || ofAnchors === null || ofReferences === null) return null
  const stated = new Set(chosenSlices(references, options).stated)
  const present = [...new Set([...ofAnchors, ...ofReferences])].sort((a, b) => a - b)
  const guess = commonestLabel([anchors, references])
  const eta = headlineEta(plan)
  const rows = present.map((slice): SliceRow => {
    const own: OwnRows = {
      anchors: rowsOf(ofAnchors, slice),
      references: rowsOf(ofReferences, slice),
    }
    const count = own.anchors.length + own.references.length
    const common = {
      name: options.slice === 'class' ? String(slice) : plan.sliceNames![slice]!,
      column: options.slice!,
      rows: count,
      references: own.references.length,
      meanLoss: (sumAt(anchors.losses, own.anchors) + sumAt(references.losses, own.references)) / count,
    }
    if (!stated.has(slice))
      return {...common, status: 'too-few', performance: null, headline: null, nearest: null, layers: []}
    const found = layers.map((layer) => layerOf(plan, layer, slice, own.references, eta))
    return {
      ...common,
      status: 'stated',
      performance: performanceOfSlice(plan, own, guess),
      headline: worstCell(found, cells, eta),
      nearest: nearestHeadline(
        layers.map(({metrics}, k) => ({...metrics, nearest: found[k]!.nearest})),
        eta,
      ),
      layers: found,
    }
  })
  return rows.sort(worstFirst)
}

/** Indices of a slice's rows on both sides. */
interface OwnRows {
  anchors: number[]
  references: number[]
}

function layerOf(
  {alpha, anchors, references, etas}: CertifyPlan,
  {plan, metrics, statistics, sums}: SliceLayer,
  slice: number,
  own: readonly number[],
  eta: number,
): SliceRow['layers'][number] {
  const at = (values: Float64Array) => Float64Array.from(own, (j) => values[j]!)
  const {cell, nearest} = alpha!.slice!
  return {
    layer: plan.name,
    cells: sliceCells(
      {name: plan.name, statistics, bets: plan.pilot!.bets.slices!.find((bets) => bets.slice === slice)!},
      own,
      etas.indexOf(eta),
      cell,
    ),
    nearest: nearestCurve({
      nearest: nearestAt(sums.nearest!, own),
      losses: at(references.losses),
      anchorLosses: anchors.losses,
      radii: plan.nearestRadii,
      etas: Float64Array.of(eta),
      scale: metrics.scale,
      alpha: nearest,
      sources: null,
    }),
  }
}

/** The direct bounds of a slice at each δ. */
export function sliceCells(
  {name, statistics: s, bets}: {name: string; statistics: LayerStatistics; bets: SliceBets},
  own: readonly number[],
  e: number,
  alpha: number,
): SliceCell[] {
  return Array.from(s.deltas, (delta, g) => {
    const all = rowStatistics(s, 'direct', g, e, s.anchors)
    const [a, b] = [all.a, all.b].map((values) => Float64Array.from(own, (j) => values[j]!)) as [
      Float64Array,
      Float64Array,
    ]
    const bound = ratioUpperBound(a, b, bets.cells[g]!, alpha, 1)
    const pairs = own.reduce((sum, j) => sum + s.within[j * s.deltas.length + g]!, 0)
    const exceeding = own.reduce((sum, j) => sum + s.exceed[(j * s.deltas.length + g) * s.etas.length + e]!, 0)
    const status = cellStatus(pairs, {global: bound, windowed: bound, direct: bound})
    return {
      layer: name,
      delta,
      eta: s.etas[e]!,
      pairs,
      observed: pairs === 0 ? null : exceeding / pairs,
      bound: status === 'invalid' ? 1 : bound,
      status,
    }
  })
}

/** The layer with the largest bound, each at the radius with about the closest 10 % of all pairs. */
function worstCell(layers: SliceRow['layers'], cells: readonly Cell[], eta: number): SliceCell {
  const own = layers.map(({layer, cells: ofSlice}) => {
    const {delta} = nearestRadius(cells.filter((cell) => cell.layer === layer && cell.eta === eta))
    return ofSlice.find((cell) => cell.delta === delta)!
  })
  return worstOf(own, ({bound}) => bound)!
}

/**
 * The accuracy for classes; for other tasks the mean error or share of right answers, on the same kind of rows as for
 * the whole.
 */
function performanceOfSlice(plan: CertifyPlan, own: OwnRows, guess: number | null): SliceRow['performance'] {
  const {alpha, anchors, references, loss} = plan
  const level = alpha!.slice!.performance
  if (level === undefined) return null
  if (loss.measure !== undefined) {
    const sides: (readonly [Points, readonly number[]])[] = [
      ...(MEASURES[loss.measure].isError ? [] : [[anchors, own.anchors] as const]),
      [references, own.references],
    ]
    const all = (of: (side: Points) => Float64Array) =>
      Float64Array.from(sides.flatMap(([side, rows]) => rows.map((row) => of(side)[row]!)))
    return meanError(
      {errors: all(({errors}) => errors!), guesses: all(({guesses}) => guesses!)},
      {measure: loss.measure, limit: errorLimit(plan, loss.measure), level, sources: null},
    )
  }
  if (guess === null) return null
  const rows = own.anchors.length + own.references.length
  const both = (of: (side: Points) => ArrayLike<number>, test: (x: number) => boolean) =>
    [...own.anchors.map((i) => of(anchors)[i]!), ...own.references.map((j) => of(references)[j]!)].filter(test).length
  const right = both(
    ({correct}) => correct!,
    (x) => x === 1,
  )
  return {
    measure: 'accuracy',
    value: right / rows,
    lower: clopperPearsonLower(right, rows, level),
    baseline:
      both(
        ({labels}) => labels!,
        (label) => label === guess,
      ) / rows,
  }
}

const rowsOf = (slices: Int32Array, slice: number) => Array.from(slices.keys()).filter((row) => slices[row] === slice)

const sumAt = (values: Float64Array, rows: readonly number[]) => rows.reduce((sum, row) => sum + values[row]!, 0)

const nearestAt = ({anchors, distances}: NearestAnchors, rows: readonly number[]): NearestAnchors => ({
  anchors: Uint32Array.from(rows, (j) => anchors[j]!),
  distances: Float64Array.from(rows, (j) => distances[j]!),
})

function worstFirst(a: SliceRow, b: SliceRow): number {
  if (a.status !== b.status) return a.status === 'stated' ? -1 : 1
  const better = goodness(a) - goodness(b)
  if (better !== 0) return better
  const held = ({headline}: SliceRow) => (headline === null ? 0 : shown(headline, headline.bound))
  return held(b) - held(a) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}

/** The proven performance of a slice: more is better. */
const goodness = ({performance}: SliceRow): number =>
  performance === null ? 0 : typeof performance.upper === 'number' ? -performance.upper : (performance.lower ?? 0)

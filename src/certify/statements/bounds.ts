import type {Family, LayerBets} from '../bets.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {perSource} from '../sample/sources.js'
import {pilotBets, ratioUpperBound} from '../../stats/betting.js'
import {directRange, globalRange, largestVolatility, windowedRange} from './ranges.js'

export type CellBounds = Record<Family, number>

/**
 * a_j and b_j of a cell, in units of probability: the bound of E a / E b bounds P[ΔL ≥ η | d ≤ δ].
 *
 * Formula    b = share of anchors within δ. direct: a = share within δ with ΔL ≥ η. windowed: a = (δ/η) · mean h_η 1{d
 *            ≤ δ}. global: a = (δ/η) · mean h_η over all anchors. Pointwise direct ≤ windowed ≤ global (Theorem A).
 * Shapes     [n] each; with sources one per source: the mean over its rows, which is within the same range. `divisor`
 *            is m, or m − 1 for the anchors among themselves.
 */
export function cellStatistics(
  s: LayerStatistics,
  family: Family,
  g: number,
  e: number,
  divisor: number,
): {a: Float64Array; b: Float64Array} {
  const {a, b} = rowStatistics(s, family, g, e, divisor)
  return {a: perSource(a, s.sources), b: perSource(b, s.sources)}
}

/** The same per row, not per source. */
export function rowStatistics(
  s: LayerStatistics,
  family: Family,
  g: number,
  e: number,
  divisor: number,
): {a: Float64Array; b: Float64Array} {
  const G = s.deltas.length
  const E = s.etas.length
  const unit = s.deltas[g]! / s.etas[e]!
  const a = new Float64Array(s.references)
  const b = new Float64Array(s.references)
  for (let j = 0; j < s.references; j++) {
    b[j] = s.within[j * G + g]! / divisor
    if (family === 'direct') a[j] = s.exceed[(j * G + g) * E + e]! / divisor
    else a[j] = (unit * s.windowed[(j * (G + 1) + (family === 'windowed' ? g : G)) * E + e]!) / divisor
  }
  return {a, b}
}

/**
 * Stakes for every bound of a layer from the anchors among themselves (`pilot`) and their packing radii (scaled units);
 * `references`: number of references, or of their sources, that the bounds will use.
 */
export function chooseBets(
  pilot: LayerStatistics,
  references: number,
  radii: Float64Array,
  lossMax: number,
  alpha: {epsilon: number; cell: number},
): LayerBets {
  const divisor = pilot.anchors - 1
  const {floor} = pilot
  const most = largestVolatility(radii, floor, lossMax)
  const finite = Number.isFinite(most)
  const volatility = {
    a: perSource(
      pilot.total.map((x) => x / divisor),
      pilot.sources,
    ),
    b: null,
  }
  const cells: LayerBets['cells'] = []
  pilot.deltas.forEach((delta, g) => {
    const ranges = {
      global: globalRange(radii, delta, floor),
      windowed: windowedRange(radii, delta, floor),
      direct: directRange(radii, delta),
    }
    const bets = (family: Family, e: number) => {
      if (!Number.isFinite(ranges[family](0))) return []
      return pilotBets(cellStatistics(pilot, family, g, e, divisor), references, ranges[family], alpha.cell, 1)
    }
    pilot.etas.forEach((_, e) => {
      const lower = pilotBets(
        complement(cellStatistics(pilot, 'direct', g, e, divisor)),
        references,
        ranges.direct,
        alpha.cell,
        1,
      )
      cells.push({global: bets('global', e), windowed: bets('windowed', e), direct: bets('direct', e), lower})
    })
  })
  return {
    epsilonMax: finite ? most : null,
    epsilon: finite ? pilotBets(volatility, references, (v) => most - v, alpha.epsilon, most) : [],
    cells,
    most: Array.from(pilot.deltas, (delta) => directRange(radii, delta)(0)),
  }
}

/** Upper bound of ε_τ in scaled units at level α; null if τ = 0. */
export function epsilonUpper(s: LayerStatistics, bets: LayerBets, alpha: number): number | null {
  return bets.epsilonMax === null
    ? null
    : ratioUpperBound(
        perSource(
          s.total.map((x) => x / s.anchors),
          s.sources,
        ),
        null,
        bets.epsilon,
        alpha,
        bets.epsilonMax,
      )
}

/**
 * The three upper bounds of P[ΔL ≥ η | d ≤ δ] of one cell.
 *
 * Each is the betting bound of its own form, then windowed ← max(windowed, direct), global ← max(global, windowed): a
 * number at least as large as a valid bound is valid, so all three hold whenever the direct one does, and α is used
 * once (docs/math.md, Theorem D). The maxima rarely matter, because the forms are ordered pointwise.
 *
 * Cost     3 bisections over n.
 * Empty    no pair within δ → 1.
 */
export function cellBounds(s: LayerStatistics, bets: LayerBets, g: number, e: number, alpha: number): CellBounds {
  const own = (family: Family) => {
    const {a, b} = cellStatistics(s, family, g, e, s.anchors)
    return ratioUpperBound(a, b, bets.cells[g * s.etas.length + e]![family], alpha, 1)
  }
  const direct = own('direct')
  const windowed = Math.max(own('windowed'), direct)
  return {direct, windowed, global: Math.max(own('global'), windowed)}
}

/**
 * Lower bound of P[ΔL ≥ η | d ≤ δ] of one cell: 1 minus the betting bound of P[ΔL < η | d ≤ δ], whose range is that of
 * the direct form. It belongs to a separate family: all lower bounds hold simultaneously with probability ≥ 1 − α ·
 * cells, the upper ones as the report says.
 *
 * Cost     a bisection over n.
 * Empty    no pair within δ → 0; stakes of an older version without them → null.
 * Source   docs/math.md, Theorem C.
 */
export function lowerBound(s: LayerStatistics, bets: LayerBets, g: number, e: number, alpha: number): number | null {
  const {lower} = bets.cells[g * s.etas.length + e]!
  if (lower === undefined) return null
  const {a, b} = complement(cellStatistics(s, 'direct', g, e, s.anchors))
  return 1 - ratioUpperBound(a, b, lower, alpha, 1)
}

/** Swaps pairs within δ that differ in loss for those that do not. */
const complement = ({a, b}: {a: Float64Array; b: Float64Array}) => ({a: b.map((x, j) => x - a[j]!), b})

import {UNIT_BETS, ratioUpperBound} from '../../stats/betting.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {type Sources, perSource, sourcesOf} from '../sample/sources.js'

/** The sources of both sides as one list; null if a side has none. */
export function sourcesOfAll(sides: readonly {groups?: Int32Array | null}[]): Sources | null {
  const groups = sides.map((side) => side.groups ?? null)
  return groups.some((each) => each === null)
    ? null
    : sourcesOf(Int32Array.from(groups.flatMap((each) => Array.from(each!))))
}

/** v̂ = Σ a / Σ b of a cell's direct form, and its linear terms; null if no pair is within δ. */
export function linear(
  {within, exceed, references, deltas, etas, sources}: LayerStatistics,
  cell: number,
): {value: number; terms: Float64Array} | null {
  const [G, E] = [deltas.length, etas.length]
  const [g, e] = [Math.floor(cell / E), cell % E]
  const ofRows = (value: (j: number) => number) =>
    perSource(
      Float64Array.from({length: references}, (_, j) => value(j)),
      sources,
    )
  const b = ofRows((j) => within[j * G + g]!)
  const a = ofRows((j) => exceed[(j * G + g) * E + e]!)
  const all = b.reduce((s, x) => s + x, 0)
  if (all === 0) return null
  const value = a.reduce((s, x) => s + x, 0) / all
  return {value, terms: a.map((x, j) => ((x - value * b[j]!) * a.length) / all)}
}

/** Mean of [n] independent values and its standard error. */
export function meanAndError(x: Float64Array): {mean: number; error: number} {
  const n = x.length
  const mean = x.reduce((s, value) => s + value, 0) / n
  const variance = n < 2 ? Infinity : x.reduce((s, value) => s + (value - mean) ** 2, 0) / (n - 1)
  return {mean, error: Math.sqrt(variance / n)}
}

/** Upper bound of the mean of −low ≤ x ≤ high. */
export function upperOfMean(x: Float64Array, low: number, high: number, alpha: number): number {
  const range = low + high
  return (
    ratioUpperBound(
      x.map((value) => (value + low) / range),
      null,
      UNIT_BETS,
      alpha,
      1,
    ) *
      range -
    low
  )
}

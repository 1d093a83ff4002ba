import type {ExampleCounts} from '../measure/example-counts.js'
import {clopperPearsonUpper} from '../../stats/clopper-pearson.js'
import {MIN_PAIRS} from './cells.js'
import type {Points} from '../sample/points.js'
import type {ExampleLayer, ExampleRow} from '../types.js'

/**
 * Upper bounds of P[ΔL(z₀, Z) ≥ η | d(z₀, Z) ≤ δ] for every example z₀ and a fresh Z, and the resulting radius at risk
 * β.
 *
 * Formula   given the number of references within δ of z₀, the number that differ is binomial: Clopper–Pearson at level
 *           α (docs/math.md, A5). radius: the largest δ of the grid with a bound ≤ β. The bound is not monotone in δ,
 *           so a smaller δ may have a larger one.
 * Shapes    counts [P, G] → bounds[p][g], null: fewer than 30 references within δ; radii[p], null: the example
 *           abstains.
 * Cost      P · G bisections of an incomplete beta function, fewer if counts repeat.
 */
export function exampleBounds(
  {within, exceed}: ExampleCounts,
  deltas: Float64Array,
  risk: number,
  alpha: number,
): {bounds: (number | null)[][]; radii: (number | null)[]} {
  const known = new Map<string, number>()
  const bound = (at: number) => {
    const [k, n] = [exceed[at]!, within[at]!]
    if (n < MIN_PAIRS) return null
    const key = `${k}/${n}`
    const value = known.get(key) ?? clopperPearsonUpper(k, n, alpha)
    known.set(key, value)
    return value
  }
  const G = deltas.length
  const bounds = Array.from({length: within.length / G}, (_, p) => Array.from(deltas, (_delta, g) => bound(p * G + g)))
  const radii = bounds.map((curve) => deltas[curve.findLastIndex((x) => x !== null && x <= risk)] ?? null)
  return {bounds, radii}
}

/** One layer's summary: per δ, the share of examples with a bound ≤ β. */
export function exampleLayer(
  layer: string,
  deltas: Float64Array,
  {bounds, radii}: ReturnType<typeof exampleBounds>,
  risk: number,
): ExampleLayer {
  const certified = radii.filter((radius) => radius !== null).sort((a, b) => a - b)
  return {
    layer,
    deltas: Array.from(deltas),
    certified: Array.from(
      deltas,
      (_, g) => bounds.filter((curve) => curve[g]! !== null && curve[g]! <= risk).length / bounds.length,
    ),
    abstained: 1 - certified.length / bounds.length,
    // Half of all examples have at least this radius; abstaining ones have none.
    medianRadius: certified[certified.length - Math.ceil(radii.length / 2)] ?? null,
  }
}

/** The examples with their radii and curves, in the order of the layers. */
export function exampleRows(
  {rows, losses, labels}: Points,
  layers: readonly ReturnType<typeof exampleBounds>[],
): ExampleRow[] {
  return layers[0]!.radii.map((_, p) => ({
    row: rows[p]!,
    label: labels?.[p] ?? null,
    loss: losses[p]!,
    radii: layers.map(({radii}) => radii[p]!),
    bounds: layers.map(({bounds}) => bounds[p]!),
  }))
}

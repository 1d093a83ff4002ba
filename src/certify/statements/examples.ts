import type {PairwiseEngine} from '../../pairwise/engine.js'
import {clopperPearsonUpper} from '../../stats/clopper-pearson.js'
import {MIN_PAIRS, middle} from './cells.js'
import type {CertifyPlan, LayerUnits} from '../plan/plan.js'
import type {Points} from '../sample/points.js'
import {referenceSide, volatilityTask} from '../measure/volatility-task.js'
import type {ExampleLayer, ExampleRow, LayerStates} from '../types.js'

/**
 * How many references each example has within every δ, and how many of these differ in loss by the middle η or more.
 */
export interface ExampleCounts {
  /** [P, G] */
  within: Float64Array
  exceed: Float64Array
}

/**
 * Counts of the first P anchors over a part of the references: the roles of the two sides are changed.
 *
 * Cost   P · references · dim multiply–adds.
 * Empty  P = 0 or no split → null.
 */
export async function measureExamples(
  plan: CertifyPlan,
  layer: LayerUnits,
  states: LayerStates,
  references: Points,
  engine: PairwiseEngine,
): Promise<ExampleCounts | null> {
  const count = exampleCount(plan)
  if (count === 0) return null
  const {anchors} = plan
  const others = referenceSide(states, references)
  const {within, exceed} = await engine.volatility({
    ...volatilityTask(plan, layer, states),
    ...referenceSide(states, {
      rows: anchors.rows.subarray(0, count),
      losses: anchors.losses.subarray(0, count),
      labels: null,
    }),
    anchors: others.references,
    anchorLoss: others.referenceLoss,
    anchorLabels: null,
    deltas: layer.deltas,
    etas: Float64Array.of(plan.etas[middle(plan.etas.length)]!),
  })
  return {within, exceed}
}

/** P: as many anchors as were asked for and are there; 0 without a split. */
export const exampleCount = ({alpha, anchors, options}: Pick<CertifyPlan, 'alpha' | 'anchors' | 'options'>): number =>
  alpha === null ? 0 : Math.min(options.examples, anchors.rows.length)

/**
 * Upper bounds of P[ΔL(z₀, Z) ≥ η | d(z₀, Z) ≤ δ] of every example z₀ for a fresh Z, and the radius at risk β that they
 * give.
 *
 * Formula   given how many references lie within δ of z₀, those that differ are binomial: Clopper–Pearson at level α
 *           (docs/math.md, A5). radius: the largest δ of the grid with a bound ≤ β. The bound is not monotone in δ, so
 *           a smaller δ may have a larger one.
 * Shapes    counts [P, G] → bounds[p][g], null where fewer than 30 references are within δ; radii[p], null: the example
 *           abstains.
 * Cost      P · G bisections of an incomplete beta function, fewer where counts repeat.
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

/** One layer's summary: at each δ the share of examples with a bound ≤ β. */
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
    // Half of all examples have at least this radius; those that abstain have none.
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

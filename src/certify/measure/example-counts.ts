import type {PairwiseEngine} from '../../pairwise/engine.js'
import type {CertifyPlan} from '../plan-types.js'
import type {LayerUnits} from '../sample/layer-units.js'
import type {Points} from '../sample/points.js'
import {middle} from '../sample/grid.js'
import type {LayerStates} from '../types.js'
import {referenceSide, volatilityTask} from './volatility-task.js'

/**
 * Per example: the number of references within each δ, and how many of these differ in loss by at least the middle η.
 */
export interface ExampleCounts {
  /** [P, G] */
  within: Float64Array
  exceed: Float64Array
}

/**
 * Counts for the first P anchors over a part of the references, with the roles of the two sides swapped.
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

/** P: the requested number of anchors, or all; 0 without a split. */
export const exampleCount = ({alpha, anchors, options}: Pick<CertifyPlan, 'alpha' | 'anchors' | 'options'>): number =>
  alpha === null ? 0 : Math.min(options.examples, anchors.rows.length)

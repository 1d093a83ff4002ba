import type {VolatilityTask} from '../../pairwise/engine.js'
import type {CertifyPlan} from '../plan-types.js'
import type {LayerUnits} from '../sample/layer-units.js'
import type {Points} from '../sample/points.js'
import {takeRows} from '../sample/sample.js'
import type {LayerStates} from '../types.js'

/** The anchors of a layer among themselves: every pair once. */
export function volatilityTask(plan: CertifyPlan, layer: LayerUnits, states: LayerStates): VolatilityTask {
  const {anchors, options, etas, lossMax} = plan
  const side = referenceSide(states, anchors)
  return {
    ...side,
    anchors: side.references,
    anchorLoss: side.referenceLoss,
    anchorLabels: side.referenceLabels,
    metric: options.metric,
    scale: layer.scale,
    floor: layer.floor,
    deltas: Float64Array.of(...layer.deltas, Infinity),
    etas,
    lossMax,
  }
}

export const referenceSide = (states: LayerStates, {rows, losses, labels}: Points) => ({
  references: takeRows(states, rows),
  referenceLoss: losses,
  referenceLabels: labels,
})

export const part = ({rows, losses, labels}: Points, from: number, to: number): Points => ({
  rows: rows.subarray(from, to),
  losses: losses.subarray(from, to),
  labels: labels === null ? null : labels.subarray(from, to),
})

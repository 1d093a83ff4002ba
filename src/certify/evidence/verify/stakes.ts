import {InputError} from '../../../errors.js'
import type {LayerBets} from '../../bets.js'
import type {CertifyPlan} from '../../plan-types.js'
import {stakesOf} from '../../plan/stakes.js'
import {unpackPilot} from '../pilot-codec.js'
import type {Evidence} from '../evidence.js'
import {differences} from './differences.js'

/** Maximum number of faults listed: one wrong configuration value changes all stakes. */
const NAMED = 3

/**
 * Stakes that do not follow from the report's pilot sums, one sentence each, the first three per layer: the theorem
 * does not allow stakes chosen after seeing the references.
 *
 * Cost  that of choosing stakes.
 */
export function stakeFaults(plan: CertifyPlan, {layers}: Evidence): string[] {
  const {anchors, etas} = plan
  return plan.layers.flatMap((layer, k) => {
    const {name, bets, pilot} = layers[k]!
    const place = `layer ${name}`
    if (pilot === undefined)
      return [
        `${place}: the evidence has no sums of its anchors among themselves, so its stakes cannot be chosen again`,
      ]
    try {
      const found = unpackPilot(
        pilot,
        {anchors: anchors.rows.length, floor: layer.floor, deltas: layer.deltas, etas, groups: anchors.groups ?? null},
        {place: `evidence of layer ${name}`, next: ['write the report again']},
      )
      return differences({stakes: bets}, {stakes: asStated(bets, stakesOf(plan, found))}, place).slice(0, NAMED)
    } catch (error) {
      if (error instanceof InputError) return [error.message]
      throw error
    }
  })
}

/** Removes members that reports of older versions do not have. */
const asStated = (stated: LayerBets, {cells, most, ...again}: LayerBets): LayerBets => ({
  ...again,
  ...(stated.most === undefined || most === undefined ? {} : {most}),
  cells: cells.map(({lower, ...cell}, c) => ({
    ...cell,
    ...(stated.cells[c]?.lower === undefined || lower === undefined ? {} : {lower}),
  })),
})

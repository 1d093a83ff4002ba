import {UsageError, option} from '../../errors.js'
import type {PairwiseEngine} from '../../pairwise/engine.js'
import type {CertifyPlan} from '../plan-types.js'
import {takeRows} from '../sample/sample.js'
import type {LayerSums} from '../measure/layer-sums.js'
import type {Embeddings} from '../types.js'
import {nearestAnchors} from './nearest-anchors.js'
import {chooseRule, type Rule, type RuleLayer} from './rule.js'

/** Requirements for a rule. α comes from the options; the rule's guarantee is separate from the report's statements. */
export interface RuleRequest {
  minCoverage: number
  /** t: a loss of t or more counts as wrong; auto: 1 for the 0–1 loss, else half of L_max */
  loss: number | 'auto'
}

/**
 * Chooses a certificate's rule from its plan and the nearest anchors of its references.
 *
 * Cost    per layer m² · dim multiply–adds for the pilot.
 * Throws  what chooseRule throws; UsageError  no split, or rows with sources.
 */
export async function makeRule(
  plan: CertifyPlan,
  embeddings: Embeddings,
  sums: readonly LayerSums[],
  {minCoverage, loss}: RuleRequest,
  engine: PairwiseEngine,
): Promise<Rule> {
  const {anchors, references, options} = plan
  if (plan.alpha === null)
    throw new UsageError('a rule needs the split: its guarantee comes from rows that are not anchors', [
      `leave out ${option('split: null')}`,
    ])
  if (references.groups !== null && references.groups !== undefined)
    throw new UsageError('a rule counts independent rows, and rows of one source are not', [
      `keep one row of each source, and leave out ${option('group')}`,
      'or make no rule: the statements about fresh sources stand',
    ])
  const layers: RuleLayer[] = []
  for (const [k, {name, nearestRadii, scale}] of plan.layers.entries()) {
    const states = takeRows(embeddings.layers[k]!, anchors.rows)
    layers.push({
      name,
      references: sums[k]!.nearest!,
      pilot: await nearestAnchors(states, states, options.metric, engine),
      radii: nearestRadii.map((radius) => radius * scale),
    })
  }
  const chosen = chooseRule(
    layers,
    {losses: references.losses, anchorLosses: anchors.losses},
    {
      risk: options.risk,
      loss: loss === 'auto' ? (plan.loss.name === 'zero-one' ? 1 : plan.lossMax / 2) : loss,
      minCoverage,
      alpha: options.alpha,
    },
  )
  const {rowNumbers} = embeddings
  return {
    ...chosen,
    lossName: plan.loss.name,
    metric: options.metric,
    anchors: takeRows(embeddings.layers.find(({name}) => name === chosen.layer)!, anchors.rows),
    anchorLosses: anchors.losses,
    anchorRows: rowNumbers === undefined ? anchors.rows : anchors.rows.map((row) => rowNumbers[row]!),
  }
}

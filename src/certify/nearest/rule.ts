import {UsageError, option} from '../../errors.js'
import {clopperPearsonLower, clopperPearsonUpper} from '../../stats/clopper-pearson.js'
import type {Dense} from '../../linalg/types.js'
import type {LossName, MetricName} from '../types.js'
import type {NearestAnchors} from './nearest-anchors.js'

/** Requirements for a rule. */
export interface RuleTarget {
  /** β: at most this share of accepted inputs may have a loss of `loss` or more */
  risk: number
  /** t: the loss from which on an answer counts as wrong */
  loss: number
  /** the rule must be shown to accept at least this share of fresh inputs */
  minCoverage: number
  /** the guarantee fails for at most this share of samples */
  alpha: number
}

/** Accept z if d(z, A) ≤ δ and the loss of its nearest anchor is at most ℓ; otherwise abstain. */
export interface RuleThresholds {
  /** δ in raw units of the layer */
  radius: number
  /** ℓ */
  anchorLoss: number
}

export interface ChosenRule extends RuleThresholds {
  layer: string
  target: RuleTarget
  /** number of references, of accepted ones, and of accepted ones with a loss ≥ t */
  references: number
  accepted: number
  wrong: number
  /** lower bound of P[accepted] */
  coverage: number
  /** number of radii tested before the last that passed, and number of radii */
  tested: number
}

/** How a rule's states were computed. */
export interface RuleSource {
  /** sha256 of the model's files, sorted */
  model: readonly string[]
  /** pooling option */
  pool: string
  /** whether the inputs were tokenized texts */
  texts: boolean
  /** other options for preparing inputs, by name */
  preparation: Readonly<Record<string, string | number | readonly number[]>>
}

/** A rule with the data needed to apply it: states, losses and rows of its anchors. */
export interface Rule extends ChosenRule {
  /** absent: states were given, or the rule was written by an earlier version */
  source?: RuleSource
  lossName: LossName
  metric: MetricName
  /** [m, dim] */
  anchors: Dense<Float32Array | Float64Array>
  /** [m] losses, and [m] rows in the data file */
  anchorLosses: Float64Array
  anchorRows: Uint32Array
}

/** A layer's input to the rule: nearest anchors of the references, and of each anchor among the others. */
export interface RuleLayer {
  name: string
  references: NearestAnchors
  /** the pilot: [m] nearest other anchor of each anchor */
  pilot: NearestAnchors
  /** raw units, ascending */
  radii: readonly number[]
}

export interface RuleSample {
  losses: Float64Array
  anchorLosses: Float64Array
}

/** Share of α for the lower bound of the accepted share; the rest is for the risk. */
const COVERAGE_SHARE = 0.1
/** Candidates for ℓ, as fractions of t. */
const LIMITS = [0.1, 0.25, 0.5, 0.999]

interface Counts {
  accepted: number
  wrong: number
}

/**
 * Chooses a rule that accepts or abstains without a label, with a guaranteed risk among accepted inputs.
 *
 * Formula    Given the anchors, "accepted" and "L(Z) ≥ t" are events of a fresh Z, so of the N accepted references the
 *            k with L_j ≥ t are binomial: P[L(Z) ≥ t | accepted] ≤ CP⁺(k, N, α). The layer, ℓ and the order of the
 *            radii are chosen from the anchors only. Then the radii are tested in order, each at level α, until a bound
 *            exceeds β (fixed-sequence testing): the last that passed holds with probability ≥ 1 − α, whatever the
 *            number of radii. α here is 0.9 of the target's; the other 0.1 is split among lower bounds of the accepted
 *            share, one per radius.
 * Cost       layers · ℓ · radii · (n + m).
 * Throws     UsageError  an invalid target, or one that no rule is shown to meet (says what was reached).
 * Source     Angelopoulos et al. 2021 (Learn then Test); docs/math.md, "A rule for deployment".   Deviation: none.
 */
export function chooseRule(layers: readonly RuleLayer[], sample: RuleSample, target: RuleTarget): ChosenRule {
  checkTarget(target)
  const {alpha, risk, minCoverage} = target
  const ratio = sample.losses.length / sample.anchorLosses.length
  const level = (1 - COVERAGE_SHARE) * alpha
  let best: {layer: RuleLayer; limit: number; order: number[]; expected: number} | null = null
  for (const layer of layers) {
    for (const share of LIMITS) {
      const limit = share * target.loss
      const pilot = layer.radii.map((radius) =>
        count(layer.pilot, sample.anchorLosses, sample.anchorLosses, {radius, anchorLoss: limit}, target.loss),
      )
      const bounds = pilot.map(({accepted, wrong}) => bound(ratio * wrong, Math.floor(ratio * accepted), level))
      const start = bounds.indexOf(Math.min(...bounds))
      let end = start
      while (end + 1 < bounds.length && bounds[end + 1]! <= risk) end++
      const expected = bounds[start]! <= risk ? pilot[end]!.accepted : -bounds[start]!
      const order = layer.radii.slice(start)
      if (best === null || expected > best.expected) best = {layer, limit, order: [...order], expected}
    }
  }
  if (best === null) throw new UsageError('there is no layer to make a rule from')
  const {layer, limit, order} = best
  let passed: (Counts & {radius: number}) | null = null
  let tested = 0
  let failed = 1
  for (const radius of order) {
    const thresholds = {radius, anchorLoss: limit}
    const counts = count(layer.references, sample.losses, sample.anchorLosses, thresholds, target.loss)
    const upper = bound(counts.wrong, counts.accepted, level)
    tested++
    if (!(upper <= risk)) {
      failed = upper
      break
    }
    passed = {...counts, radius}
  }
  if (passed === null)
    throw new UsageError(
      `no rule is shown to keep the risk at ${risk}: the most promising one (layer ${layer.name}) is bounded by ${failed.toPrecision(3)}`,
      [`raise ${option('risk')}`, 'certify with more rows'],
    )
  const references = sample.losses.length
  const coverage = clopperPearsonLower(passed.accepted, references, (COVERAGE_SHARE * alpha) / order.length)
  if (coverage < minCoverage)
    throw new UsageError(
      `the rule is shown to accept at least ${coverage.toPrecision(3)} of fresh inputs, not ${minCoverage}`,
      [`lower ${option('minCoverage')}`, `raise ${option('risk')}`, 'certify with more rows'],
    )
  return {
    layer: layer.name,
    radius: passed.radius,
    anchorLoss: limit,
    target,
    references,
    accepted: passed.accepted,
    wrong: passed.wrong,
    coverage,
    tested,
  }
}

/** Whether a rule accepts an input. */
export const accepts = ({radius, anchorLoss}: RuleThresholds, distance: number, lossOfNearest: number): boolean =>
  distance <= radius && lossOfNearest <= anchorLoss

function count(
  {anchors, distances}: NearestAnchors,
  losses: Float64Array,
  anchorLosses: Float64Array,
  thresholds: RuleThresholds,
  wrongFrom: number,
): Counts {
  const counts = {accepted: 0, wrong: 0}
  distances.forEach((distance, j) => {
    if (!accepts(thresholds, distance, anchorLosses[anchors[j]!]!)) return
    counts.accepted++
    if (losses[j]! >= wrongFrom) counts.wrong++
  })
  return counts
}

const bound = (wrong: number, accepted: number, alpha: number) =>
  accepted === 0 ? 1 : clopperPearsonUpper(Math.min(accepted, Math.ceil(wrong)), accepted, alpha)

function checkTarget({risk, loss, minCoverage, alpha}: RuleTarget): void {
  if (!(risk > 0 && risk < 1))
    throw new UsageError(`${option('risk')} is ${risk}; it lies between 0 and 1, both excluded`)
  if (!(minCoverage >= 0 && minCoverage < 1))
    throw new UsageError(`${option('minCoverage')} is ${minCoverage}; it is a share from 0 to below 1`)
  if (!(loss > 0 && loss < Infinity))
    throw new UsageError(`a loss of ${loss} or more cannot count as wrong; it is above 0`)
  if (!(alpha > 0 && alpha < 1)) throw new UsageError(`${option('alpha')} is ${alpha}; it lies between 0 and 1`)
}

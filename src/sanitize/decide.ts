import {option, UsageError} from '../errors.js'
import type {AutoPrune} from './auto-prune.js'
import type {EdgeChances} from './edge-chances.js'
import {harmTest, type HarmTest} from './harm-test.js'
import type {PreparedGraph} from './prepare.js'
import {type PruneRule, rankEdges} from './prune.js'
import type {EdgeScores, RandomEdgeSummary} from './types.js'

/** If less than this share of the edges is removed, no test could see harm. */
const TESTED_FROM = 0.03
const CERTAIN = 0.9

/** How the cut is made, and what was concluded on the way. */
export interface Decision {
  rule: PruneRule
  /** [m] 1: may be pruned by this rule */
  eligible: Uint8Array
  finding: RandomEdgeSummary['finding']
  reason: string | null
  harm: HarmTest | null
}

/**
 * The cut that the options ask for. An automatic cut by a score that is not clear is tested on hidden labels first
 * (harmTest), and is not made if it does clear harm.
 *
 * Throws     UsageError  a probability or an expected share outside [0, 1].
 */
export async function decideCut(
  prepared: PreparedGraph,
  {score, scored, probability}: Pick<EdgeScores, 'score' | 'scored' | 'probability'>,
  {supported}: EdgeChances,
  auto: AutoPrune,
): Promise<Decision> {
  const {prune, minDegree} = prepared.options
  const known = scored.map((x, e) => x & supported[e]!)
  const concluded = {finding: auto.finding, reason: auto.reason, harm: null}
  if (prune.rule === 'ratio' || prune.rule === 'count' || prune.rule === 'threshold')
    return {...concluded, rule: {rule: prune.rule, value: prune.value}, eligible: scored}
  if (prune.rule !== 'auto') {
    const count = countBy(prune.rule, prune.value, score, known, probability)
    return {...concluded, rule: {rule: prune.rule, count}, eligible: known}
  }
  const isTested = !auto.isClear && auto.count > TESTED_FROM * supported.length
  if (isTested && prepared.given.missing !== null)
    return {
      finding: 'not enough evidence to judge',
      reason: `${auto.count} edges look wired at random, and without labels of two classes no pruning of them can be tried on hidden ones`,
      harm: null,
      rule: {rule: 'auto', count: 0},
      eligible: known,
    }
  const harm = isTested ? await harmTest(prepared, minDegree) : null
  if (harm?.vetoes !== true) return {...concluded, harm, rule: {rule: 'auto', count: auto.count}, eligible: known}
  return {
    finding: 'not enough evidence to judge',
    reason: `pruning would lose ${harm.lost} of ${harm.hidden} hidden labels and win ${harm.won}`,
    harm,
    rule: {rule: 'auto', count: 0},
    eligible: known,
  }
}

/** How many of the known edges, most suspect first, a probability or an expected share of genuine edges allows. */
function countBy(
  rule: 'probability' | 'fdr',
  value: number,
  score: Float64Array,
  known: Uint8Array,
  probability: Float64Array,
): number {
  if (!(value >= 0 && value <= 1))
    throw new UsageError(
      `${rule === 'fdr' ? 'the expected share of genuine edges' : 'the probability'} is ${value}, it must lie between 0 and 1`,
      [rule === 'fdr' ? `use ${option('fdr')} 0.3` : `use ${option('prune')} "p>0.5"`],
    )
  let count = 0
  let genuine = 0
  let best = 0
  for (const e of rankEdges(score)) {
    if (known[e] === 0) continue
    count++
    genuine += 1 - probability[e]!
    if (rule === 'probability' ? probability[e]! > value : genuine <= value * count) best = count
  }
  return best
}

/** What the report says of edges that look wired at random. */
export function randomEdgeSummary(
  {random: {share}, says, supported}: EdgeChances,
  probability: Float64Array,
  pruned: Uint8Array,
  {finding, reason, harm}: Decision,
): RandomEdgeSummary {
  const counted = supported.reduce((sum, x) => sum + x, 0)
  const number = {estimate: counted * share.estimate, low: counted * share.low, high: counted * share.high}
  return {
    finding,
    reason,
    counted,
    share,
    number,
    certain: probability.reduce((sum, p) => sum + Number(p >= CERTAIN), 0),
    expectedGenuine:
      finding === 'not enough evidence to judge'
        ? null
        : probability.reduce((sum, p, e) => sum + (pruned[e] === 1 && !Number.isNaN(p) ? 1 - p : 0), 0),
    parts: says,
    harm,
  }
}

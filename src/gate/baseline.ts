import {compareWith} from '../certify/evidence/pairing.js'
import type {Comparison} from '../certify/comparison-types.js'
import {InputError} from '../errors.js'
import {incomparable} from './comparable.js'
import {asCertificate, type JudgedReport} from './judged-report.js'
import {type Direction, judgedValue} from './judged.js'
import type {Segment} from './metric-path.js'
import {cellLabel, elementLabel, readings} from './readings.js'
import {type RuleOutcome, shown} from './thresholds.js'
import type {BaselineRule} from './types.js'

/** Confidence of the interval that a paired difference is judged on: 1 − this. */
const PAIRED_ALPHA = 0.05

/** Two reports of one check that can be compared. */
export interface Pair {
  now: JudgedReport
  before: JudgedReport
  /** example by example, where both certificates carry their evidence */
  paired: Comparison | null
}

/** The pair, or one sentence that says why there is none. */
export function pairOf(now: JudgedReport, before: JudgedReport, acrossData: boolean): Pair | string {
  const reason = incomparable(now, before, {acrossData})
  if (reason !== null) return reason
  const [certificate, earlier] = [asCertificate(now), asCertificate(before)]
  // One checkpoint on one data set: its figures are the same by identity, and no interval is needed.
  if (sameInputs(now, before)) return {now, before, paired: null}
  if (certificate === null || earlier === null || acrossData) return {now, before, paired: null}
  if (certificate.evidence === undefined || earlier.evidence === undefined) {
    const together = now.inputs.some(({role}) => role === 'embeddings')
    return together
      ? 'hidden states without evidence: whether the examples are the same is unknown'
      : {now, before, paired: null}
  }
  try {
    const side = ({metrics, evidence, inputs}: typeof certificate) => ({metrics, evidence: evidence!, inputs})
    return {
      now,
      before,
      paired: compareWith({path: 'the baseline', ...side(earlier)}, side(certificate), PAIRED_ALPHA),
    }
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

/** Whether both were made from the same files: what is compared with earlier reports takes no part. */
function sameInputs(now: JudgedReport, before: JudgedReport): boolean {
  const hashes = ({inputs}: JudgedReport) =>
    inputs
      .filter(({role}) => role !== undefined && role !== 'against')
      .map(({sha256}) => sha256)
      .sort()
      .join()
  return hashes(now) !== '' && hashes(now) === hashes(before)
}

/**
 * Whether every value that the path names is no worse than in the baseline.
 *
 * Formula  slack = absolute + relative · |value in the baseline|. Paired (scale-free ε of a layer, cells and accuracy
 *          of a certificate of another checkpoint): the unfavourable end of the exact 95 % interval of the paired
 *          difference is at most the slack, so that a pass is evidence of being no worse. The interval has a width even
 *          where nothing changed, so without slack only the same checkpoint passes. Else: the difference of the two
 *          judged values is at most the slack.
 */
export function judgeBaseline(
  {now, before, paired}: Pair,
  segments: readonly Segment[],
  rule: BaselineRule,
  worse: Direction,
): RuleOutcome {
  const earlier = new Map(readings(before, segments).map((reading) => [reading.at, reading]))
  const sign = worse === 'max' ? 1 : -1
  const differences = readings(now, segments).map((reading): Difference => {
    const pair = paired === null ? null : pairedAt(paired, reading.at)
    if (pair !== null) {
      if (pair.interval === null)
        return {
          at: reading.at,
          worsening: null,
          slack: 0,
          on: null,
          missing: 'no exact interval of the paired difference',
        }
      const [low, high] = pair.interval
      return {
        at: reading.at,
        worsening: worse === 'max' ? high : -low,
        slack: slackOf(rule, pair.earlier),
        on: 'exact 95 % interval of the paired difference',
        missing: null,
      }
    }
    const [here, there] = [judgedValue(reading, worse), earlier.get(reading.at)]
    const base = there === undefined ? null : judgedValue(there, worse)
    const missing =
      here.value === null
        ? here.text
        : base === null
          ? 'not in the baseline'
          : base.value === null
            ? `${base.text} in the baseline`
            : null
    if (missing !== null) return {at: reading.at, worsening: null, slack: 0, on: here.on, missing}
    return {
      at: reading.at,
      worsening: sign * (here.value! - base!.value!),
      slack: slackOf(rule, base!.value!),
      on: here.on,
      missing: null,
    }
  })
  const worst =
    differences.find(({missing}) => missing !== null) ??
    differences.reduce((a, b) => (b.worsening! - b.slack > a.worsening! - a.slack ? b : a))
  return {
    rule: 'baseline',
    passed: worst.worsening !== null && worst.worsening <= worst.slack,
    expected: `at most ${shown(worst.slack, null)} ${worse === 'max' ? 'higher' : 'lower'} than the baseline`,
    found: worst.missing ?? describe(worst.worsening!, worst.slack, worse),
    value: worst.worsening,
    limit: worst.slack,
    at: worst.at === '' ? null : worst.at,
    matches: differences.length,
    judgedOn: worst.on,
  }
}

interface Difference {
  at: string
  /** positive: worse */
  worsening: number | null
  slack: number
  on: string | null
  missing: string | null
}

const slackOf = ({absolute = 0, relative = 0}: BaselineRule, earlier: number) => absolute + relative * Math.abs(earlier)

function describe(worsening: number, slack: number, worse: Direction): string {
  if (worsening === 0) return 'no difference'
  const higher = worsening > 0 === (worse === 'max')
  return `${shown(Math.abs(worsening), slack)} ${higher ? 'higher' : 'lower'}`
}

function pairedAt(
  {layers, cells, performance}: Comparison,
  at: string,
): {earlier: number; interval: [number, number] | null} | null {
  const paths = ['performance', 'performance.value', ...(performance?.measure === undefined ? ['accuracy'] : [])]
  if (performance !== undefined && paths.includes(at))
    return {earlier: performance.earlier, interval: performance.exact}
  for (const {name, earlier, exact} of layers) {
    const place = `layers[${elementLabel(name)}].epsilon.scaleFree`
    if (at === place || at === `${place}.estimate` || at === `${place}.upper`) return {earlier, interval: exact}
  }
  for (const cell of cells) {
    const place = `cells[${cellLabel(cell)}]`
    if ((at === place || at.startsWith(`${place}.`)) && !/\.(pairs|fraction|delta|deltaRaw|eta)$/.test(at))
      return {earlier: cell.earlierBound, interval: cell.exact}
  }
  return null
}

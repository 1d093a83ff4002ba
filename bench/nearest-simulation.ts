import {nearestCurve, nearestStatements} from '../src/certify/nearest/curve.js'
import {nearestAnchors} from '../src/certify/nearest/nearest-anchors.js'
import {nearestRadii} from '../src/certify/nearest/radii.js'
import {accepts, type ChosenRule, chooseRule} from '../src/certify/nearest/rule.js'
import {UsageError} from '../src/errors.js'
import {anchorGeometry} from '../src/certify/plan/geometry.js'
import type {Dense} from '../src/linalg/types.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {quantile} from '../src/stats/quantile.js'
import {random, type Random} from '../src/stats/random.js'

/**
 * A law with finitely many atoms, drawn from with replacement: draws are independent and every truth is a share of the
 * rows.
 */
export interface Population {
  name: string
  states: Dense
  losses: Float64Array
  labels: Int32Array
  eta: number
}

const PARTS = 4

function population(
  name: string,
  rows: number,
  cols: number,
  row: (i: number) => {state: readonly number[]; loss: number; label?: number},
  eta = 1,
): Population {
  const states = {rows, cols, data: new Float64Array(rows * cols)}
  const losses = new Float64Array(rows)
  const labels = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    const {state, loss, label = i % PARTS} = row(i)
    states.data.set(state, i * cols)
    losses[i] = loss
    labels[i] = label
  }
  return {name, states, losses, labels, eta}
}

const gaussian = (r: Random, dim: number) => Array.from({length: dim}, () => r.normal())
const flag = (wrong: boolean) => (wrong ? 1 : 0)

/** Six kinds of law on which a bound could fail; `size` rows in each. */
export function POPULATIONS(size: number): Population[] {
  const r = random(11)
  return [
    population('fresh draws: Gaussian 2-d, wrong beyond a line', size, 2, () => {
      const state = gaussian(r, 2)
      return {state, loss: flag(state[0]! + 0.5 * r.normal() > 1)}
    }),
    population('atoms: a third one wrong input', size, 2, (i) =>
      i % 3 === 0
        ? {state: [0.5, 0.5], loss: 1, label: 1}
        : {state: [r.uniform(), r.uniform()], loss: flag(r.uniform() < 0.05), label: 0},
    ),
    population(
      'heavy tails: Cauchy 3-d, unbounded loss',
      size,
      3,
      () => {
        const state = gaussian(r, 3).map((x) => x / Math.max(1e-3, Math.abs(r.normal())))
        return {state, loss: Math.abs(state[0]!) ** 1.5}
      },
      2,
    ),
    population('label noise: Gaussian 16-d, 10 % wrong anywhere', size, 16, () => ({
      state: gaussian(r, 16),
      loss: flag(r.uniform() < 0.1),
    })),
    population(
      'manifold: a line in 8-d, smooth loss',
      size,
      8,
      () => {
        const t = 6 * r.uniform()
        return {state: [1, 2, 3, 4].flatMap((k) => [Math.cos(k * t), Math.sin(k * t)]), loss: (1 + Math.sin(3 * t)) / 2}
      },
      0.1,
    ),
    population('classes 99 : 1, the rare one often wrong', size, 4, (i) => {
      const rare = i % 100 === 0
      return {
        state: gaussian(r, 4).map((x) => x + (rare ? 1.5 : 0)),
        loss: flag(r.uniform() < (rare ? 0.5 : 0.02)),
        label: flag(rare),
      }
    }),
  ]
}

export interface NearestCoverage {
  /** share of runs in which every point of a curve held, both bounds, α shared among them */
  simultaneous: number
  /** share of runs in which the bound at the middle radius held at α by itself, and the share covered there */
  single: number
  covered: number
  /** means over runs at the middle radius, of the curve */
  truth: number
  bound: number
  coveredTruth: number
  coveredLower: number
}

/** `rows` draws a run, a quarter of them anchors, against the truth over the whole law. */
export async function simulateNearest(
  {states, losses, eta}: Population,
  {rows, alpha, runs}: {rows: number; alpha: number; runs: number},
  engine: PairwiseEngine,
): Promise<NearestCoverage> {
  const held = {simultaneous: 0, single: 0, covered: 0, truth: 0, bound: 0, coveredTruth: 0, coveredLower: 0}
  const m = Math.round(rows / 4)
  const etas = Float64Array.of(eta)
  for (let run = 1; run <= runs; run++) {
    const r = random(1000 + run)
    const drawn = Uint32Array.from({length: rows}, () => r.integer(states.rows))
    const [anchorRows, references] = [drawn.subarray(0, m), drawn.subarray(m)]
    const anchors = take(states, anchorRows)
    const {nearestOther, sortedDistances} = await anchorGeometry(anchors, 'l2', engine)
    const deltas = Float64Array.from([0.02, 0.1, 0.3], (q) => quantile(sortedDistances, q)).filter((d) => d > 0)
    const radii = nearestRadii(nearestOther, deltas, 1)
    const all = await nearestAnchors(states, anchors, 'l2', engine)
    const common = {
      anchorLosses: Float64Array.from(anchorRows, (i) => losses[i]!),
      radii,
      etas,
      scale: 1,
      sources: null,
    }
    const truth = nearestCurve({...common, nearest: all, losses, alpha: 0.5})
    const sample = {
      ...common,
      nearest: {
        anchors: references.map((i) => all.anchors[i]!),
        distances: Float64Array.from(references, (i) => all.distances[i]!),
      },
      losses: Float64Array.from(references, (i) => losses[i]!),
    }
    const curve = nearestCurve({...sample, alpha: alpha / nearestStatements(radii.length, 1)})
    const single = nearestCurve({...sample, alpha})
    const middle = Math.floor(radii.length / 2)
    const bounded = (points: typeof curve, k: number) => points[k]!.bound >= (truth[k]!.observed ?? 0)
    const covers = (points: typeof curve, k: number) => points[k]!.coveredLower <= truth[k]!.covered
    held.simultaneous += (curve.every((_, k) => bounded(curve, k) && covers(curve, k)) ? 1 : 0) / runs
    held.single += (bounded(single, middle) ? 1 : 0) / runs
    held.covered += (covers(single, middle) ? 1 : 0) / runs
    held.truth += (truth[middle]!.observed ?? 0) / runs
    held.bound += curve[middle]!.bound / runs
    held.coveredTruth += truth[middle]!.covered / runs
    held.coveredLower += curve[middle]!.coveredLower / runs
  }
  return held
}

export interface RuleCoverage {
  /** share of runs without a rule, or with one whose true risk is at most the target */
  held: number
  /** share of runs with a rule; of these the means of the true risk, of the share accepted, and of its lower bound */
  made: number
  risk: number
  accepted: number
  coverage: number
  /** share of rules whose lower bound of the share accepted held */
  covered: number
}

/** A rule for at most `risk` wrong ones, from `rows` draws a run, against the truth over the whole law. */
export async function simulateRule(
  {states, losses, eta}: Population,
  {rows, alpha, risk, runs}: {rows: number; alpha: number; risk: number; runs: number},
  engine: PairwiseEngine,
): Promise<RuleCoverage> {
  const sums = {held: 0, made: 0, risk: 0, accepted: 0, coverage: 0, covered: 0}
  const m = Math.round(rows / 4)
  for (let run = 1; run <= runs; run++) {
    const r = random(5000 + run)
    const drawn = Uint32Array.from({length: rows}, () => r.integer(states.rows))
    const [anchorRows, references] = [drawn.subarray(0, m), drawn.subarray(m)]
    const anchors = take(states, anchorRows)
    const {nearestOther} = await anchorGeometry(anchors, 'l2', engine)
    const all = await nearestAnchors(states, anchors, 'l2', engine)
    const anchorLosses = Float64Array.from(anchorRows, (i) => losses[i]!)
    const layer = {
      name: 'h',
      references: {
        anchors: references.map((i) => all.anchors[i]!),
        distances: Float64Array.from(references, (i) => all.distances[i]!),
      },
      pilot: await nearestAnchors(anchors, anchors, 'l2', engine),
      radii: nearestRadii(nearestOther, new Float64Array(0), 1),
    }
    let rule: ChosenRule
    try {
      const sample = {losses: Float64Array.from(references, (i) => losses[i]!), anchorLosses}
      rule = chooseRule([layer], sample, {risk, loss: eta, minCoverage: 0, alpha})
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      sums.held += 1 / runs
      continue
    }
    let [accepted, wrong] = [0, 0]
    for (let i = 0; i < states.rows; i++) {
      if (!accepts(rule, all.distances[i]!, anchorLosses[all.anchors[i]!]!)) continue
      accepted++
      if (losses[i]! >= eta) wrong++
    }
    const truth = accepted === 0 ? 0 : wrong / accepted
    sums.held += (truth <= risk ? 1 : 0) / runs
    sums.made++
    sums.risk += truth
    sums.accepted += accepted / states.rows
    sums.coverage += rule.coverage
    sums.covered += rule.coverage <= accepted / states.rows ? 1 : 0
  }
  const {held, made} = sums
  const mean = (sum: number) => (made === 0 ? 0 : sum / made)
  return {
    held,
    made: made / runs,
    risk: mean(sums.risk),
    accepted: mean(sums.accepted),
    coverage: mean(sums.coverage),
    covered: mean(sums.covered),
  }
}

export const take = ({cols, data}: Dense, rows: Uint32Array): Dense => {
  const out = new Float64Array(rows.length * cols)
  rows.forEach((row, k) => out.set(data.subarray(row * cols, (row + 1) * cols), k * cols))
  return {rows: rows.length, cols, data: out}
}

import {nearestCurve, nearestStatements} from '../src/certify/nearest/curve.js'
import {nearestAnchors} from '../src/certify/nearest/nearest-anchors.js'
import {type Budget, budgetShare} from '../src/gate/budget.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {clopperPearsonUpper} from '../src/stats/clopper-pearson.js'
import {quantile} from '../src/stats/quantile.js'
import {random} from '../src/stats/random.js'
import {type Population, take} from './nearest-simulation.js'

/** Share of histories in which no certificate of any run was wrong. */
export interface HistoryCoverage {
  alpha: number
  budget: Budget
  held: number
  /** the same where every run spends all of α */
  without: number
  /** means over the runs of a history: of the bound of the share of wrong rows, and of its truth */
  bound: number
  truth: number
}

/** A certificate is the share of wrong rows, and the bound and the share covered of three radii, α shared equally. */
const COVERED = [0.3, 0.6, 0.9]
const STATEMENTS = 1 + nearestStatements(COVERED.length, 1)

/**
 * Histories of `length` checkpoints, all judged on one sample of `rows` draws, a quarter of them anchors. A checkpoint is
 * wrong where the population is, but for a fifth of the rows, which take their loss from elsewhere; which ones, its number
 * says. independent: that is the number of the run. adaptive: it depends on every pass and failure before, and a run
 * passes where its bound of the share of wrong rows is below the truth of an average checkpoint and a little more.
 */
export async function simulateHistories(
  {states, losses, eta}: Population,
  {rows, alphas, runs, length}: {rows: number; alphas: readonly number[]; runs: number; length: number},
  engine: PairwiseEngine,
): Promise<HistoryCoverage[]> {
  const size = states.rows
  const wrongShare = (values: ArrayLike<number>) => Array.from(values).filter((x) => x >= eta).length / values.length
  const limit = wrongShare(losses) + 0.05
  const checkpoint = (number: number) => {
    const r = random(number)
    return losses.map((loss) => (r.uniform() < 0.2 ? losses[r.integer(size)]! : loss))
  }
  const out = (['independent', 'adaptive'] as const).flatMap((budget) =>
    alphas.map((alpha) => ({alpha, budget, held: 0, without: 0, bound: 0, truth: 0})),
  )
  const m = Math.round(rows / 4)
  for (let run = 1; run <= runs; run++) {
    const r = random(60_000 + run)
    const drawn = Uint32Array.from({length: rows}, () => r.integer(size))
    const [anchorRows, references] = [drawn.subarray(0, m), drawn.subarray(m)]
    const near = await nearestAnchors(states, take(states, anchorRows), 'l2', engine)
    const radii = COVERED.map((q) => quantile(near.distances.slice().sort(), q))
    const all = Uint32Array.from({length: size}, (_, row) => row)
    const certificate = (of: Float64Array, rowsOf: Uint32Array, alpha: number) => ({
      wrong: clopperPearsonUpper(rowsOf.filter((row) => of[row]! >= eta).length, rowsOf.length, alpha),
      curve: nearestCurve({
        nearest: {
          anchors: rowsOf.map((row) => near.anchors[row]!),
          distances: Float64Array.from(rowsOf, (row) => near.distances[row]!),
        },
        losses: Float64Array.from(rowsOf, (row) => of[row]!),
        anchorLosses: Float64Array.from(anchorRows, (row) => of[row]!),
        ...{radii, etas: Float64Array.of(eta), scale: 1, alpha, sources: null},
      }),
    })
    /** Of one run of a history: whether its certificate is true, and its bound of the share of wrong rows. */
    const judge = (of: Float64Array, truth: ReturnType<typeof certificate>['curve'], alpha: number) => {
      const {wrong, curve} = certificate(of, references, alpha / STATEMENTS)
      const held =
        wrong >= wrongShare(of) &&
        curve.every(
          ({bound, coveredLower}, k) => bound >= (truth[k]!.observed ?? 0) && coveredLower <= truth[k]!.covered,
        )
      return {held, wrong}
    }
    for (const each of out) {
      let [held, without, number] = [true, true, 1]
      for (let t = 1; t <= length; t++) {
        const of = checkpoint(each.budget === 'independent' ? 1000 * run + t : 7_000_000 + number)
        const truth = certificate(of, all, 0.5).curve
        const {held: true_, wrong} = judge(of, truth, each.alpha * budgetShare(each.budget, t))
        held &&= true_
        without &&= judge(of, truth, each.alpha).held
        number = 2 * number + (wrong <= limit ? 1 : 0)
        each.bound += wrong / length / runs
        each.truth += wrongShare(of) / length / runs
      }
      each.held += (held ? 1 : 0) / runs
      each.without += (without ? 1 : 0) / runs
    }
  }
  return out
}

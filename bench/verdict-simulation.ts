import {certify} from '../src/certify/certify.js'
import {unpackPoints} from '../src/certify/sample/points.js'
import {exactDifference} from '../src/certify/evidence/cell-difference.js'
import {DEFAULT_OPTIONS} from '../src/certify/options.js'
import {clopperPearsonLower} from '../src/stats/clopper-pearson.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {random} from '../src/stats/random.js'

/** Share of runs in which a statement held, and how wide it was. */
export interface Held {
  held: number
  width: number
}

/**
 * Exact intervals of the difference of a cell between two checkpoints, of which `rate` of the examples changed between
 * right and wrong: neighbours are right as often, so the truth is known.
 */
export function differenceCoverage(rate: number, alpha: number, runs: number, seed: number, n = 500): Held {
  const {uniform, integer} = random(seed)
  const wrong = 0.05
  const share = (p: number) => p * (1 - wrong) + (1 - p) * wrong
  const truth = share(wrong) - share(wrong + rate - 2 * wrong * rate)
  let [held, width] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const b = Float64Array.from({length: n}, () => integer(4) / 10)
    const before = b.map(() => (uniform() < wrong ? 1 : 0))
    const now = before.map((x) => (uniform() < rate ? 1 - x : x))
    const side = (x: Float64Array) => ({
      a: b.map((within, j) => within * (x[j] === 1 ? 1 - wrong : wrong)),
      b,
      most: 0.3,
      direct: [{stake: 1, weight: 1, from: 0}],
      lower: [{stake: 1, weight: 1, from: 0}],
    })
    // `now` is drawn from `before`, so its share is the one that moves.
    const [low, high] = exactDifference(side(before), side(now), alpha)
    if (low <= truth && truth <= high) held++
    width += high - low
  }
  return {held: held / runs, width: width / runs}
}

/** The lower bound of an accuracy `p`. */
export function accuracyCoverage(p: number, alpha: number, runs: number, seed: number, n = 300): Held {
  const {uniform} = random(seed)
  let [held, width] = [0, 0]
  for (let run = 0; run < runs; run++) {
    let right = 0
    for (let j = 0; j < n; j++) if (uniform() < p) right++
    const lower = clopperPearsonLower(right, n, alpha)
    if (lower <= p) held++
    width += p - lower
  }
  return {held: held / runs, width: width / runs}
}

/**
 * The bound of P[ΔL ≥ 1 | d ≤ δ] where a share `atom` of the distribution is one common wrong input and the rest lies on a
 * line, wrong with probability 0.05: with equal rows kept, and left out. The truth is for the anchors of the run.
 */
export async function duplicateCoverage(
  {
    atom,
    alpha,
    runs,
    seed,
    duplicates,
  }: {atom: number; alpha: number; runs: number; seed: number; duplicates: 'keep' | 'drop'},
  engine: PairwiseEngine,
  rows = 200,
): Promise<Held> {
  const {uniform} = random(seed)
  const delta = 1
  let [held, width] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const common = Array.from({length: rows}, () => uniform() < atom)
    const data = Float64Array.from(common, (one) => (one ? 5 : 10 * uniform()))
    const loss = Float64Array.from(common, (one) => (one || uniform() < 0.05 ? 1 : 0))
    const {metrics, evidence} = await certify(
      {rows, layers: [{name: 'line', dim: 1, data}], labels: null, output: null, loss},
      {
        ...DEFAULT_OPTIONS,
        alpha,
        seed: run,
        bootstrap: 0,
        examples: 0,
        scale: 'none',
        deltas: [delta],
        etas: [1],
        loss: 'file',
        lossMax: 1,
        duplicates,
      },
      engine,
    )
    const truth = atomTruth(unpackPoints(evidence!.sample.anchors, 'anchors').rows, data, loss, delta, atom)
    if (metrics.cells[0]!.direct >= truth) held++
    width += metrics.cells[0]!.direct - truth
  }
  return {held: held / runs, width: width / runs}
}

/** P[ΔL ≥ 1 | d ≤ δ] of a random one of these anchors and a fresh draw, in closed form. */
function atomTruth(rows: Uint32Array, data: Float64Array, loss: Float64Array, delta: number, atom: number): number {
  let [close, differ] = [0, 0]
  for (const row of rows) {
    const x = data[row]!
    const line = ((1 - atom) * (Math.min(10, x + delta) - Math.max(0, x - delta))) / 10
    const common = Math.abs(x - 5) <= delta ? atom : 0
    close += line + common
    differ += loss[row] === 1 ? 0.95 * line : 0.05 * line + common
  }
  return differ / close
}

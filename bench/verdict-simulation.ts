import {certify} from '../src/certify/certify.js'
import {unpackPoints} from '../src/certify/sample/points.js'
import {exactDifference} from '../src/certify/evidence/cell-difference.js'
import {dependenceOf, looksCopied, looksOrdered} from '../src/certify/survey/dependence.js'
import {DEFAULT_OPTIONS} from '../src/certify/options.js'
import {clopperPearsonLower} from '../src/stats/clopper-pearson.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {type Random, random} from '../src/stats/random.js'

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

/** Rows of one source: near copies of one another, all right or all wrong. */
export type SourceLaw = 'near copies' | 'unequal'

interface SourceRows {
  data: number[]
  groups: number[]
  wrong: number[]
}

/** What a row of a fresh source is wrong with, each source counting once: the same for both laws. */
const SOURCE_WRONG = 0.3

/**
 * Sources at a uniform place of a line of length 10, with rows within .01 of it (around the ends of the line, so that a
 * row is uniform too). near copies: 10 rows each, wrong with probability .3. unequal: 2 or 30 rows with equal
 * probability, of which those with 2 are wrong with probability .1 and those with 30 with .5.
 */
function drawSources(law: SourceLaw, sources: number, {uniform}: Pick<Random, 'uniform'>): SourceRows {
  const drawn: SourceRows = {data: [], groups: [], wrong: []}
  for (let source = 0; source < sources; source++) {
    const large = uniform() < 0.5
    const size = law === 'near copies' ? 10 : large ? 30 : 2
    const wrong = uniform() < (law === 'near copies' ? SOURCE_WRONG : large ? 0.5 : 0.1) ? 1 : 0
    const place = 10 * uniform()
    for (let row = 0; row < size; row++) {
      drawn.data.push((place + 0.02 * (uniform() - 0.5) + 10) % 10)
      drawn.groups.push(source)
      drawn.wrong.push(wrong)
    }
  }
  return drawn
}

/**
 * The bound of P[ΔL ≥ 1 | d ≤ δ] for a row of a fresh source and the lower bound of its accuracy, where rows of a source
 * are near copies: with the sources named (`grouped`), and with rows taken as independent.
 */
export async function sourceCoverage(
  {law, grouped, alpha, runs, seed}: {law: SourceLaw; grouped: boolean; alpha: number; runs: number; seed: number},
  engine: PairwiseEngine,
  sources = 40,
): Promise<{cell: Held; accuracy: Held}> {
  const generator = random(seed)
  const delta = 1
  const cell = {held: 0, width: 0}
  const accuracy = {held: 0, width: 0}
  for (let run = 0; run < runs; run++) {
    const {data, groups, wrong} = drawSources(law, sources, generator)
    const rows = data.length
    const {metrics, evidence} = await certify(
      {
        rows,
        layers: [{name: 'line', dim: 1, data: Float64Array.from(data)}],
        labels: new Int32Array(rows),
        output: {kind: 'logits', classes: 2, data: Float64Array.from(wrong.flatMap((x) => [1 - x, x]))},
        loss: null,
        ...(grouped ? {groups: Int32Array.from(groups)} : {}),
      },
      {
        ...DEFAULT_OPTIONS,
        alpha,
        seed: run,
        bootstrap: 0,
        examples: 0,
        scale: 'none',
        deltas: [delta],
        etas: [1],
        loss: 'zero-one',
        group: grouped ? 'source' : null,
      },
      engine,
    )
    let [close, differ] = [0, 0]
    for (const row of unpackPoints(evidence!.sample.anchors, 'anchors').rows) {
      const near = Math.min(10, data[row]! + delta) - Math.max(0, data[row]! - delta)
      close += near
      differ += near * (wrong[row] === 1 ? 1 - SOURCE_WRONG : SOURCE_WRONG)
    }
    const {direct} = metrics.cells[0]!
    const {lower} = metrics.performance!
    if (direct >= differ / close) cell.held++
    if (lower! <= 1 - SOURCE_WRONG) accuracy.held++
    cell.width += direct - differ / close
    accuracy.width += 1 - SOURCE_WRONG - lower!
  }
  const share = ({held, width}: Held): Held => ({held: held / runs, width: width / runs})
  return {cell: share(cell), accuracy: share(accuracy)}
}

/** Weights of 50 inputs of a discrete distribution: the k-th most common 1/k as common as the first. */
const PLACES = 50
const RANKS = Float64Array.from({length: PLACES}, (_, k) => 1 / (1 + ((k * 7) % PLACES)))
const WEIGHTS = RANKS.map((x) => x / RANKS.reduce((sum, weight) => sum + weight, 0))
/** of an input of the discrete distribution */
const placeOf = (k: number) => (10 * k) / PLACES
const wrongAt = (k: number) => (k % 4 === 1 ? 1 : 0)

/** The same bound where every input is one of 50 with unequal weights, every fourth of them wrong. */
export async function discreteCoverage(
  {alpha, runs, seed, duplicates}: {alpha: number; runs: number; seed: number; duplicates: 'keep' | 'drop'},
  engine: PairwiseEngine,
  rows = 200,
): Promise<Held> {
  const {uniform} = random(seed)
  const delta = 1
  const draw = () => {
    let left = uniform()
    const k = WEIGHTS.findIndex((weight) => (left -= weight) < 0)
    return k < 0 ? PLACES - 1 : k
  }
  let [held, width] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const drawn = Array.from({length: rows}, draw)
    const {metrics, evidence} = await certify(
      {
        rows,
        layers: [{name: 'line', dim: 1, data: Float64Array.from(drawn, placeOf)}],
        labels: null,
        output: null,
        loss: Float64Array.from(drawn, wrongAt),
      },
      {...ONE_CELL, alpha, seed: run, deltas: [delta], duplicates},
      engine,
    )
    let [close, differ] = [0, 0]
    for (const row of unpackPoints(evidence!.sample.anchors, 'anchors').rows)
      WEIGHTS.forEach((weight, k) => {
        if (Math.abs(placeOf(k) - placeOf(drawn[row]!)) > delta) return
        close += weight
        if (wrongAt(k) !== wrongAt(drawn[row]!)) differ += weight
      })
    const {direct} = metrics.cells[0]!
    if (direct >= differ / close) held++
    width += direct - differ / close
  }
  return {held: held / runs, width: width / runs}
}

/**
 * The bound of P[ΔL ≥ 1] between an input and its perturbed copy, where a third of the inputs is a common one whose loss
 * changes with probability .4, and the others' with .05.
 */
export async function perturbedDuplicateCoverage(
  {alpha, runs, seed, duplicates}: {alpha: number; runs: number; seed: number; duplicates: 'keep' | 'drop'},
  engine: PairwiseEngine,
  rows = 200,
): Promise<Held> {
  const {uniform} = random(seed)
  const truth = 0.4 / 3 + 0.05 * (2 / 3)
  let [held, width] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const common = Array.from({length: rows}, () => uniform() < 1 / 3)
    const data = Float64Array.from(common, (one) => (one ? 5 : 10 * uniform()))
    const embeddings = (states: Float64Array, loss: Float64Array) => ({
      rows,
      layers: [{name: 'line', dim: 1, data: states}],
      labels: null,
      output: null,
      loss,
    })
    const copies = embeddings(
      data.map((x) => x + 0.1 * uniform()),
      Float64Array.from(common, (one) => (uniform() < (one ? 0.4 : 0.05) ? 1 : 0)),
    )
    const {metrics} = await certify(
      embeddings(data, new Float64Array(rows)),
      {...ONE_CELL, alpha, seed: run, deltas: [1], duplicates},
      engine,
      {
        perturbations: [
          {
            name: 'noise',
            strength: 0.1,
            kind: 'random',
            perturb: () => Promise.resolve({embeddings: copies, description: 'a little to the right'}),
          },
        ],
      },
    )
    const {upper} = metrics.perturbations![0]!.changes[0]!
    if (upper >= truth) held++
    width += upper - truth
  }
  return {held: held / runs, width: width / runs}
}

const ONE_CELL = {
  ...DEFAULT_OPTIONS,
  bootstrap: 0,
  examples: 0,
  scale: 'none' as const,
  etas: [1],
  loss: 'file' as const,
  lossMax: 1,
}

/** How often rows are said to look dependent: in 2 dimensions, 200 rows. */
export async function dependenceRate(
  law: 'independent' | 'blocks of ten near copies' | 'near copies in random order' | 'drift by two deviations',
  runs: number,
  seed: number,
  engine: PairwiseEngine,
): Promise<{ordered: number; copied: number}> {
  const {normal, permutation} = random(seed)
  const rows = Uint32Array.from({length: 200}, (_, row) => row)
  let [ordered, copied] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const centres = Float64Array.from({length: 400}, normal)
    const order = law === 'near copies in random order' ? permutation(200) : rows
    const data = Float64Array.from({length: 400}, (_, at) => {
      const [row, axis] = [order[Math.floor(at / 2)]!, at % 2]
      if (law === 'independent') return normal()
      if (law === 'drift by two deviations') return normal() + (axis === 0 ? (2 * row) / 200 : 0)
      return centres[2 * Math.floor(row / 10) + axis]! + 0.02 * normal()
    })
    const found = (await dependenceOf({name: 'plane', dim: 2, data}, {rows, labels: null}, 'l2', run, engine))!
    if (looksOrdered(found)) ordered++
    if (looksCopied(found)) copied++
  }
  return {ordered: ordered / runs, copied: copied / runs}
}

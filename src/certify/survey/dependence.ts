import type {PairwiseEngine} from '../../pairwise/engine.js'
import {type Random, random} from '../../stats/random.js'
import {takeRows} from '../sample/sample.js'
import type {Dependence, LayerStates, MetricName} from '../types.js'

/** Derives a separate random stream from the seed. */
const STREAM = 0x0def_de9d
const MOST_ROWS = 1000
/** Budget of multiply–adds for distances: wide layers use fewer rows. */
const WORK = 2e10
/** Minimum number of rows. */
const FEWEST_ROWS = 40

/** False alarm probability of the test for exchangeable rows. */
const LEVEL = 0.01
/** Number of orders compared: two statistics, half of the level each. */
const ORDERS = 2 / LEVEL
/** Number of parts of the file within which rows are compared. */
const PARTS = 10

/** A neighbour this many times nearer than the next one, … */
const GAP = 5
/**
 * … for this share of the rows. If rows are spread evenly in D ≥ 1 dimensions, at most Σ_k 5^(−kD) ≤ ¼ of them have
 * one.
 */
const SHARE = 0.4

export interface RowsInOrder {
  /** rows of the states, in file order */
  rows: Uint32Array
  /** labels of all rows of the states */
  labels: Int32Array | null
}

/**
 * Whether the rows look dependent, from the hidden states of one layer: an exchangeability test of their order, and a
 * heuristic for near copies.
 *
 * Formula    order   T₁ = mean distance of consecutive rows in the file, T₂ = that of rows in the same tenth of it.
 *                    Compared with 199 random orders, which permute rows within a label, the file's order has the
 *                    smallest T with probability ≤ 1/200 if rows of a label are exchangeable: E = 200 · 1{smallest} is an
 *                    e-value, and so is the mean of the two. It warns at E ≥ 100: probability ≤ .01 (Markov).
 *            copies  the share of rows whose k nearest rows with the same label (equal rows excluded) are 5 times nearer
 *                    than the next, for some k up to a quarter of these. It warns above 0.4. This is a heuristic, not a
 *                    test, because a distribution may consist of clusters. Equal rows are counted elsewhere.
 * Shapes     states of all rows.
 * Cost       rows² · dim multiply–adds for at most 1,000 rows (500 pairs of neighbours of a larger file); 2 · 199 sums
 *            at most, few if nothing is found.
 * Empty      fewer than 40 rows → null.
 * Source     permutation tests are e-values of the group of permutations; TwoNN (Facco et al. 2017) for the law of ratios.
 *            Deviation: —
 */
export async function dependenceOf(
  states: LayerStates,
  {rows: all, labels}: RowsInOrder,
  metric: MetricName,
  seed: number,
  engine: PairwiseEngine,
): Promise<Dependence | null> {
  const most = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(Math.sqrt(WORK / states.dim))))
  if (all.length < FEWEST_ROWS) return null
  const {rows, inPairs} = chosenRows(all, most)
  const n = rows.length
  const own = takeRows(states, rows)
  const {data: distances} = await engine.distances(own, own, metric)
  const labelAt = (at: number) => labels?.[rows[at]!] ?? 0
  const classes = new Map<number, number[]>()
  for (let at = 0; at < n; at++) classes.set(labelAt(at), [...(classes.get(labelAt(at)) ?? []), at])
  const members = [...classes.values()]
  const generator = random(seed ^ STREAM)
  const statistics = [
    (order: Uint32Array) => neighbours(distances, order, inPairs ? 2 : 1),
    (order: Uint32Array) => sameParts(distances, order),
  ]
  const eValues = statistics.map((statistic) => (isSmallest(statistic, n, members, generator) ? ORDERS : 0))
  return {
    rows: n,
    layer: states.name,
    order: {eValue: (eValues[0]! + eValues[1]!) / 2, level: LEVEL},
    nearCopies: {share: nearCopies(distances, n, members), limit: SHARE},
  }
}

/** At most `most` rows: all, or pairs of neighbours spread over the file. */
function chosenRows(all: Uint32Array, most: number): {rows: Uint32Array; inPairs: boolean} {
  if (all.length <= most) return {rows: all, inPairs: false}
  const pairs = Math.floor(most / 2)
  const rows = new Uint32Array(2 * pairs)
  for (let k = 0; k < pairs; k++) {
    const first = Math.floor((k * (all.length - 1)) / pairs)
    rows.set([all[first]!, all[first + 1]!], 2 * k)
  }
  return {rows, inPairs: true}
}

/** Whether the file's order has a smaller statistic than all others; stops at the first counterexample. */
function isSmallest(
  statistic: (order: Uint32Array) => number,
  n: number,
  members: readonly (readonly number[])[],
  generator: Random,
): boolean {
  const order = Uint32Array.from({length: n}, (_, at) => at)
  const own = statistic(order)
  for (let k = 1; k < ORDERS; k++) {
    for (const places of members) {
      const moved = generator.permutation(places.length)
      places.forEach((place, at) => (order[place] = places[moved[at]!]!))
    }
    if (statistic(order) <= own) return false
  }
  return true
}

function neighbours(distances: Float64Array, order: Uint32Array, step: number): number {
  const n = order.length
  let sum = 0
  for (let at = 0; at + 1 < n; at += step) sum += distances[order[at]! * n + order[at + 1]!]!
  return sum
}

function sameParts(distances: Float64Array, order: Uint32Array): number {
  const n = order.length
  let sum = 0
  for (let part = 0; part < PARTS; part++) {
    const [first, end] = [Math.floor((part * n) / PARTS), Math.floor(((part + 1) * n) / PARTS)]
    for (let i = first; i < end; i++) for (let j = i + 1; j < end; j++) sum += distances[order[i]! * n + order[j]!]!
  }
  return sum
}

function nearCopies(distances: Float64Array, n: number, members: readonly (readonly number[])[]): number {
  let [found, looked] = [0, 0]
  for (const places of members) {
    for (const place of places) {
      const others = Float64Array.from(places, (other) => distances[place * n + other]!)
        .filter((distance) => distance > 0)
        .sort()
      if (others.length < 4) continue
      looked++
      const few = others.subarray(0, Math.floor(others.length / 4) + 1)
      if (few.some((distance, k) => k > 0 && distance > GAP * few[k - 1]!)) found++
    }
  }
  return looked === 0 ? 0 : found / looked
}

export const looksOrdered = ({order: {eValue, level}}: Dependence): boolean => eValue >= 1 / level

export const looksCopied = ({nearCopies: {share, limit}}: Dependence): boolean => share > limit

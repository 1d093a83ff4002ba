import type {Products} from '../linalg/products.js'
import type {Random} from '../stats/random.js'
import {adjacencyOf, type EdgeSet, edgeSet} from './edge-set.js'
import {gradientAt, marginLoss, type PairGradient, pairGradient} from './meta-gradient.js'
import {fitSurrogate, type Victim} from './surrogate.js'

export interface PgdTask {
  readonly victim: Victim
  /** [n] classes that the attack wants mispredicted, at the nodes of `goal` */
  readonly labels: Int32Array
  readonly goal: Uint32Array
  readonly count: number
  readonly iterations: number
  /** number of pairs that can have a weight at the same time */
  readonly candidates: number
  readonly sharpness: number
  readonly allowed: (graph: EdgeSet, u: number, v: number) => boolean
  readonly onProgress: (done: number) => void
}

/** Number of samples drawn from the relaxed perturbation. */
const SAMPLES = 20
/** Share of iterations that replace pairs without weight by new ones. */
const EXPLORING = 0.75

/** Candidate pairs by number u · n + v, u < v, ascending, and the weight of each. */
interface Relaxed {
  keys: Float64Array
  weights: Float64Array
}

/**
 * Topology attack by projected gradient: the perturbation is relaxed to weights in [0, 1] that sum to the budget,
 * optimised by projected gradient ascent on the surrogate's loss, and made discrete by sampling.
 *
 * Formula    p ← Π(p + η_t (1 − 2a) ∂L/∂a / max |∂L/∂a|), η_t = 1/√t; Π(p) = clip(p − μ, 0, 1), μ ≥ 0 the least with Σ
 *            ≤ count (bisection).
 * Returns    the changed graph with `count` flips, the best of 20 samples (pairs drawn by weight without replacement),
 *            or null if fewer pairs are allowed.
 * Cost       per iteration: fitSurrogate, pairGradient and candidates · 8 C multiply–adds; O(candidates) memory.
 * Source     Xu et al. 2019, eqs. 8–13; Geisler et al. 2021, alg. 1 for the changing block of candidates.   Deviation:
 *            the surrogate is refitted in each iteration and the gradient includes the fit; tanh margin loss; sampling
 *            odds are the weights.
 */
export async function pgdAttack(
  clean: EdgeSet,
  task: PgdTask,
  random: Random,
  products: Products,
): Promise<EdgeSet | null> {
  const {victim, labels, goal, count, iterations} = task
  const n = clean.nodes
  const edges = clean.edges()
  const total = (n * (n - 1)) / 2
  const everyPair = total <= task.candidates
  let relaxed = everyPair
    ? allPairs(n)
    : withFresh({keys: new Float64Array(0), weights: new Float64Array(0)}, n, task.candidates, random)
  for (let t = 1; t <= iterations; t++) {
    const surrogate = await fitSurrogate(victim, relaxedAdjacency(clean, edges, relaxed), products)
    const gradient = await pairGradient(
      surrogate,
      marginLoss(surrogate.scores, labels, goal, task.sharpness).slope,
      true,
      products,
    )
    relaxed = {keys: relaxed.keys, weights: project(stepped(clean, relaxed, gradient, Math.sqrt(t)), count)}
    if (!everyPair && t < EXPLORING * iterations) relaxed = withFresh(relaxed, n, task.candidates, random)
    task.onProgress(t)
  }
  let best: {graph: EdgeSet; loss: number} | null = null
  for (let sample = 0; sample < SAMPLES; sample++) {
    const graph = draw(edges, relaxed, task, n, random)
    if (graph === null) continue
    const {scores} = await fitSurrogate(victim, adjacencyOf(n, graph.edges()), products)
    const loss = marginLoss(scores, labels, goal, task.sharpness).value
    if (best === null || loss > best.loss) best = {graph, loss}
  }
  return best?.graph ?? null
}

/** p + (1 − 2a) ∂L/∂a / (max |∂L/∂a| · slowing). */
function stepped(clean: EdgeSet, {keys, weights}: Relaxed, gradient: PairGradient, slowing: number): Float64Array {
  const n = clean.nodes
  const out = new Float64Array(keys.length)
  let most = Number.MIN_VALUE
  for (let k = 0; k < keys.length; k++) {
    const u = Math.floor(keys[k]! / n)
    const v = keys[k]! - u * n
    const slope = gradientAt(gradient, u, v)
    most = Math.max(most, Math.abs(slope))
    out[k] = clean.has(u, v) ? -slope : slope
  }
  for (let k = 0; k < out.length; k++) out[k] = weights[k]! + out[k]! / (most * slowing)
  return out
}

/**
 * The nearest point with entries in [0, 1] and a sum of at most `count`: clip(p − μ, 0, 1).
 *
 * Precision  the sum is at most count, and within 10⁻⁶ · count of it where μ > 0.   Cost  50 passes.
 * Source     Xu et al. 2019, proposition 1.   Deviation: none.
 */
export function project(p: Float64Array, count: number): Float64Array {
  // Entries ≤ 0 stay 0 for every μ.
  const positive = p.filter((x) => x > 0)
  const excess = (mu: number) => {
    let total = -count
    for (let k = 0; k < positive.length; k++) total += Math.min(1, Math.max(0, positive[k]! - mu))
    return total
  }
  let low = 0
  let high = excess(0) <= 0 ? 0 : positive.reduce((most, x) => Math.max(most, x), 0)
  for (let k = 0; k < 50 && high - low > 1e-12; k++) {
    const middle = (low + high) / 2
    if (excess(middle) > 0) low = middle
    else high = middle
  }
  return p.map((x) => Math.min(1, Math.max(0, x - high)))
}

function allPairs(n: number): Relaxed {
  const keys = new Float64Array((n * (n - 1)) / 2)
  let at = 0
  for (let u = 0; u < n; u++) for (let v = u + 1; v < n; v++) keys[at++] = u * n + v
  return {keys, weights: new Float64Array(keys.length)}
}

/** Keeps pairs with a weight and replaces the others by random ones, without duplicates. */
function withFresh({keys, weights}: Relaxed, n: number, size: number, random: Random): Relaxed {
  const weightOf = new Map<number, number>()
  keys.forEach((key, k) => weights[k]! > 0 && weightOf.set(key, weights[k]!))
  const drawn = new Float64Array(Math.max(size, weightOf.size))
  let at = 0
  for (const key of weightOf.keys()) drawn[at++] = key
  while (at < drawn.length) {
    const [u, v] = [random.integer(n), random.integer(n)]
    if (u !== v) drawn[at++] = Math.min(u, v) * n + Math.max(u, v)
  }
  const unique = drawn.sort().filter((key, k) => k === 0 || key !== drawn[k - 1])
  return {keys: unique, weights: Float64Array.from(unique, (key) => weightOf.get(key) ?? 0)}
}

/** A + (1 − 2A) ∘ p: an edge with weight p has 1 − p left. */
function relaxedAdjacency(clean: EdgeSet, edges: Uint32Array, {keys, weights}: Relaxed) {
  const n = clean.nodes
  const used = weighted(weights)
  const pairs = new Uint32Array(edges.length + 2 * used.length)
  const values = new Float64Array(pairs.length / 2).fill(1)
  pairs.set(edges)
  used.forEach((k, i) => {
    const [u, v] = [Math.floor(keys[k]! / n), keys[k]! % n]
    pairs[edges.length + 2 * i] = u
    pairs[edges.length + 2 * i + 1] = v
    values[edges.length / 2 + i] = clean.has(u, v) ? -weights[k]! : weights[k]!
  })
  return adjacencyOf(n, pairs, values)
}

/** Indices of the pairs with a weight. */
function weighted(weights: Float64Array): number[] {
  const places: number[] = []
  for (let k = 0; k < weights.length; k++) if (weights[k]! > 0) places.push(k)
  return places
}

/** Draws `count` pairs by weight without replacement (Efraimidis & Spirakis 2006: the largest ln(uniform)/p). */
function draw(edges: Uint32Array, {keys, weights}: Relaxed, task: PgdTask, n: number, random: Random): EdgeSet | null {
  const used = weighted(weights)
  const priority = used.map((k) => Math.log(random.uniform()) / weights[k]!)
  const order = Uint32Array.from(used.keys())
    .sort((a, b) => priority[b]! - priority[a]!)
    .map((place) => used[place]!)
  const graph = edgeSet(n, edges)
  for (const k of order) {
    if (graph.flips() === task.count) break
    const [u, v] = [Math.floor(keys[k]! / n), keys[k]! % n]
    if (task.allowed(graph, u, v)) graph.flip(u, v)
  }
  return graph.flips() === task.count ? graph : null
}

import type {Dense} from '../linalg/types.js'
import type {FlipPenalty} from './best-pairs.js'
import type {EdgeSet} from './edge-set.js'
import {strongestRival} from './meta-gradient.js'

export interface NettackTask {
  /** [n, C] X W of the surrogate, held fixed */
  readonly projected: Dense
  /** [n] class of each target that the attack wants mispredicted */
  readonly labels: Int32Array
  readonly targets: Uint32Array
  readonly perTarget: number
  readonly penalty: (bestGain: number) => FlipPenalty
  readonly allowed: (u: number, v: number) => boolean
  readonly made: (u: number, v: number) => void
  readonly onProgress: (done: number) => void
}

/** Sum over targets of the margin max_{c≠y} F_c − F_y before and after. */
export interface NettackResult {
  before: number
  after: number
  steps: number
}

/**
 * Attacks single nodes through their edges: repeatedly makes the change that most increases the wrong class's margin in
 * Â² X W, using the exact closed-form margin of every candidate. Changes `graph`.
 *
 * Order      targets in sequence, each on the graph as changed for the earlier ones.
 * Cost       per change: O(n C + edges within two hops).
 * Stops      at a target without an allowed change left.
 * Source     Zügner, Akbarnejad & Günnemann 2018, eqs. 12–17, direct structure attack.   Deviation: X W from ridge
 *            regression; the margins of all candidates together from one sum over the neighbourhood.
 */
export function nettack(graph: EdgeSet, task: NettackTask): NettackResult {
  const {targets, labels, projected} = task
  const result: NettackResult = {before: 0, after: 0, steps: 0}
  targets.forEach((target, done) => {
    const label = labels[target]!
    const marginNow = () => marginOf(targetScores(graph, projected, target), 0, projected.cols, label)
    result.before += marginNow()
    let penalty: FlipPenalty | undefined
    for (let k = 0; k < task.perTarget; k++) {
      const margins = candidateMargins(graph, projected, target, label)
      const current = marginNow()
      const choose = (cost: Float32Array | undefined) => {
        let best = -1
        let most = -Infinity
        for (let u = 0; u < graph.nodes; u++) {
          if (u === target) continue
          const gain = margins[u]! - current - (cost?.[u] ?? 0)
          if (gain > most && !graph.wasFlipped(target, u) && task.allowed(target, u)) {
            best = u
            most = gain
          }
        }
        return {best, most}
      }
      penalty ??= task.penalty(Math.max(0, choose(undefined).most))
      const {best} = choose(penalty?.(target))
      if (best < 0) break
      graph.flip(target, best)
      task.made(target, best)
      result.steps++
    }
    result.after += marginNow()
    task.onProgress(done + 1)
  })
  return result
}

export const marginOf = (
  scores: ArrayLike<number> & Float64Array,
  offset: number,
  classes: number,
  label: number,
): number => scores[offset + strongestRival(scores, offset, classes, label)]! - scores[offset + label]!

const weight = (degree: number) => 1 / Math.sqrt(degree + 1)

/** Row `target` of Â² Z for the current graph; [C]. */
export function targetScores(graph: EdgeSet, z: Dense, target: number): Float64Array {
  const {cols} = z
  const out = new Float64Array(cols)
  for (const j of closed(graph, target)) {
    const factor = weight(graph.degree(target)) * weight(graph.degree(j)) ** 2
    for (const k of closed(graph, j))
      for (let c = 0; c < cols; c++) out[c]! += factor * weight(graph.degree(k)) * z.data[k * cols + c]!
  }
  return out
}

/**
 * Margin of a target after each single change of an edge at it.
 *
 * Formula    √d_t · F_t = Σ_{j ∈ N[t]} T_j / d_j, T_j = Σ_{k ∈ N[j]} Z_k / √d_k (d counts the self loop). A flip of {t,
 *            u} changes d_t and d_u by ±1: the terms of T_j with t and u change, the latter with total weight c_u =
 *            Σ_{j ∈ N(t)∖u, u ∈ N(j)} 1/d_j; the rows of t and u gain or lose a term.
 * Shapes     z [n, C] → [n]; at the target itself NaN.
 * Precision  fp64; equals the margin recomputed on the changed graph up to rounding.
 * Cost       n C + edges within two hops of the target.
 */
export function candidateMargins(graph: EdgeSet, z: Dense, target: number, label: number): Float64Array {
  const {nodes} = graph
  const {cols, data} = z
  const out = new Float64Array(nodes).fill(NaN)
  const sums = rowSums(graph, z, closed(graph, target))
  // c_u: weight with which u reaches the target through common neighbours.
  const through = new Float64Array(nodes)
  const neighbourSum = new Float64Array(cols)
  let viaNeighbours = 0
  for (const j of graph.neighbours[target]!) {
    const d = graph.degree(j) + 1
    viaNeighbours += 1 / d
    for (let c = 0; c < cols; c++) neighbourSum[c]! += sums.get(j)![c]! / d
    for (const k of graph.neighbours[j]!) through[k]! += 1 / d
  }
  const degree = graph.degree(target) + 1
  const scores = new Float64Array(cols)
  const tOwn = sums.get(target)!
  for (let u = 0; u < nodes; u++) {
    if (u === target) continue
    const has = graph.has(target, u)
    const step = has ? -1 : 1
    const [dT, dU] = [degree + step, graph.degree(u) + 1 + step]
    const [wT, wU] = [1 / Math.sqrt(dT), 1 / Math.sqrt(dU)]
    const shiftT = wT - 1 / Math.sqrt(degree)
    const shiftU = wU - weight(graph.degree(u))
    const others = viaNeighbours - (has ? 1 / (graph.degree(u) + 1) : 0)
    const sumU = sums.get(u) ?? null
    for (let c = 0; c < cols; c++) {
      const [zT, zU] = [data[target * cols + c]!, data[u * cols + c]!]
      // Neighbours that stay, without u.
      let sum =
        neighbourSum[c]! -
        (has ? sumU![c]! / (graph.degree(u) + 1) : 0) +
        others * shiftT * zT +
        through[u]! * shiftU * zU
      // The target's own row.
      sum += (tOwn[c]! + shiftT * zT + (has ? -weight(graph.degree(u)) : wU) * zU) / dT
      scores[c] = sum
    }
    if (!has) {
      const row = rowSum(graph, z, u)
      for (let c = 0; c < cols; c++)
        scores[c]! += (row[c]! + shiftU * data[u * cols + c]! + wT * data[target * cols + c]!) / dU
    }
    for (let c = 0; c < cols; c++) scores[c]! *= wT
    out[u] = marginOf(scores, 0, cols, label)
  }
  return out
}

const closed = (graph: EdgeSet, u: number): number[] => [u, ...graph.neighbours[u]!]

function rowSums(graph: EdgeSet, z: Dense, nodes: readonly number[]): Map<number, Float64Array> {
  return new Map(nodes.map((j) => [j, rowSum(graph, z, j)]))
}

/** T_j = Σ_{k ∈ N[j]} Z_k / √d_k. */
function rowSum(graph: EdgeSet, z: Dense, j: number): Float64Array {
  const out = new Float64Array(z.cols)
  const add = (k: number) => {
    const w = weight(graph.degree(k))
    for (let c = 0; c < z.cols; c++) out[c]! += w * z.data[k * z.cols + c]!
  }
  add(j)
  for (const k of graph.neighbours[j]!) add(k)
  return out
}

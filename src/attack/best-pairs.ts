import type {Products} from '../linalg/products.js'
import type {Dense} from '../linalg/types.js'
import type {EdgeSet} from './edge-set.js'
import {gradientAt, type PairGradient} from './meta-gradient.js'

/** A change of one pair and its gain. */
export interface Flip {
  readonly u: number
  readonly v: number
  readonly gain: number
}

/** The penalty on changing each pair of node u, [nodes]; null: none. */
export type FlipPenalty = ((u: number) => Float32Array) | null

const BLOCK = 512

/**
 * The flips with the largest gain: for adding a pair the gradient minus the penalty, for removing an edge the negative
 * gradient minus the penalty.
 *
 * Returns    at most `count` flips by descending gain, ties by u, then v; without pairs flipped before or refused by
 *            `allowed`.
 * Shapes     gradient of n nodes; all n (n − 1) / 2 pairs are examined in blocks of rows.
 * Precision  fp32 for pairs without an edge; edges in fp64.
 * Cost       n² · 4 C multiply–adds on `products` and a pass over n² / 2 values; 512 · n · 4 bytes.
 */
export async function bestFlips(
  graph: EdgeSet,
  gradient: PairGradient,
  count: number,
  penalty: FlipPenalty,
  allowed: (u: number, v: number) => boolean,
  products: Products,
): Promise<Flip[]> {
  const best = new Shortlist(count)
  const n = graph.nodes
  const ones = new Float64Array(n).fill(1)
  const left = crossed(gradient.left, gradient.right, gradient.diagonal, ones)
  const right = crossed(gradient.right, gradient.left, ones, gradient.diagonal)
  const taken = new Uint8Array(n)
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(from + BLOCK, n)
    const block = await products.multiplyTransposed(rows(left, from, to), rows(right, from, n))
    for (let u = from; u < to; u++) {
      const cost = penalty?.(u)
      for (const v of graph.neighbours[u]!) {
        taken[v] = 1
        if (v <= u) continue
        const gain = -gradientAt(gradient, u, v) - (cost?.[v] ?? 0)
        if (best.admits(gain) && !graph.wasFlipped(u, v) && allowed(u, v)) best.put({u, v, gain})
      }
      const row = block.data.subarray((u - from) * block.cols, (u - from + 1) * block.cols)
      if (cost !== undefined) for (let v = u + 1; v < n; v++) row[v - from]! -= cost[v]!
      for (let v = u + 1; v < n; v++) {
        const gain = row[v - from]!
        if (gain > best.floor && taken[v] === 0 && !graph.wasFlipped(u, v) && allowed(u, v)) best.put({u, v, gain})
      }
      for (const v of graph.neighbours[u]!) taken[v] = 0
    }
  }
  return best.items
}

/** The best few of a stream; ties keep the earlier. */
class Shortlist {
  readonly items: Flip[] = []
  floor = -Infinity

  constructor(private readonly size: number) {}

  admits(gain: number): boolean {
    return gain > this.floor
  }

  put(flip: Flip): void {
    let at = this.items.length
    while (at > 0 && this.items[at - 1]!.gain < flip.gain) at--
    this.items.splice(at, 0, flip)
    if (this.items.length > this.size) this.items.pop()
    if (this.items.length === this.size) this.floor = this.items.at(-1)!.gain
  }
}

/** [a | b | x | y] in fp32. */
function crossed(a: Dense, b: Dense, x: Float64Array, y: Float64Array): Dense<Float32Array> {
  const cols = a.cols + b.cols + 2
  const data = new Float32Array(a.rows * cols)
  for (let i = 0; i < a.rows; i++) {
    data.set(a.data.subarray(i * a.cols, (i + 1) * a.cols), i * cols)
    data.set(b.data.subarray(i * b.cols, (i + 1) * b.cols), i * cols + a.cols)
    data[(i + 1) * cols - 2] = x[i]!
    data[(i + 1) * cols - 1] = y[i]!
  }
  return {rows: a.rows, cols, data}
}

const rows = (m: Dense<Float32Array>, from: number, to: number): Dense<Float32Array> => ({
  rows: to - from,
  cols: m.cols,
  data: m.data.subarray(from * m.cols, to * m.cols),
})

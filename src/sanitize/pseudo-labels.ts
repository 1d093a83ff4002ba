import {choleskySolve, cholesky} from '../linalg/cholesky.js'
import {selectRows} from '../linalg/csr.js'
import type {Products} from '../linalg/products.js'
import type {Csr, Dense} from '../linalg/types.js'
import {kernelBlock, onThisThread} from '../pairwise/cpu/kernel.js'
import {centreColumns, type GivenLabels, labelMatrix} from './labels.js'
import type {WeightedGraph} from './context.js'

const RIDGE = 0.5
const SHARPNESS = 10
const ROUNDS = 10

export interface PseudoLabels {
  /** [n, classes] class probabilities from the profiles alone; given labels are certain */
  soft: Dense
  /** [n] given label, or the most probable class after the graph has been heard */
  labels: Int32Array
}

/**
 * Training-free labels for the nodes without one.
 *
 * Formula    F = κ(E E_Lᵀ)(κ(E_L E_Lᵀ) + ½I)⁻¹ Y_L with Y centred one-hot; soft = softmax(10 F). No edge is read, so an
 *            attack on edges cannot reach `soft`. For `labels`: ten rounds of P ← (W P + soft) / (W 1 + 1), W the edges
 *            weighted by the likeness of their ends, given labels held fixed; then the largest.
 * Precision  fp64 on the processor whatever the engine: a label decides KC scores, so it may not turn on a device's rounding.
 * Cost       n · |L| kernel values, |L|³/3, ten passes over the edges.
 * Ties       the smaller class number.
 * Source     kernel ridge regression; Zhou et al. 2004 for the propagation. Deviation: weights by likeness.
 */
export async function pseudoLabels(e: Csr, given: GivenLabels, graph: WeightedGraph, products: Products): Promise<PseudoLabels> {
  const {nodes, labels, classes} = given
  const n = e.rows
  const labelled = selectRows(e, nodes)
  const y = labelMatrix(labels, nodes, classes, 'one-hot')
  centreColumns(y)
  const host = onThisThread(products)
  const gram = await kernelBlock(host, labelled, labelled)
  for (let i = 0; i < nodes.length; i++) gram.data[i * nodes.length + i]! += RIDGE
  const weights = await choleskySolve(await cholesky(gram, products), y, products)
  const soft = await products.multiply(await kernelBlock(host, e, labelled), weights)
  softmaxRows(soft, SHARPNESS)
  clampGiven(soft, given)
  return {soft, labels: largest(propagate(soft, graph, given), given, n)}
}

function propagate(soft: Dense, graph: WeightedGraph, given: GivenLabels): Dense {
  const {indptr, indices, values} = graph.weights
  const c = soft.cols
  let p = soft
  for (let round = 0; round < ROUNDS; round++) {
    const next = soft.data.slice()
    for (let i = 0; i < soft.rows; i++) {
      let total = 1
      for (let t = indptr[i]!; t < indptr[i + 1]!; t++) {
        total += values[t]!
        for (let k = 0; k < c; k++) next[i * c + k]! += values[t]! * p.data[indices[t]! * c + k]!
      }
      for (let k = 0; k < c; k++) next[i * c + k]! /= total
    }
    p = {rows: soft.rows, cols: c, data: next}
    clampGiven(p, given)
  }
  return p
}

function softmaxRows(f: Dense, sharpness: number): void {
  for (let i = 0; i < f.rows; i++) {
    const row = f.data.subarray(i * f.cols, (i + 1) * f.cols)
    const top = Math.max(...row)
    let sum = 0
    for (let k = 0; k < row.length; k++) sum += row[k] = Math.exp(sharpness * (row[k]! - top))
    for (let k = 0; k < row.length; k++) row[k]! /= sum
  }
}

function clampGiven(p: Dense, given: GivenLabels): void {
  for (const i of given.nodes) {
    p.data.fill(0, i * p.cols, (i + 1) * p.cols)
    p.data[i * p.cols + given.labels[i]!] = 1
  }
}

function largest(p: Dense, given: GivenLabels, n: number): Int32Array {
  return Int32Array.from({length: n}, (_, i) => {
    if (given.labels[i]! >= 0) return given.labels[i]!
    let best = 0
    for (let k = 1; k < p.cols; k++) if (p.data[i * p.cols + k]! > p.data[i * p.cols + best]!) best = k
    return best
  })
}

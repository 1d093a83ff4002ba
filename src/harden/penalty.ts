import type * as core from '@tensorflow/tfjs-core'
import {quantile} from '../stats/quantile.js'

type Tf = typeof core

export interface PenaltyOptions {
  /** whose differences are penalised: the cross-entropy, or 1 − p of the true class, which certify judges by default */
  loss: 'cross-entropy' | 'one-minus-p'
  /** divide distances by the median pair distance of the batch, through which no gradient flows, or not at all */
  scale: 'median' | 'none'
  /** τ > 0: distances below it count as τ; in scaled units */
  floor: number
  /** share of the pairs that count, closest first */
  window: number
  pairs: 'all' | 'cross-label'
}

/** What of a penalty is constant: no gradient flows through scale or weights. */
export interface PairWeights {
  /** distances are divided by it */
  scale: number
  /** [rows, rows] symmetric, 0 on the diagonal, 1 over the number of pairs elsewhere or 0; all 0: no pair counts */
  weights: Float32Array
  empty: boolean
}

/**
 * Mean volatility of the pairs of a batch in one layer.
 *
 * Formula    Σ_{i ≠ j} w_ij |L_i − L_j| / max(d_ij / s, τ), w = 1/(M (M − 1)) over all M (M − 1) ordered pairs, or 1 over the number of those that count.
 * Shapes     states [M, dim], losses [M], labels [M] → scalar; null where no pair counts (one row, or no two labels).
 * Precision  fp32. d² from centred inner products, error ≤ γ(dim + 3) (|z_i|² + |z_j|²) with z centred; d² below τ² s² is cut there, which also
 *            keeps the derivative of the square root finite: a pair below the floor gives its distance no gradient.
 * Cost       M² dim multiply–adds forwards, twice that backwards.
 * Source     Sun et al. 2024, section 5.3 (KCReg).   Deviation: no diagonal; floor, scale, window and choice of pairs are ours.
 */
export function volatilityPenalty(tf: Tf, states: core.Tensor2D, losses: core.Tensor1D, labels: Int32Array, options: PenaltyOptions): core.Scalar | null {
  const rows = labels.length
  const squares = squaredDistances(tf, states)
  const {scale, weights, empty} = pairWeights(squares.dataSync(), labels, options)
  if (empty) return null
  const floor = options.floor * scale
  const distances = tf.div(tf.sqrt(tf.maximum(squares, floor * floor)), scale)
  const change = tf.abs(tf.sub(tf.reshape(losses, [rows, 1]), tf.reshape(losses, [1, rows])))
  return tf.sum<core.Scalar>(tf.div(tf.mul(change, tf.tensor2d(weights, [rows, rows])), distances))
}

/** |z_i − z_j|² [M, M]; the mean is taken away first, since rounding grows with the length of the vectors and distances do not. */
function squaredDistances(tf: Tf, states: core.Tensor2D): core.Tensor2D {
  const centred: core.Tensor2D = tf.sub(states, tf.mean(states, 0, true))
  const lengths = tf.sum(tf.square(centred), 1, true)
  return tf.sub(tf.add(lengths, tf.transpose(lengths)), tf.mul(2, tf.matMul(centred, centred, false, true)))
}

/**
 * Which pairs count, and the scale.
 *
 * Formula    scale = median distance over all pairs i < j, 1 where that is 0 or none is asked for; the window keeps the pairs of the wanted labels whose
 *            distance is at most their `window` quantile.
 * Shapes     squares [M, M] → weights [M, M].
 * Empty      no pair of the wanted labels → weights 0, empty.
 */
export function pairWeights(squares: ArrayLike<number>, labels: Int32Array, {scale, window, pairs}: Pick<PenaltyOptions, 'scale' | 'window' | 'pairs'>): PairWeights {
  const rows = labels.length
  const distance = (i: number, j: number) => Math.sqrt(Math.max(0, squares[i * rows + j]!))
  const all: number[] = []
  const wanted: number[] = []
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) {
      const d = distance(i, j)
      all.push(d)
      if (pairs === 'all' || labels[i] !== labels[j]) wanted.push(d)
    }
  }
  const weights = new Float32Array(rows * rows)
  const sorted = (values: number[]) => Float64Array.from(values).sort()
  const median = all.length === 0 || scale === 'none' ? 1 : quantile(sorted(all), 0.5) || 1
  if (wanted.length === 0) return {scale: median, weights, empty: true}
  const limit = window === 1 ? Infinity : quantile(sorted(wanted), window)
  let counted = 0
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) {
      if ((pairs === 'cross-label' && labels[i] === labels[j]) || distance(i, j) > limit) continue
      weights[i * rows + j] = 1
      weights[j * rows + i] = 1
      counted += 2
    }
  }
  return {scale: median, weights: weights.map((w) => w / counted), empty: false}
}

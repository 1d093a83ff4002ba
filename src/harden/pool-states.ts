import type * as core from '@tensorflow/tfjs-core'

type Tf = typeof core

/**
 * One vector for each example of a batch, as certify pools by default: the mean over tokens for rank 3, else flattened.
 *
 * Shapes  states [M, …], mask [all rows, tokens] or null → [M, dim]. A mask of another number of tokens than the states
 *         have counts as none.
 * Empty   a row whose mask keeps no token → zeros.
 */
export function poolStates(
  tf: Tf,
  states: core.Tensor,
  mask: {tokens: number; values: ArrayLike<number>} | null,
  rows: Uint32Array,
): core.Tensor2D {
  if (states.rank !== 3) return tf.reshape(states, [states.shape[0], -1])
  const tokens = states.shape[1]!
  if (mask?.tokens !== tokens) return tf.mean(states, 1)
  const kept = Float32Array.from({length: rows.length * tokens}, (_, at) =>
    mask.values[rows[Math.floor(at / tokens)]! * tokens + (at % tokens)] === 0 ? 0 : 1,
  )
  const weights = tf.tensor3d(kept, [rows.length, tokens, 1])
  return tf.div(tf.sum(tf.mul(states, weights), 1), tf.maximum(tf.sum(weights, 1), 1))
}

import type * as core from '@tensorflow/tfjs-core'
import type {OutputKind} from './types.js'

type Tf = typeof core

/** Smaller probabilities are clamped to this, as in TensorFlow; their gradient is zero. */
const LEAST_PROBABILITY = 1e-7

/**
 * Cross-entropy of each example.
 *
 * Formula    logits: log Σ_c exp o_c − o_y; probabilities: −log max(p_y, 1e-7). One column means two classes: (0, z) or
 *            (1 − p, p).
 * Shapes     output [M, classes or 1], labels [M] → [M].
 * Precision  fp32.
 * Source     —   Deviation: none.
 */
export function crossEntropies(tf: Tf, output: core.Tensor2D, labels: Int32Array, kind: OutputKind): core.Tensor1D {
  const scores = twoColumns(tf, output, kind)
  const own = tf.sum<core.Tensor1D>(tf.mul(scores, tf.oneHot(tf.tensor1d(labels, 'int32'), scores.shape[1])), 1)
  if (kind === 'probabilities') return tf.neg(tf.log(tf.maximum<core.Tensor1D>(own, LEAST_PROBABILITY)))
  const top = tf.max(scores, 1, true)
  return tf.sub(tf.add(tf.log(tf.sum(tf.exp(tf.sub(scores, top)), 1)), tf.reshape(top, [-1])), own)
}

/** [M] the class with the largest score; ties go to the first. */
export const predictedClasses = (tf: Tf, output: core.Tensor2D, kind: OutputKind): core.Tensor1D =>
  tf.argMax(twoColumns(tf, output, kind), 1)

function twoColumns(tf: Tf, output: core.Tensor2D, kind: OutputKind): core.Tensor2D {
  if (output.shape[1] > 1) return output
  return tf.concat<core.Tensor2D>(
    [kind === 'probabilities' ? tf.sub<core.Tensor2D>(1, output) : tf.zerosLike(output), output],
    1,
  )
}

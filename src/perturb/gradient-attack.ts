import type * as core from '@tensorflow/tfjs-core'
import type {Random} from '../stats/random.js'

type Tf = typeof core

export interface GradientAttack {
  /** largest change of one input value, in the unit of the inputs */
  radius: number
  /** number of gradients */
  steps: number
  /** change of a value in one step */
  stepSize: number
  /** smallest and largest possible input value */
  range: readonly [number, number]
}

/** One step of the size of the radius [Goodfellow et al. 2015]. */
export const fgsm = (radius: number, range: GradientAttack['range']): GradientAttack => ({
  radius,
  steps: 1,
  stepSize: radius,
  range,
})

/** Many short steps from a random start, with step size 2.5 radius/steps [Madry et al. 2018]. */
export const pgd = (radius: number, range: GradientAttack['range'], steps = 20): GradientAttack => ({
  radius,
  steps,
  stepSize: (2.5 * radius) / steps,
  range,
})

/**
 * Changes inputs to increase their loss, within the L∞ radius and the range.
 *
 * Formula    x₀ = x, with `start` x + U(−radius, radius); x_{t+1} = clip(x_t + stepSize · sign ∇L(x_t)), clip to [x −
 *            radius, x + radius] and the range.
 * Shapes     x [rows, …] → the same; `lossOf` [rows, …] → [rows], the loss of each row a function of that row alone.
 * Precision  fp32 of the backend; a value exceeds its bounds by at most one rounding.
 * Cost       steps forward and backward passes.
 * Empty      no rows → no rows; radius 0 → x, clipped to the range.
 * Memory     the caller owns the result; everything else is disposed of.
 * Source     Goodfellow et al. 2015, eq. 1; Madry et al. 2018, section 2.1. Deviation: none: returns the last iterate,
 *            as they do, not the worst one seen.
 */
export function gradientAttack(
  tf: Tf,
  x: core.Tensor,
  lossOf: (x: core.Tensor) => core.Tensor,
  {radius, steps, stepSize, range}: GradientAttack,
  start: Random | null = null,
): core.Tensor {
  const gradient = tf.grad((inputs) => tf.sum(lossOf(inputs)))
  const low = tf.tidy(() => tf.maximum(tf.sub(x, radius), range[0]))
  const high = tf.tidy(() => tf.minimum(tf.add(x, radius), range[1]))
  const clip = (values: core.Tensor) => tf.minimum(tf.maximum(values, low), high)
  let current = tf.tidy(() => {
    if (start === null) return clip(x)
    const noise = Float32Array.from({length: x.size}, () => radius * (2 * start.uniform() - 1))
    return clip(tf.add(x, tf.tensor(noise, x.shape)))
  })
  for (let step = 0; step < steps; step++) {
    const next = tf.tidy(() => clip(tf.add(current, tf.mul(stepSize, tf.sign(gradient(current))))))
    current.dispose()
    current = next
  }
  tf.dispose([low, high])
  return current
}

import type {Dense} from '../linalg/types.js'

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/** Adam's state between steps; training resumed from it gives identical bits. */
export interface AdamState {
  step: number
  /** running means of the gradients and their squares, one array per parameter */
  first: Float64Array[]
  second: Float64Array[]
}

export function adamState(parameters: readonly Dense[]): AdamState {
  const zeros = () => parameters.map(({data}) => new Float64Array(data.length))
  return {step: 0, first: zeros(), second: zeros()}
}

/**
 * Adam with L2 weight decay: each step takes the gradients in parameter order, and updates parameters and state in
 * place.
 *
 * Formula    g ← g + decay · w; m ← .9 m + .1 g; v ← .999 v + .001 g²;
 *            w ← w − rate · (m / (1 − .9ᵗ)) / (√(v / (1 − .999ᵗ)) + 1e-8).
 * Source     Kingma & Ba 2015, algorithm 1. Deviation: weight decay, added to the gradient of every parameter.
 */
export function adam(
  parameters: readonly Dense[],
  rate: number,
  decay: number,
  state: AdamState = adamState(parameters),
): (gradients: readonly ArrayLike<number>[]) => void {
  return (gradients) => {
    state.step++
    const scale1 = 1 / (1 - BETA1 ** state.step)
    const scale2 = 1 / (1 - BETA2 ** state.step)
    parameters.forEach(({data: w}, p) => {
      const [m, v, gradient] = [state.first[p]!, state.second[p]!, gradients[p]!]
      for (let t = 0; t < w.length; t++) {
        const before = w[t]!
        const g = gradient[t]! + decay * before
        const mean = BETA1 * m[t]! + (1 - BETA1) * g
        const square = BETA2 * v[t]! + (1 - BETA2) * g * g
        m[t] = mean
        v[t] = square
        w[t] = before - (rate * scale1 * mean) / (Math.sqrt(square * scale2) + EPSILON)
      }
    })
  }
}

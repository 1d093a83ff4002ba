import {multiplyCsrDense, multiplyCsrTransposedDense} from '../linalg/csr-products.js'
import {dense} from '../linalg/types.js'
import {
  addBias,
  applyMask,
  columnSums,
  dropoutMask,
  dropoutOf,
  glorot,
  multiply,
  multiplyLeftTransposed,
  multiplyRightTransposed,
  rectify,
} from './layers.js'
import type {CreateModel} from './model.js'

/**
 * Two-layer graph convolutional network.
 *
 * Formula    logits = Â relu(Â X W₀ + b₀) W₁ + b₁, dropout on X and the hidden layer during training.
 * Shapes     W₀ [d, hidden], W₁ [hidden, classes].
 * Precision  fp64.
 * Cost       a pass and its gradients: 2 nnz(X) · hidden + 4 nnz(Â) · (hidden + classes) multiply–adds.
 * Source     Kipf & Welling 2017, eq. 9. Deviation: biases; dropout only draws for stored values of X.
 */
export const gcn: CreateModel = ({features, mix, classes}, {hidden, dropout}, random) => {
  const w0 = glorot(features.cols, hidden, random)
  const b0 = dense(1, hidden)
  const w1 = glorot(hidden, classes, random)
  const b1 = dense(1, classes)
  const dropped = dropoutOf(features, dropout)
  return {
    parameters: [w0, b0, w1, b1],
    forward(generator) {
      const x = dropped(generator)
      const h = mix(multiplyCsrDense(x, w0))
      addBias(h, b0.data)
      const active = rectify(h.data)
      const mask = dropoutMask(h.data.length, dropout, generator)
      applyMask(h.data, mask)
      const logits = mix(multiply(h, w1))
      addBias(logits, b1.data)
      return {
        logits,
        backward(gradient) {
          // Â is symmetric: its transpose is itself.
          const mixed = mix(gradient)
          const dh = multiplyRightTransposed(mixed, w1)
          applyMask(dh.data, mask)
          applyMask(dh.data, active)
          return [
            multiplyCsrTransposedDense(x, mix(dh)).data,
            columnSums(dh),
            multiplyLeftTransposed(h, mixed).data,
            columnSums(gradient),
          ]
        },
      }
    },
  }
}

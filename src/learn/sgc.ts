import {multiplyCsrDense, multiplyCsrTransposedDense} from '../linalg/csr-products.js'
import {dense} from '../linalg/types.js'
import {addBias, columnSums, glorot} from './layers.js'
import type {CreateModel} from './model.js'

/**
 * Simple graph convolution: logistic regression on features mixed twice.
 *
 * Formula    logits = Â² X W + b; no dropout.
 * Cost       nnz(X) · classes + 2 nnz(Â) · classes multiply–adds per pass: Â²(XW), because Â²X has fifty times the
 *            values of X.
 * Source     Wu et al. 2019, eq. 8. Deviation: a bias.
 */
export const sgc: CreateModel = ({features, mix, classes}, _options, random) => {
  const w = glorot(features.cols, classes, random)
  const b = dense(1, classes)
  return {
    parameters: [w, b],
    forward() {
      const logits = mix(mix(multiplyCsrDense(features, w)))
      addBias(logits, b.data)
      return {
        logits,
        backward(gradient) {
          const mixed = mix(mix(gradient))
          return [multiplyCsrTransposedDense(features, mixed).data, columnSums(gradient)]
        },
      }
    },
  }
}

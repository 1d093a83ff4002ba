import {multiplyCsrDense, multiplyCsrTransposedDense} from '../linalg/csr-products.js'
import {type Csr, dense, type Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'
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
} from './layers.js'
import type {CreateModel} from './model.js'

const SLOPE = 0.2
/** Units of each head, as published. */
const WIDTH = 8

/**
 * Two-layer graph attention network.
 *
 * Formula    H = X W₀, eight heads: α_ij = softmax_j(leakyrelu(a·h_i + b·h_j)) over the neighbours of i and i itself;
 *            hidden_i = elu(Σ_j α_ij h_j + bias), heads concatenated; a second such layer with one head gives the
 *            logits.
 * Cost       (nnz(X) + nnz(Â) · 4) · heads · 8 multiply–adds per pass, nnz(Â) · heads exponentials.
 * Source     Veličković et al. 2018, eqs. 1–6. Deviation: dropout and weight decay as in the other models.
 */
export const gat: CreateModel = ({features, adjacency, classes}, {heads, dropout}, random) => {
  const w0 = glorot(features.cols, heads * WIDTH, random)
  const first = attentionVectors(heads, WIDTH, random)
  const b0 = dense(1, heads * WIDTH)
  const w1 = glorot(heads * WIDTH, classes, random)
  const second = attentionVectors(1, classes, random)
  const b1 = dense(1, classes)
  const dropped = dropoutOf(features, dropout)
  return {
    parameters: [w0, first.own, first.other, b0, w1, second.own, second.other, b1],
    forward(generator) {
      const x = dropped(generator)
      const hidden = attend(adjacency, multiplyCsrDense(x, w0), first, dropout, generator)
      const h = hidden.out
      addBias(h, b0.data)
      const slope = exponentialUnits(h.data)
      const mask = dropoutMask(h.data.length, dropout, generator)
      applyMask(h.data, mask)
      const output = attend(adjacency, multiply(h, w1), second, dropout, generator)
      addBias(output.out, b1.data)
      return {
        logits: output.out,
        backward(gradient) {
          const last = output.backward(gradient)
          const dh = multiplyRightTransposed(last.input, w1)
          applyMask(dh.data, mask)
          applyMask(dh.data, slope)
          const before = hidden.backward(dh)
          return [
            multiplyCsrTransposedDense(x, before.input).data,
            before.own,
            before.other,
            columnSums(dh),
            multiplyLeftTransposed(h, last.input).data,
            last.own,
            last.other,
            columnSums(gradient),
          ]
        },
      }
    },
  }
}

/** ELU in place: x if positive, else eˣ − 1; returns the slope. */
function exponentialUnits(x: Float64Array): Float64Array {
  const slope = new Float64Array(x.length).fill(1)
  for (let t = 0; t < x.length; t++) {
    const value = x[t]!
    if (value > 0) continue
    slope[t] = Math.exp(value)
    x[t] = Math.expm1(value)
  }
  return slope
}

/** Each head's vectors a (for the node) and b (for the neighbour): [heads, width]. */
interface AttentionVectors {
  own: Dense
  other: Dense
}

const attentionVectors = (heads: number, width: number, random: Random): AttentionVectors => ({
  own: glorot(heads, width, random),
  other: glorot(heads, width, random),
})

interface Attention {
  /** [n, heads · width] */
  out: Dense
  backward(gradient: Dense): {input: Dense; own: Float64Array; other: Float64Array}
}

/** Attention of every head over the pattern of a matrix, h [n, heads · width] → the same shape. */
function attend(
  pattern: Csr,
  h: Dense,
  {own, other}: AttentionVectors,
  rate: number,
  random: Random | null,
): Attention {
  const {rows: heads, cols: width} = own
  const {indptr, indices} = pattern
  const ownPart = headProducts(h, own)
  const otherPart = headProducts(h, other)
  const alpha = new Float64Array(indices.length * heads)
  const steep = new Float64Array(alpha.length)
  for (let i = 0; i < pattern.rows; i++) {
    const start = indptr[i]!
    const end = indptr[i + 1]!
    for (let k = 0; k < heads; k++) {
      const self = ownPart[i * heads + k]!
      let top = -Infinity
      for (let t = start; t < end; t++) {
        const raw = self + otherPart[indices[t]! * heads + k]!
        const slope = raw > 0 ? 1 : SLOPE
        const value = slope * raw
        steep[t * heads + k] = slope
        alpha[t * heads + k] = value
        if (value > top) top = value
      }
      let total = 0
      for (let t = start; t < end; t++) {
        const e = Math.exp(alpha[t * heads + k]! - top)
        alpha[t * heads + k] = e
        total += e
      }
      for (let t = start; t < end; t++) alpha[t * heads + k]! /= total
    }
  }
  const mask = dropoutMask(alpha.length, rate, random)
  const weights = mask === null ? alpha : alpha.slice()
  applyMask(weights, mask)
  const out = dense(h.rows, h.cols)
  const [from, to] = [h.data, out.data]
  const cols = heads * width
  for (let i = 0; i < pattern.rows; i++) {
    const end = indptr[i + 1]!
    for (let t = indptr[i]!; t < end; t++) {
      const other = indices[t]! * cols
      for (let k = 0; k < heads; k++) {
        const a = weights[t * heads + k]!
        if (a === 0) continue
        const c0 = k * width
        for (let c = c0; c < c0 + width; c++) to[i * cols + c]! += a * from[other + c]!
      }
    }
  }
  return {
    out,
    backward: (gradient) => attentionGradients({pattern, h, own, other, alpha, steep, mask, weights}, gradient),
  }
}

interface AttentionState extends AttentionVectors {
  pattern: Csr
  h: Dense
  /** [nnz, heads] softmax before dropout; slope of the leaky ReLU; dropout factors; these times alpha */
  alpha: Float64Array
  steep: Float64Array
  mask: Float64Array | null
  weights: Float64Array
}

function attentionGradients(
  {pattern, h, own, other, alpha, steep, mask, weights}: AttentionState,
  gradient: Dense,
): ReturnType<Attention['backward']> {
  const {rows: heads, cols: width} = own
  const {indptr, indices} = pattern
  const input = dense(h.rows, h.cols)
  const dOwnPart = new Float64Array(h.rows * heads)
  const dOtherPart = new Float64Array(h.rows * heads)
  const dAlpha = new Float64Array(alpha.length)
  const [g, x, dx] = [gradient.data, h.data, input.data]
  const cols = heads * width
  for (let i = 0; i < h.rows; i++) {
    const start = indptr[i]!
    const end = indptr[i + 1]!
    for (let k = 0; k < heads; k++) {
      const at = i * cols + k * width
      let mean = 0
      for (let t = start; t < end; t++) {
        const from = indices[t]! * cols + k * width
        const e = t * heads + k
        const weight = weights[e]!
        let along = 0
        for (let c = 0; c < width; c++) {
          along += g[at + c]! * x[from + c]!
          dx[from + c]! += weight * g[at + c]!
        }
        const slope = mask === null ? along : along * mask[e]!
        dAlpha[e] = slope
        mean += alpha[e]! * slope
      }
      let sum = 0
      for (let t = start; t < end; t++) {
        const e = t * heads + k
        const dRaw = alpha[e]! * (dAlpha[e]! - mean) * steep[e]!
        sum += dRaw
        dOtherPart[indices[t]! * heads + k]! += dRaw
      }
      dOwnPart[i * heads + k] = sum
    }
  }
  const dOwn = new Float64Array(own.data.length)
  const dOther = new Float64Array(other.data.length)
  for (let i = 0; i < h.rows; i++) {
    for (let k = 0; k < heads; k++) {
      const p = dOwnPart[i * heads + k]!
      const q = dOtherPart[i * heads + k]!
      for (let c = 0; c < width; c++) {
        const at = i * cols + k * width + c
        const v = k * width + c
        dx[at]! += p * own.data[v]! + q * other.data[v]!
        dOwn[v]! += p * x[at]!
        dOther[v]! += q * x[at]!
      }
    }
  }
  return {input, own: dOwn, other: dOther}
}

/** [n, heads] inner products of each head's part of a row with its vector. */
function headProducts({rows, cols, data: x}: Dense, {rows: heads, cols: width, data}: Dense): Float64Array {
  const out = new Float64Array(rows * heads)
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < heads; k++) {
      let sum = 0
      for (let c = 0; c < width; c++) sum += x[i * cols + k * width + c]! * data[k * width + c]!
      out[i * heads + k] = sum
    }
  }
  return out
}

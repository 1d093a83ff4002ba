import {Matrix as SmallMatrix, solve} from 'ml-matrix'

const ROUNDS = 50
const CONVERGED = 1e-10
const ROUNDING = 1e-12

/** One row an observation, row-major. */
export interface DesignMatrix {
  rows: number
  cols: number
  data: Float64Array | Float32Array
}

export interface LogisticModel {
  /** [p] log-odds per standard deviation of a column; 0 for a constant column */
  coefficients: Float64Array
  /** log-odds of each row of a matrix [n, p] */
  logOdds: (x: DesignMatrix) => Float64Array
}

/**
 * Ridge-penalised logistic regression of a yes (1) or no (0) on the columns of X; the rows of each answer weigh ½ in total.
 *
 * Formula    minimises Σ_i ω_i ln(1 + exp(−s_i (b + w·z_i))) + ½ λ |w|², s = ±1, z the columns standardised, ω_i = ½ /
 *            (rows with the answer of i); Newton's method. λ > 0 keeps w finite where the answers can be told apart
 *            without error.
 * Shapes     x [n, p], answers [n].
 * Precision  fp64, stops when no coefficient moves by more than 1e-10.
 * Cost       at most 50 rounds of n p² multiply–adds.
 * Empty      n = 0, or one answer only → all zeros: nothing can be learned.
 * Source     Hastie, Tibshirani & Friedman 2009, §4.4.1, eq. 4.26. Deviation: the penalty and the weights of the
 *            answers.
 */
export function logisticRegression(x: DesignMatrix, answers: Uint8Array, penalty: number): LogisticModel {
  const {rows: n, cols: p} = x
  const yes = answers.reduce((sum, y) => sum + y, 0)
  const {mean, scale} = standardOf(x)
  const z = standardised(x, mean, scale)
  const w = new Float64Array(p + 1)
  for (let round = 0; yes > 0 && yes < n && round < ROUNDS; round++) {
    const gradient = Float64Array.from(w, (value, j) => (j < p ? penalty * value : 0))
    const curved = new Float64Array((p + 1) * (p + 1))
    for (let i = 0; i < n; i++) {
      const chance = 1 / (1 + Math.exp(-product(z, i, w)))
      const weight = 0.5 / (answers[i] === 1 ? yes : n - yes)
      const slope = weight * (chance - answers[i]!)
      const curvature = weight * chance * (1 - chance)
      const row = i * (p + 1)
      for (let j = 0; j <= p; j++) {
        const zj = z.data[row + j]!
        gradient[j]! += slope * zj
        for (let k = 0; k <= j; k++) curved[j * (p + 1) + k]! += curvature * zj * z.data[row + k]!
      }
    }
    const hessian = SmallMatrix.zeros(p + 1, p + 1)
    for (let j = 0; j <= p; j++)
      for (let k = 0; k <= j; k++) {
        const value = curved[j * (p + 1) + k]! + (j === k && j < p ? penalty : 0)
        hessian.set(j, k, value)
        hessian.set(k, j, value)
      }
    const step = solve(hessian, SmallMatrix.columnVector(Array.from(gradient))).to1DArray()
    step.forEach((move, j) => (w[j]! -= move))
    if (Math.max(...step.map(Math.abs)) < CONVERGED) break
  }
  return {
    coefficients: w.slice(0, p),
    logOdds: ({rows, cols, data}) => {
      const out = new Float64Array(rows)
      for (let i = 0, at = 0; i < rows; i++) {
        let sum = 0
        for (let j = 0; j < cols; j++, at++) sum += (data[at]! - mean[j]!) * scale[j]! * w[j]!
        out[i] = sum + w[cols]!
      }
      return out
    },
  }
}

/** What makes columns of mean 0 and variance 1; scale 0 where a column is constant. */
function standardOf({rows, cols, data}: DesignMatrix): {mean: Float64Array; scale: Float64Array} {
  const mean = new Float64Array(cols)
  const variance = new Float64Array(cols)
  for (let t = 0; t < data.length; t++) mean[t % cols]! += data[t]! / rows
  for (let t = 0; t < data.length; t++) variance[t % cols]! += (data[t]! - mean[t % cols]!) ** 2 / rows
  const scale = variance.map((square, j) =>
    Math.sqrt(square) > ROUNDING * Math.abs(mean[j]!) ? 1 / Math.sqrt(square) : 0,
  )
  return {mean, scale}
}

/** The columns on that scale, and a last column of ones. */
function standardised({rows, cols, data}: DesignMatrix, mean: Float64Array, scale: Float64Array): DesignMatrix {
  const out = new Float64Array(rows * (cols + 1)).fill(1)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) out[i * (cols + 1) + j] = (data[i * cols + j]! - mean[j]!) * scale[j]!
  return {rows, cols: cols + 1, data: out}
}

function product({cols, data}: DesignMatrix, i: number, w: Float64Array): number {
  let sum = 0
  for (let j = 0; j < cols; j++) sum += data[i * cols + j]! * w[j]!
  return sum
}

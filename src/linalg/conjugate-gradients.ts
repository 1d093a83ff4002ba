import {InputError} from '../errors.js'
import type {Dense} from './types.js'

export interface CgOptions {
  /** stop when ‖r_c‖ ≤ tolerance · ‖b_c‖ for every column */
  tolerance: number
  maxIterations: number
  /** R [n, r] → about A⁻¹ R, symmetric positive definite; default: R itself */
  precondition?: (r: Dense) => Promise<Dense>
}

export interface CgResult {
  x: Dense
  iterations: number
  /** largest ‖A x_c − b_c‖ / ‖b_c‖ by the recurrence */
  residual: number
}

/**
 * Conjugate gradients for A X = B with A symmetric positive definite, known only through its product, all columns of B
 * together: one product an iteration, separate step lengths.
 *
 * Shapes     b [n, r]; apply: [n, r] → A V [n, r].
 * Precision  relative residual `tolerance`; the error is at most condition(A) times that.
 * Cost       iterations · (one product + 6 n r); iterations grow like √condition(A).
 * Empty      a zero column of B → a zero column of X.
 * Throws     InputError  A is not positive definite along a direction met, or the residual is above the tolerance after
 *            maxIterations (names both).
 * Source     Golub & Van Loan, Matrix Computations, §11.5.2 (preconditioned). Deviation: none.
 */
export async function conjugateGradients(
  apply: (v: Dense) => Promise<Dense>,
  b: Dense,
  options: CgOptions,
): Promise<CgResult> {
  const {rows: n, cols: r} = b
  const x = new Float64Array(n * r)
  const residual = b.data.slice()
  const precondition = async () =>
    options.precondition === undefined
      ? residual
      : (await options.precondition({rows: n, cols: r, data: residual})).data
  let z = await precondition()
  const direction = z.slice()
  let rz = columnDots(residual, z, r)
  const target = columnDots(b.data, b.data, r).map(Math.sqrt)
  let iterations = 0
  let worst = relative(residual, target, r)
  while (worst > options.tolerance) {
    if (iterations === options.maxIterations) {
      throw new InputError(
        `conjugate gradients left a relative residual of ${worst.toExponential(1)} after ${iterations} iterations, limit ${options.tolerance.toExponential(1)}`,
        ['raise the ridge'],
      )
    }
    const image = (await apply({rows: n, cols: r, data: direction})).data
    const curvature = columnDots(direction, image, r)
    const step = rz.map((value, c) => {
      if (value === 0) return 0
      if (!(curvature[c]! > 0))
        throw new InputError(
          `the matrix is not positive definite: curvature ${curvature[c]!.toExponential(2)} in column ${c}, it must be above 0`,
          ['raise the ridge'],
        )
      return value / curvature[c]!
    })
    for (let at = 0; at < x.length; ) {
      for (let c = 0; c < r; c++, at++) {
        x[at]! += step[c]! * direction[at]!
        residual[at]! -= step[c]! * image[at]!
      }
    }
    z = await precondition()
    const next = columnDots(residual, z, r)
    const turn = next.map((value, c) => (rz[c] === 0 ? 0 : value / rz[c]!))
    for (let at = 0; at < direction.length; )
      for (let c = 0; c < r; c++, at++) direction[at] = z[at]! + turn[c]! * direction[at]!
    rz = next
    iterations++
    worst = relative(residual, target, r)
  }
  return {x: {rows: n, cols: r, data: x}, iterations, residual: worst}
}

function columnDots(a: Float64Array, b: Float64Array, r: number): Float64Array {
  const sums = new Float64Array(r)
  for (let at = 0; at < a.length; ) for (let c = 0; c < r; c++, at++) sums[c]! += a[at]! * b[at]!
  return sums
}

function relative(residual: Float64Array, target: Float64Array, r: number): number {
  const norms = columnDots(residual, residual, r)
  let worst = 0
  for (let c = 0; c < r; c++) if (target[c]! > 0) worst = Math.max(worst, Math.sqrt(norms[c]!) / target[c]!)
  return worst
}

/** Largest ‖r_c‖ / ‖b_c‖ over the columns in which B is not zero; NaN where one of them holds NaN. */
export function relativeResidual(r: Dense, b: Dense): number {
  return relative(r.data, columnDots(b.data, b.data, b.cols).map(Math.sqrt), b.cols)
}

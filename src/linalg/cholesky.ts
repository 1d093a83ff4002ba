import {InputError} from '../errors.js'
import {BASE, BLOCK, block, negated, place, rowsOf, subtract} from './blocks.js'
import {type Products, transpose} from './products.js'
import type {Dense} from './types.js'

/** A = L Lᵀ: `lower` [n, n] (zeros above the diagonal) and the inverses of its diagonal blocks. */
export interface Cholesky {
  readonly lower: Dense
  readonly diagonalInverses: readonly Dense[]
}

/**
 * Cholesky factor of A + ridge · I for a symmetric A, by blocks of columns (left-looking).
 *
 * Shapes     a [n, n], only its lower triangle is read.
 * Precision  fp64; relative residual of the factor a small multiple of n · 2⁻⁵³. Diagonal blocks are inverted, so that
 *            all but triangles of 64 run on `products`.
 * Cost       n³ / 6 multiply–adds; n² · 8 bytes, and a quarter of it for copies.
 * Empty      n = 0 → empty.
 * Throws     InputError  a pivot is not positive (names its number and value): raise the ridge.
 * Source     Golub & Van Loan, Matrix Computations, §4.2.9 (block Cholesky). Deviation: none.
 */
export async function cholesky(a: Dense, products: Products, ridge = 0): Promise<Cholesky> {
  const n = a.rows
  const lower: Dense = {rows: n, cols: n, data: new Float64Array(n * n)}
  const diagonalInverses: Dense[] = []
  // One buffer for every copy of earlier columns: fresh memory would cost more than the copy.
  const buffer = new Float64Array(Math.ceil((n * n) / 4))
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(from + BLOCK, n)
    const panel = block(a, from, n, from, to)
    for (let j = 0; j < to - from; j++) panel.data[j * (to - from) + j]! += ridge
    if (from > 0) {
      const left = block(lower, from, n, 0, from, buffer)
      const update = await products.multiplyTransposed(left, rowsOf(left, 0, to - from))
      for (let t = 0; t < panel.data.length; t++) panel.data[t]! -= update.data[t]!
    }
    const size = to - from
    const {factor, inverse} = await factorAndInvert(rowsOf(panel, 0, size), from, products)
    diagonalInverses.push(inverse)
    place(lower, factor, from, from)
    if (to < n) place(lower, await products.multiplyTransposed(rowsOf(panel, size, n - from), inverse), to, from)
  }
  return {lower, diagonalInverses}
}

/** X with A X = B, for B [n, r]; n² · r multiply–adds. */
export async function choleskySolve(factor: Cholesky, b: Dense, products: Products): Promise<Dense> {
  const {lower, diagonalInverses} = factor
  const n = lower.rows
  const x: Dense = {rows: n, cols: b.cols, data: b.data.slice()}
  for (let k = 0; k < diagonalInverses.length; k++) {
    const from = k * BLOCK
    const to = Math.min(from + BLOCK, n)
    const rows = block(x, from, to, 0, x.cols)
    if (from > 0) subtract(rows, await products.multiply(block(lower, from, to, 0, from), rowsOf(x, 0, from)))
    place(x, await products.multiply(diagonalInverses[k]!, rows), from, 0)
  }
  for (let k = diagonalInverses.length - 1; k >= 0; k--) {
    const from = k * BLOCK
    const to = Math.min(from + BLOCK, n)
    const rows = block(x, from, to, 0, x.cols)
    if (to < n) subtract(rows, await products.multiply(transpose(block(lower, to, n, from, to)), rowsOf(x, to, n)))
    place(x, await products.multiply(transpose(diagonalInverses[k]!), rows), from, 0)
  }
  return x
}

/** L and L⁻¹ of a positive definite matrix, by halves; `firstPivot` numbers the pivots in an error. */
export async function factorAndInvert(
  a: Dense,
  firstPivot: number,
  products: Products,
): Promise<{factor: Dense; inverse: Dense}> {
  const n = a.rows
  if (n <= BASE) {
    const data = a.data.slice()
    factorInPlace(data, n, firstPivot)
    return {factor: {rows: n, cols: n, data}, inverse: invertLower(data, n)}
  }
  const half = n >> 1
  const first = await factorAndInvert(block(a, 0, half, 0, half), firstPivot, products)
  const below = await products.multiplyTransposed(block(a, half, n, 0, half), first.inverse)
  const rest = block(a, half, n, half, n)
  subtract(rest, await products.multiplyTransposed(below, below))
  const second = await factorAndInvert(rest, firstPivot + half, products)
  const corner = await products.multiply(second.inverse, await products.multiply(below, first.inverse))
  return {
    factor: joined(first.factor, below, second.factor),
    inverse: joined(first.inverse, negated(corner), second.inverse),
  }
}

function joined(first: Dense, below: Dense, second: Dense): Dense {
  const n = first.rows + second.rows
  const out: Dense = {rows: n, cols: n, data: new Float64Array(n * n)}
  place(out, first, 0, 0)
  place(out, below, first.rows, 0)
  place(out, second, first.rows, first.rows)
  return out
}

export function factorInPlace(a: Float64Array, n: number, firstPivot: number): void {
  for (let j = 0; j < n; j++) {
    let pivot = a[j * n + j]!
    for (let t = 0; t < j; t++) pivot -= a[j * n + t]! ** 2
    if (!(pivot > 0)) {
      throw new InputError(
        `the matrix is not positive definite: pivot ${firstPivot + j} is ${pivot.toExponential(2)}, it must be above 0`,
        ['raise the ridge, or look for repeated rows in the features'],
      )
    }
    const root = Math.sqrt(pivot)
    a[j * n + j] = root
    for (let i = j + 1; i < n; i++) {
      let s = a[i * n + j]!
      for (let t = 0; t < j; t++) s -= a[i * n + t]! * a[j * n + t]!
      a[i * n + j] = s / root
    }
    for (let t = j + 1; t < n; t++) a[j * n + t] = 0
  }
}

export function invertLower(l: Float64Array, n: number): Dense {
  const data = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * n, (i + 1) * n)
    for (let t = 0; t < i; t++) {
      const x = l[i * n + t]!
      for (let j = 0; j <= t; j++) row[j]! -= x * data[t * n + j]!
    }
    const pivot = l[i * n + i]!
    row[i] = 1
    for (let j = 0; j <= i; j++) row[j]! /= pivot
  }
  return {rows: n, cols: n, data}
}

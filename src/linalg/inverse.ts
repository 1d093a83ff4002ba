import {add, BASE, block, mirrorLower, place, placeNegated, subtract} from './blocks.js'
import {factorInPlace, invertLower} from './cholesky.js'
import {type Products, transpose} from './products.js'
import {dense, type Dense} from './types.js'

/**
 * (A + ridge · I)⁻¹ of a symmetric positive definite matrix, by halves: with X = A₁₁⁻¹A₁₂ and S = A₂₂ − A₁₂ᵀX,
 *   A⁻¹ = [A₁₁⁻¹ + X S⁻¹ Xᵀ, −X S⁻¹; −S⁻¹ Xᵀ, S⁻¹].
 *
 * Shapes     a [n, n], only its lower triangle is read → [n, n], exactly symmetric.
 * Precision  fp64; relative error a small multiple of condition(A) · 2⁻⁵³ where the halves are no worse conditioned,
 *            which positive definiteness assures.
 * Cost       2 n³ / 3 multiply–adds, in products of halves: a third more than a factor and its inverse by panels, yet
 *            measured at half the time, since few and large products leave little copying.
 * Empty      n = 0 → empty.
 * Throws     InputError  a pivot is not positive (names its number and value).
 * Source     Golub & Van Loan, Matrix Computations, §3.2.11 (block elimination). Deviation: none.
 */
export function invertPositiveDefinite(a: Dense, products: Products, ridge = 0): Promise<Dense> {
  return invertBlock(a, 0, ridge, products)
}

async function invertBlock(a: Dense, firstPivot: number, ridge: number, products: Products): Promise<Dense> {
  const n = a.rows
  if (n <= BASE) return invertSmall(a, firstPivot, ridge)
  const half = n >> 1
  const first = await invertBlock(block(a, 0, half, 0, half), firstPivot, ridge, products)
  const below = block(a, half, n, 0, half)
  const xTransposed = await products.multiply(below, first)
  const rest = block(a, half, n, half, n)
  subtract(rest, await products.multiplyTransposed(xTransposed, below))
  const second = await invertBlock(rest, firstPivot + half, ridge, products)
  const corner = await products.multiply(second, xTransposed)
  add(first, await products.multiply(transpose(xTransposed), corner))
  const out = dense(n, n)
  place(out, first, 0, 0)
  placeNegated(out, corner, half, 0)
  place(out, second, half, half)
  mirrorLower(out)
  return out
}

function invertSmall(a: Dense, firstPivot: number, ridge: number): Dense {
  const n = a.rows
  const factor = a.data.slice()
  for (let i = 0; i < n; i++) factor[i * n + i]! += ridge
  factorInPlace(factor, n, firstPivot)
  const {data} = invertLower(factor, n)
  const out = dense(n, n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let t = i; t < n; t++) sum += data[t * n + i]! * data[t * n + j]!
      out.data[i * n + j] = sum
    }
  }
  mirrorLower(out)
  return out
}

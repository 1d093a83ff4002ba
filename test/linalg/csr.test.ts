import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {InputError} from '../../src/errors.js'
import {
  concatColumns,
  csrFromDense,
  csrFromTriplets,
  denseRows,
  gatherRows,
  normaliseRows,
  selectRows,
  transposeCsr,
} from '../../src/linalg/csr.js'
import {innerProducts, multiplyCsrDense, multiplyCsrTransposedDense, rowDot} from '../../src/linalg/csr-products.js'
import {multiplyCsr} from '../../src/linalg/sparse-product.js'
import {plainProducts, transpose} from '../../src/linalg/products.js'
import {type Csr, dense, type Dense} from '../../src/linalg/types.js'

const matrix = (rows: number, cols: number) =>
  fc
    .array(fc.oneof(fc.constant(0), fc.integer({min: -5, max: 5})), {minLength: rows * cols, maxLength: rows * cols})
    .map((values) => dense(rows, cols, Float64Array.from(values)))
const sized = fc.tuple(fc.integer({min: 1, max: 7}), fc.integer({min: 1, max: 7}), fc.integer({min: 1, max: 7}))
const full = (a: Csr): Dense => denseRows(a, 0, a.rows)
// −0 is 0: a stored zero and a missing one are the same number.
const numbers = (a: Dense) => Array.from(a.data, (x) => x + 0)
const plain = async (a: Dense, b: Dense) => numbers(await plainProducts.multiply(a, b))

describe('sparse rows', () => {
  it('triplets in any order, repeated ones added, give the matrix; sorted unique columns', () => {
    const a = csrFromTriplets(2, 3, [1, 0, 1, 0], [2, 1, 2, 0], [1, 2, 3, 4])
    expect(numbers(full(a))).toEqual([4, 2, 0, 0, 0, 4])
    expect([...a.indptr, ...a.indices]).toEqual([0, 2, 3, 0, 1, 2])
    expect(() => csrFromTriplets(2, 3, [2], [0], [1])).toThrow(InputError)
    expect(() => csrFromTriplets(2, 3, [0], [0, 1], [1])).toThrow(InputError)
  })

  it('products, transpose, selection and concatenation are those of the dense matrices', async () => {
    await fc.assert(
      fc.asyncProperty(
        sized.chain(([m, k, n]) => fc.tuple(matrix(m, k), matrix(k, n), matrix(m, n))),
        async ([a, b, c]) => {
          const [x, y, z] = [csrFromDense(a), csrFromDense(b), csrFromDense(c)]
          expect(numbers(full(x))).toEqual(numbers(a))
          expect(numbers(full(transposeCsr(x)))).toEqual(numbers(transpose(a)))
          expect(numbers(multiplyCsrDense(x, b))).toEqual(await plain(a, b))
          expect(numbers(full(multiplyCsr(x, y)))).toEqual(await plain(a, b))
          expect(numbers(multiplyCsrTransposedDense(x, c))).toEqual(await plain(transpose(a), c))
          const rows = [a.rows - 1, 0]
          expect(numbers(full(selectRows(x, rows) as Csr))).toEqual(numbers(gatherRows(a, rows)))
          const both = full(concatColumns(x, z))
          for (let i = 0; i < a.rows; i++)
            expect(numbers(dense(1, both.cols, both.data.slice(i * both.cols, (i + 1) * both.cols)))).toEqual([
              ...numbers(gatherRows(a, [i])),
              ...numbers(gatherRows(c, [i])),
            ])
        },
      ),
      {seed: 3, numRuns: 100},
    )
  })

  it('inner products of rows are the same for sparse and dense rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        sized.chain(([m, n, k]) => fc.tuple(matrix(m, k), matrix(n, k))),
        async ([a, b]) => {
          const expected = numbers(await plainProducts.multiplyTransposed(a, b))
          for (const x of [a, csrFromDense(a)]) {
            for (const y of [b, csrFromDense(b)]) {
              expect(numbers(await innerProducts(x, y, plainProducts))).toEqual(expected)
              expect(rowDot(x, 0, y, 0) + 0).toBe(expected[0])
            }
          }
        },
      ),
      {seed: 4, numRuns: 50},
    )
  })

  it('unit rows have length 1, zero rows stay zero, norms are stated', () => {
    for (const form of [csrFromDense, (a: Dense) => a]) {
      const {unit, norms} = normaliseRows(form(dense(2, 2, Float64Array.of(3, 4, 0, 0))))
      expect(Array.from(norms)).toEqual([5, 0])
      expect(numbers(denseRows(unit, 0, 2))).toEqual([0.6, 0.8, 0, 0])
    }
  })
})

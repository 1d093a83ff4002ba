import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {csrFromTriplets} from '../../src/linalg/csr.js'
import {type Csr, dense, type Dense} from '../../src/linalg/types.js'
import {likeliestClass, propagate} from '../../src/sanitize/propagate.js'
import {random} from '../../src/stats/random.js'

/** The formula, entry by entry, in fp64. */
function slowly(soft: Dense, weights: number[][], fixed: Uint8Array): Dense {
  let p = soft
  for (let round = 0; round < 10; round++) {
    const next = dense(soft.rows, soft.cols)
    for (let i = 0; i < soft.rows; i++)
      for (let k = 0; k < soft.cols; k++) {
        const of = (m: Dense, j: number) => m.data[j * soft.cols + k]!
        const total = weights[i]!.reduce((sum, w) => sum + w, 1)
        next.data[i * soft.cols + k] =
          fixed[i] === 1 ? of(soft, i) : weights[i]!.reduce((sum, w, j) => sum + w * of(p, j), of(soft, i)) / total
      }
    p = next
  }
  return p
}

function csrOf(weights: number[][]): Csr {
  const n = weights.length
  const stored = weights.flatMap((row, i) => row.flatMap((w, j) => (w > 0 ? [[i, j, w]] : [])))
  const column = (k: number) => stored.map((entry) => entry[k]!)
  return csrFromTriplets(n, n, Uint32Array.from(column(0)), Uint32Array.from(column(1)), Float64Array.from(column(2)))
}

function drawn(n: number, c: number, seed: number): {soft: Dense; weights: number[][]; fixed: Uint8Array} {
  const {uniform} = random(seed)
  const weights = Array.from({length: n}, () => new Array<number>(n).fill(0))
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) weights[i]![j] = weights[j]![i] = uniform() < 0.3 ? uniform() : 0
  const soft = dense(
    n,
    c,
    Float64Array.from({length: n * c}, () => uniform() ** 4),
  )
  return {soft, weights, fixed: Uint8Array.from({length: n}, () => Number(uniform() < 0.3))}
}

describe('propagate', () => {
  it('is the formula in fp64 to 10⁻⁶ of each value, for any number of classes', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 12}), fc.integer({min: 1, max: 9}), fc.nat(), (n, c, seed) => {
        const {soft, weights, fixed} = drawn(n, c, seed)
        const expected = slowly(soft, weights, fixed)
        const found = propagate(soft, csrOf(weights), fixed)
        const worst = Math.max(...expected.data.map((x, t) => Math.abs(found.data[t]! - x) / Math.max(x, 1e-30)))
        expect(worst).toBeLessThan(1e-6)
      }),
    )
  })

  it('keeps the sums of rows, the rows that are fixed, and nodes without neighbours', () => {
    const {soft, weights, fixed} = drawn(9, 5, 3)
    for (let i = 0; i < 9; i++) {
      weights[4]![i] = weights[i]![4] = 0
      const sum = soft.data.subarray(5 * i, 5 * i + 5).reduce((a, b) => a + b)
      for (let k = 0; k < 5; k++) soft.data[5 * i + k]! /= sum
    }
    const found = propagate(soft, csrOf(weights), fixed)
    for (let i = 0; i < 9; i++) {
      const row = found.data.subarray(5 * i, 5 * i + 5)
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
      if (fixed[i] === 1 || i === 4) expect(row).toEqual(Float32Array.from(soft.data.subarray(5 * i, 5 * i + 5)))
    }
  })

  it('a tie by the formula is a tie, however it is summed: the smaller class', () => {
    // One neighbour says of one class what several together say of the other; fp32 holds x and m · x/m apart.
    fc.assert(
      fc.property(
        fc.double({min: 0.01, max: 1, noNaN: true}),
        fc.integer({min: 2, max: 30}),
        fc.boolean(),
        (x, shares, isFirst) => {
          const n = shares + 2
          const soft = dense(n, 3)
          const weights = Array.from({length: n}, (_, i) =>
            Array.from({length: n}, (_, j) => Number((i === 0) !== (j === 0))),
          )
          soft.data[3 + (isFirst ? 1 : 2)] = x
          for (let i = 2; i < n; i++) soft.data[3 * i + (isFirst ? 2 : 1)] = x / shares
          const fixed = Uint8Array.from({length: n}, (_, i) => Number(i > 0))
          expect(likeliestClass(propagate(soft, csrOf(weights), fixed), 0)).toBe(1)
        },
      ),
    )
  })
})

describe('likeliestClass', () => {
  const of = (...row: number[]) => likeliestClass({rows: 1, cols: row.length, data: Float64Array.from(row)}, 0)

  it('takes the largest, and the smaller class where rounding alone tells two apart', () => {
    expect(of(0.1, 0.5, 0.4)).toBe(1)
    expect(of(0.1, 0.45 - 1e-9, 0.45)).toBe(1)
    expect(of(0.1, 0.45, 0.45 + 1e-5)).toBe(2)
    expect(of(0.2, 0.2, 0.2)).toBe(0)
    expect(of(-0.3, -0.1)).toBe(1)
  })
})

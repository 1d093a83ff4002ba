import fc from 'fast-check'
import {inverse, Matrix as Oracle, pseudoInverse} from 'ml-matrix'
import {describe, expect, it} from 'vitest'
import {chooseColumns} from '../../src/linalg/nystrom.js'
import {plainProducts} from '../../src/linalg/products.js'
import {traceOfInverse} from '../../src/linalg/trace.js'
import {dense, type Dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'

const oracle = ({rows, cols, data}: Dense) => Oracle.from1DArray(rows, cols, Array.from(data))

/** K = X Xᵀ of rank at most `rank`. */
function ofRank(n: number, rank: number, seed: number): Dense {
  const {normal} = random(seed)
  const x = new Oracle(n, rank)
  for (let i = 0; i < n; i++) for (let j = 0; j < rank; j++) x.set(i, j, normal())
  return dense(n, n, Float64Array.from(x.mmul(x.transpose()).to1DArray()))
}

const accessTo = (k: Dense) => ({
  diagonal: Float64Array.from({length: k.rows}, (_, i) => k.data[i * k.cols + i]!),
  columns: (which: Uint32Array) => plainProducts.multiplyTransposed(k, columnsAsRows(k, which)),
})

/** Rows of the identity at `which`: K Iᵀ picks columns. */
const columnsAsRows = (k: Dense, which: Uint32Array) => {
  const out = dense(which.length, k.cols)
  which.forEach((column, i) => (out.data[i * k.cols + column] = 1))
  return out
}

/** ‖K − C W⁻¹ Cᵀ‖_F / ‖K‖_F and the trace that is left, by ml-matrix. */
function left(k: Dense, chosen: Uint32Array): {frobenius: number; trace: number} {
  const full = oracle(k)
  const c = full.subMatrixColumn(Array.from(chosen))
  const w = c.subMatrixRow(Array.from(chosen))
  const rest = Oracle.sub(full, c.mmul(pseudoInverse(w)).mmul(c.transpose()))
  return {frobenius: rest.norm() / full.norm(), trace: rest.trace()}
}

describe('randomly pivoted Cholesky', () => {
  it('rebuilds a matrix of rank r from r columns, and stops there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 30}),
        fc.integer({min: 1, max: 10}),
        fc.integer({min: 0, max: 1000}),
        async (n, rank, seed) => {
          const k = ofRank(n, rank, seed)
          const chosen = await chooseColumns(accessTo(k), n, random(seed), plainProducts)
          expect(chosen.length).toBe(Math.min(n, rank))
          expect(Array.from(chosen)).toEqual([...new Set(chosen)].sort((a, b) => a - b))
          expect(left(k, chosen).frobenius).toBeLessThan(1e-6)
        },
      ),
      {seed: 1, numRuns: 30},
    )
  })

  it('leaves less of the trace with more columns, and far less than columns drawn evenly where few rows matter', async () => {
    const n = 120
    const k = ofRank(n, 3, 5)
    // Two rows that no other row resembles.
    for (const i of [7, 90]) k.data[i * n + i]! += 1e4
    const few = left(k, await chooseColumns(accessTo(k), 2, random(0), plainProducts)).trace
    const more = left(k, await chooseColumns(accessTo(k), 5, random(0), plainProducts)).trace
    const even = left(k, random(0).permutation(n).slice(0, 5).sort()).trace
    expect(more).toBeLessThan(few)
    expect(more).toBeLessThan(1e-6)
    expect(even).toBeGreaterThan(1e3)
  })

  it('draws in blocks what drawing one by one would: the expected trace left is that of the sequential method', async () => {
    const n = 40
    const k = ofRank(n, 40, 9)
    const mean = async (draw: (seed: number) => Promise<Uint32Array>) => {
      let sum = 0
      for (let seed = 0; seed < 60; seed++) sum += left(k, await draw(seed)).trace
      return sum / 60
    }
    const blocks = await mean((seed) => chooseColumns(accessTo(k), 12, random(seed), plainProducts))
    const oneByOne = await mean((seed) => Promise.resolve(sequential(k, 12, seed)))
    expect(Math.abs(blocks - oneByOne)).toBeLessThan(0.05 * oneByOne)
  })

  it('finds nothing in a zero matrix or for no column', async () => {
    expect(await chooseColumns(accessTo(dense(4, 4)), 3, random(0), plainProducts)).toHaveLength(0)
    expect(await chooseColumns(accessTo(ofRank(4, 4, 1)), 0, random(0), plainProducts)).toHaveLength(0)
  })
})

/** The definition: one column at a time, the whole residual kept. */
function sequential(k: Dense, count: number, seed: number): Uint32Array {
  const {uniform} = random(seed + 5000)
  const n = k.rows
  const rest = k.data.slice()
  const chosen: number[] = []
  while (chosen.length < count) {
    let at = uniform() * Array.from({length: n}, (_, i) => Math.max(0, rest[i * n + i]!)).reduce((a, b) => a + b)
    let i = 0
    while (i < n - 1 && (at -= Math.max(0, rest[i * n + i]!)) > 0) i++
    const pivot = rest[i * n + i]!
    const column = Float64Array.from({length: n}, (_, r) => rest[r * n + i]!)
    for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) rest[r * n + c]! -= (column[r]! * column[c]!) / pivot
    chosen.push(i)
  }
  return Uint32Array.from(chosen).sort()
}

describe("Hutchinson's trace of an inverse", () => {
  it('is within four standard errors of the trace, and its standard error is honest', async () => {
    const n = 60
    const k = ofRank(n, 20, 3)
    for (let i = 0; i < n; i++) k.data[i * n + i]! += 1
    const exact = inverse(oracle(k))
    const solve = (v: Dense) =>
      Promise.resolve(dense(v.rows, v.cols, Float64Array.from(exact.mmul(oracle(v)).to1DArray())))
    const errors: number[] = []
    const stated: number[] = []
    for (let seed = 0; seed < 40; seed++) {
      const {trace, standardError} = await traceOfInverse(n, 32, random(seed), solve)
      errors.push(trace - exact.trace())
      stated.push(standardError)
    }
    const spread = Math.sqrt(errors.reduce((sum, x) => sum + x * x, 0) / errors.length)
    const claimed = Math.sqrt(stated.reduce((sum, x) => sum + x * x, 0) / stated.length)
    expect(errors.every((x, k) => Math.abs(x) < 4 * stated[k]!)).toBe(true)
    expect(spread / claimed).toBeGreaterThan(0.7)
    expect(spread / claimed).toBeLessThan(1.4)
  })

  it('is exact where the inverse is diagonal: every sign squared is 1', async () => {
    const {trace, standardError} = await traceOfInverse(5, 3, random(0), (v) =>
      Promise.resolve({...v, data: v.data.map((x, t) => x * (1 + Math.floor(t / 3)))}),
    )
    expect(trace).toBeCloseTo(15, 12)
    expect(standardError).toBeLessThan(1e-12)
  })
})

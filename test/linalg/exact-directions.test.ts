import fc from 'fast-check'
import {Matrix as Oracle, SingularValueDecomposition} from 'ml-matrix'
import {describe, expect, it} from 'vitest'
import {csrFromDense} from '../../src/linalg/csr.js'
import {exactDirections} from '../../src/linalg/exact-directions.js'
import {plainProducts} from '../../src/linalg/products.js'
import {leadingDirections} from '../../src/linalg/spectrum.js'
import {dense, type Dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'

const oracle = ({rows, cols, data}: Dense) => Oracle.from1DArray(rows, cols, Array.from(data))
/** Inner products of the rows: what does not depend on signs, nor on the basis among equal directions. */
const between = (m: Dense) => (m.cols === 0 ? Oracle.zeros(m.rows, m.rows) : oracle(m).mmul(oracle(m).transpose()))
const farthest = (a: Oracle, b: Oracle) => Oracle.sub(a, b).abs().max()

function drawn(n: number, d: number, seed: number): Dense {
  const {normal} = random(seed)
  // Columns of falling size, so that directions are told apart.
  return dense(
    n,
    d,
    Float64Array.from({length: n * d}, (_, t) => normal() * 0.7 ** (t % d)),
  )
}

describe('exactDirections', () => {
  it('are U Σ of the singular value decomposition', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 14}),
        fc.integer({min: 1, max: 9}),
        fc.integer({min: 1, max: 6}),
        fc.nat(),
        async (n, d, rank, seed) => {
          const x = drawn(n, d, seed)
          const found = await exactDirections(x, rank, plainProducts)
          const {leftSingularVectors: u, diagonal} = new SingularValueDecomposition(oracle(x), {autoTranspose: true})
          const r = Math.min(rank, n, d)
          expect(found.cols).toBe(r)
          const leading = Oracle.zeros(n, r)
          for (let i = 0; i < n; i++) for (let c = 0; c < r; c++) leading.set(i, c, u.get(i, c) * diagonal[c]!)
          expect(farthest(between(found), leading.mmul(leading.transpose()))).toBeLessThan(1e-7)
        },
      ),
    )
  })

  it('are orthogonal columns of falling length, the same from sparse rows and from blocks of rows', async () => {
    const x = drawn(5000, 6, 2)
    const found = await exactDirections(x, 4, plainProducts)
    const columns = oracle(found).transpose().mmul(oracle(found))
    const lengths = [0, 1, 2, 3].map((c) => columns.get(c, c))
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a))
    for (let a = 0; a < 4; a++)
      for (let b = 0; b < a; b++) expect(Math.abs(columns.get(a, b))).toBeLessThan(1e-9 * lengths[0]!)
    expect((await exactDirections(csrFromDense(x), 4, plainProducts)).data).toEqual(found.data)
  })

  it('are what the approximation of many columns comes to', async () => {
    const x = drawn(40, 20, 5)
    const approximate = leadingDirections(csrFromDense(x), 5, random(0), 200)
    expect(farthest(between(await exactDirections(x, 5, plainProducts)), between(approximate))).toBeLessThan(1e-9)
  })

  it('take all of several that are equally large, so that the order of rows and columns does not choose', async () => {
    // Nodes of six kinds, as many of each: a flag a kind.
    const x = dense(60, 6)
    for (let i = 0; i < 60; i++) x.data[6 * i + (i % 6)] = 0.3
    const found = await exactDirections(x, 4, plainProducts)
    expect(found.cols).toBe(6)
    expect(farthest(between(found), between(x))).toBeLessThan(1e-12)
  })

  it('are none of zeros, and no more than there are', async () => {
    expect(await exactDirections(dense(3, 2), 2, plainProducts)).toEqual({rows: 3, cols: 0, data: new Float64Array(0)})
    expect((await exactDirections(dense(0, 2), 2, plainProducts)).cols).toBe(0)
    expect((await exactDirections(dense(3, 0), 2, plainProducts)).cols).toBe(0)
    const x = drawn(30, 1, 3)
    const twice = dense(
      30,
      3,
      Float64Array.from({length: 90}, (_, t) => [1, 2, -1][t % 3]! * x.data[Math.floor(t / 3)]!),
    )
    expect((await exactDirections(twice, 3, plainProducts)).cols).toBe(1)
  })
})

import fc from 'fast-check'
import {CholeskyDecomposition, EigenvalueDecomposition, inverse, Matrix as Oracle} from 'ml-matrix'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {InputError} from '../../src/errors.js'
import {cholesky, choleskySolve} from '../../src/linalg/cholesky.js'
import {conjugateGradients} from '../../src/linalg/conjugate-gradients.js'
import {invertPositiveDefinite} from '../../src/linalg/inverse.js'
import {onnxProducts} from '../../src/linalg/onnx-products.js'
import {plainProducts, type Products, transpose} from '../../src/linalg/products.js'
import {wasmProducts} from '../../src/linalg/wasm-products.js'
import {largestEigenvalue} from '../../src/linalg/spectrum.js'
import {dense, type Dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'

const filled = (rows: number, cols: number, seed: number): Dense => {
  const {normal} = random(seed)
  return dense(rows, cols, Float64Array.from({length: rows * cols}, normal))
}
const oracle = ({rows, cols, data}: Dense) => Oracle.from1DArray(rows, cols, Array.from(data))
const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(0, ...Array.from(a, (x, i) => Math.abs(x - b[i]!)))
/** B Bᵀ + I: positive definite. */
function definite(n: number, seed: number): Dense {
  const b = oracle(filled(n, n, seed))
  return dense(n, n, Float64Array.from(b.mmul(b.transpose()).add(Oracle.eye(n)).to1DArray()))
}

let fast: Products
beforeAll(async () => {
  fast = (await onnxProducts(2)) ?? plainProducts
})
afterAll(() => fast.close())

describe('products', () => {
  const sizes: [number, number, number][] = [
    [1, 1, 1],
    [3, 5, 2],
    [17, 33, 9],
    [65, 64, 130],
    [0, 3, 4],
    [4, 0, 3],
    [4, 3, 0],
  ]
  it.each(sizes)('%i × %i by %i: plain and native agree with ml-matrix', async (m, n, k) => {
    const a = filled(m, k, 1)
    const b = filled(n, k, 2)
    const expected =
      k === 0 || m === 0 || n === 0 ? new Float64Array(m * n) : oracle(a).mmul(oracle(b).transpose()).to1DArray()
    for (const products of [plainProducts, fast]) {
      const abT = await products.multiplyTransposed(a, b)
      expect([abT.rows, abT.cols, abT.data.length]).toEqual([m, n, m * n])
      expect(apart(abT.data, expected)).toBeLessThan(1e-12)
      expect(apart((await products.multiply(a, transpose(b))).data, expected)).toBeLessThan(1e-12)
    }
  })

  it.each([...sizes, [200, 300, 150]] as typeof sizes)(
    '%i × %i by %i: into memory that held something else, the same bits, and nothing beside it',
    async (m, n, k) => {
      for (const products of [plainProducts, fast, wasmProducts()!]) {
        for (const single of [false, true]) {
          const [a, b] = [filled(m, k, 1), filled(n, k, 2)].map((x) =>
            single ? {...x, data: Float32Array.from(x.data)} : x,
          ) as [Dense, Dense]
          const memory = a.data.constructor === Float32Array ? new Float32Array(m * n + 4) : new Float64Array(m * n + 4)
          memory.fill(NaN)
          const into = memory.subarray(2, 2 + m * n) as Float64Array
          for (const form of [
            (to?: Float64Array) => products.multiplyTransposed(a, b, to),
            (to?: Float64Array) => products.multiply(a, transpose(b), to),
          ]) {
            const got = await form(into)
            expect(got.data).toBe(into)
            expect(got).toEqual(await form())
            expect([memory[0], memory[1], memory[m * n + 2], memory[m * n + 3]]).toEqual([NaN, NaN, NaN, NaN])
          }
        }
      }
    },
  )

  it.each([
    [1, 1],
    [17, 33],
    [64, 40],
    [0, 3],
  ])('the transpose of %i × %i, of scaled rows too, into memory that held something else', (m, n) => {
    const [a, scale] = [filled(m, n, 1), filled(1, m, 2).data]
    const expected = m === 0 ? [] : oracle(a).transpose().to1DArray()
    expect(transpose(a)).toEqual({rows: n, cols: m, data: Float64Array.from(expected)})
    const out = filled(m, n, 3).data
    expect(transpose(a, scale, out).data).toBe(out)
    expect(out).toEqual(Float64Array.from(expected, (x, at) => x * scale[at % m]!))
  })

  it('keeps the type of its inputs', async () => {
    const single = {rows: 2, cols: 2, data: Float32Array.of(1, 2, 3, 4)}
    for (const products of [plainProducts, fast])
      expect((await products.multiply(single, single)).data).toEqual(Float32Array.of(7, 10, 15, 22))
  })
})

describe('Cholesky and inverse', () => {
  it.each([1, 2, 7, 63, 64, 65, 257, 300])('n = %i: factor, solve and inverse agree with ml-matrix', async (n) => {
    const a = definite(n, n)
    const b = filled(n, 3, 5)
    const factor = await cholesky(a, fast)
    const scale = Math.max(...a.data)
    expect(
      apart(
        (await choleskySolve(factor, b, fast)).data,
        new CholeskyDecomposition(oracle(a)).solve(oracle(b)).to1DArray(),
      ),
    ).toBeLessThan(1e-8)
    const inverted = await invertPositiveDefinite(a, fast)
    expect(apart(inverted.data, inverse(oracle(a)).to1DArray())).toBeLessThan(1e-8)
    const identity = await fast.multiply(a, inverted)
    expect(apart(identity.data, Oracle.eye(n).to1DArray())).toBeLessThan(1e-9 * scale)
  })

  it('adds the ridge to the diagonal and leaves its input alone', async () => {
    const a = definite(9, 3)
    const before = a.data.slice()
    const withRidge = oracle(a).add(Oracle.eye(9).mul(2))
    expect(apart((await invertPositiveDefinite(a, fast, 2)).data, inverse(withRidge).to1DArray())).toBeLessThan(1e-12)
    expect(a.data).toEqual(before)
  })

  it.each([[[1, 2, 2, 1]], [[0, 0, 0, 0]], [[-1, 0, 0, 1]]])(
    'refuses %j, which is not positive definite',
    async (values) => {
      await expect(async () => cholesky(dense(2, 2, Float64Array.from(values)), fast)).rejects.toThrow(InputError)
      await expect(async () => invertPositiveDefinite(dense(2, 2, Float64Array.from(values)), fast)).rejects.toThrow(
        InputError,
      )
    },
  )
})

describe('conjugate gradients', () => {
  it('solves several right-hand sides as Cholesky does, to the tolerance it states', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: 40}), fc.integer({min: 1, max: 1000}), async (n, seed) => {
        const a = definite(n, seed)
        const b = filled(n, 2, seed + 1)
        const byDiagonal = (r: Dense) =>
          Promise.resolve({...r, data: r.data.map((x, t) => x / a.data[(t >> 1) * (n + 1)]!)})
        const {x} = await conjugateGradients((v) => plainProducts.multiply(a, v), b, {
          tolerance: 1e-12,
          maxIterations: 500,
          ...(seed % 2 === 0 ? {precondition: byDiagonal} : {}),
        })
        const residual = oracle(a).mmul(oracle(x)).sub(oracle(b))
        expect(residual.norm()).toBeLessThan(1e-10 * oracle(b).norm())
      }),
      {seed: 2, numRuns: 20},
    )
  })
})

describe('largest eigenvalue', () => {
  it('agrees with the decomposition of ml-matrix', async () => {
    const a = definite(30, 4)
    const {realEigenvalues} = new EigenvalueDecomposition(oracle(a), {assumeSymmetric: true})
    const largest = Math.max(...realEigenvalues)
    expect(await largestEigenvalue((v) => plainProducts.multiply(a, v), 30, random(0), 200)).toBeCloseTo(largest, 6)
  })
})

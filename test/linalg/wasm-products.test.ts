import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {plainProducts, transpose} from '../../src/linalg/products.js'
import type {Dense} from '../../src/linalg/types.js'
import {wasmProducts} from '../../src/linalg/wasm-products.js'
import {random} from '../../src/stats/random.js'

const products = wasmProducts()!

function matrix<T extends Float32Array | Float64Array>(
  make: {from: (like: {length: number}, of: () => number) => T},
  rows: number,
  cols: number,
  seed: number,
): Dense<T> {
  const draw = random(seed)
  return {rows, cols, data: make.from({length: rows * cols}, () => draw.normal())}
}

/** Around the sizes of tiles (4, 8), of blocks (128, 512, 256) and of what is too small for them. */
const size = (edges: number[]) =>
  fc.oneof(fc.integer({min: 0, max: 40}), ...edges.map((edge) => fc.integer({min: edge - 2, max: edge + 5})))

describe('products in WebAssembly', () => {
  it('have the bits of the obvious loop in fp64, for every size, and leave their factors alone', async () => {
    await fc.assert(
      fc.asyncProperty(size([128, 256]), size([512]), size([256, 512]), fc.nat(), async (m, n, k, seed) => {
        const [a, b] = [matrix(Float64Array, m, k, seed), matrix(Float64Array, n, k, seed + 1)]
        const [a0, b0] = [a.data.slice(), b.data.slice()]
        const expected = await plainProducts.multiplyTransposed(a, b)
        expect(await products.multiplyTransposed(a, b)).toEqual(expected)
        expect(await products.multiply(a, transpose(b))).toEqual(expected)
        expect([a.data, b.data]).toEqual([a0, b0])
      }),
      {numRuns: 10},
    )
  })

  it('are those of fp64 within the rounding of fp32', async () => {
    await fc.assert(
      fc.asyncProperty(size([128]), size([512]), size([256]), fc.nat(), async (m, n, k, seed) => {
        const [a, b] = [matrix(Float32Array, m, k, seed), matrix(Float32Array, n, k, seed + 1)]
        const got = await products.multiplyTransposed(a, b)
        expect(got.data).toBeInstanceOf(Float32Array)
        expect(await products.multiply(a, transpose(b))).toEqual(got)
        const wide = (x: Dense<Float32Array>): Dense => ({...x, data: Float64Array.from(x.data)})
        const exact = await plainProducts.multiplyTransposed(wide(a), wide(b))
        const sizes = await plainProducts.multiplyTransposed(
          {...wide(a), data: wide(a).data.map(Math.abs)},
          {...wide(b), data: wide(b).data.map(Math.abs)},
        )
        // |error| ≤ γ_k Σ |a b|, γ_k = k u / (1 − k u).
        const gamma = (k + 1) * 2 ** -24
        const worst = exact.data.reduce(
          (most, x, t) => Math.max(most, Math.abs(x - got.data[t]!) - gamma * sizes.data[t]!),
          -1,
        )
        expect(worst).toBeLessThanOrEqual(0)
      }),
      {numRuns: 6},
    )
  })

  it('work on views into longer arrays, and one product does not show in the next', async () => {
    const long = matrix(Float64Array, 300, 70, 3)
    const view = {rows: 100, cols: 70, data: long.data.subarray(70 * 90, 70 * 190)}
    const copy = {...view, data: view.data.slice()}
    const before = await products.multiplyTransposed(view, view)
    await products.multiplyTransposed(long, long)
    expect(await products.multiplyTransposed(copy, copy)).toEqual(before)
    expect(before).toEqual(await plainProducts.multiplyTransposed(copy, copy))
  })

  it('carry what is not finite where the loop does, and nowhere else', async () => {
    const [a, b] = [matrix(Float64Array, 33, 40, 5), matrix(Float64Array, 35, 40, 6)]
    a.data[7 * 40 + 3] = Infinity
    b.data[30 * 40 + 9] = NaN
    expect(await products.multiplyTransposed(a, b)).toEqual(await plainProducts.multiplyTransposed(a, b))
  })
})

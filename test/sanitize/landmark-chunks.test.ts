import {describe, expect, it} from 'vitest'
import {csrFromDense, normaliseRows, selectRows} from '../../src/linalg/csr.js'
import {openProducts} from '../../src/linalg/open-products.js'
import {plainProducts} from '../../src/linalg/products.js'
import {type Csr, dense, type Dense, isCsr, type Matrix} from '../../src/linalg/types.js'
import {wasmProducts} from '../../src/linalg/wasm-products.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import {landmarkGradientByDefinition, landmarkSumsByDefinition} from '../../src/pairwise/reference-definitions.js'
import {mixedRows, unitRows} from '../../src/sanitize/kernel-rows.js'
import {LandmarkChunks} from '../../src/sanitize/landmark-chunks.js'
import {landmarkKernel, type LandmarkKernel, landmarksAt} from '../../src/sanitize/landmarks.js'
import {multiplyCsr} from '../../src/linalg/sparse-product.js'
import {random} from '../../src/stats/random.js'

const engine = await createCpuEngine({threads: 1})
const native = await openProducts(1)
const RIDGE = 10
/** More than a tile of rows and than a stretch of a triangle. */
const [ROWS, COLS, LANDMARKS] = [700, 23, 300]

/** Rows of few values; some equal, some nearly parallel, some zero. */
function raw(): Dense {
  const r = random(3)
  const out = dense(ROWS, COLS)
  for (let t = 0; t < out.data.length; t++) if (r.uniform() < 0.4) out.data[t] = r.normal() + 0.5
  const row = (i: number) => out.data.subarray(i * COLS, (i + 1) * COLS)
  for (let i = 0; i < 30; i++) row(400 + i).set(row(i))
  for (let i = 0; i < 30; i++) row(500 + i).set(row(i).map((x, t) => x + (t === 5 ? 0.02 : 0)))
  for (let i = 0; i < 5; i++) row(600 + i).fill(0)
  return out
}
const x = raw()
const {unit} = normaliseRows(x)
const r = random(9)
const y = {...dense(ROWS, 4), data: Float64Array.from({length: ROWS * 4}, () => r.normal())}
const gamma = {...dense(LANDMARKS, 4), data: Float64Array.from({length: LANDMARKS * 4}, () => r.normal() / 8)}
const drawn = await landmarkKernel(unitRows(unit, engine), LANDMARKS, random(5), native)

const largest = (of: Float64Array) => of.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
/** Largest difference, in units of the largest value. */
const apart = (a: Float64Array, b: Float64Array) => largest(a.map((value, t) => value - b[t]!)) / largest(b)
const denseOf = (m: Matrix): Dense => {
  if (!isCsr(m)) return m
  const out = dense(m.rows, m.cols)
  for (let i = 0; i < m.rows; i++)
    for (let t = m.indptr[i]!; t < m.indptr[i + 1]!; t++) out.data[i * m.cols + m.indices[t]!] = m.values[t]!
  return out
}
const taskOf = (of: LandmarkKernel, rows: Matrix) => ({
  rows: denseOf(rows),
  points: denseOf(of.points),
  whiten: {...of.whiten, data: Float32Array.from(of.whiten.data)},
  y,
  ridge: RIDGE,
})
async function rowSums(chunks: LandmarkChunks): Promise<Float64Array> {
  const out = new Float64Array(ROWS * COLS)
  await chunks.rowSums(y, {gamma, ridge: RIDGE}, [0, ROWS], (first, block) => out.set(block.data, first * COLS))
  return out
}
/** Without what lies along the rows themselves, where a landmark and its own row are no pair here. */
const across = (sums: Float64Array): Float64Array => {
  const out = sums.slice()
  for (let i = 0; i < ROWS; i++) {
    const [row, own] = [out.subarray(i * COLS, (i + 1) * COLS), unit.data.subarray(i * COLS, (i + 1) * COLS)]
    const along = row.reduce((sum, value, t) => sum + value * own[t]!, 0)
    own.forEach((value, t) => (row[t]! -= along * value))
  }
  return out
}

describe('landmarks, a chunk of rows at a time', () => {
  it.each([
    ['dense rows', unit, native],
    ['dense rows, products in WebAssembly', unit, wasmProducts()!],
    ['dense rows, products in JavaScript', unit, plainProducts],
    ['sparse rows', csrFromDense(unit), native],
  ] as const)(
    '%s: sums and gradients are those of the definition within 10⁻⁵ of the largest',
    async (_, rows, products) => {
      const kernel = {...drawn, points: selectRows(rows, drawn.places)}
      const chunks = new LandmarkChunks(kernel, unitRows(rows, engine), products)
      const task = taskOf(kernel, rows)
      for (const [from, to] of [
        [0, ROWS],
        [0, 130],
      ] as const) {
        const [got, truth] = [await chunks.sums(y, RIDGE, from, to), landmarkSumsByDefinition(task, from, to)]
        expect(apart(got.outer.data, truth.outer.data)).toBeLessThan(1e-5)
        expect(apart(got.cross.data, truth.cross.data)).toBeLessThan(1e-5)
        expect(got.own / truth.own).toBeCloseTo(1, 5)
      }
      expect(apart(across(await rowSums(chunks)), across(landmarkGradientByDefinition(task, gamma).data))).toBeLessThan(
        1e-5,
      )
    },
  )

  it('pairs that are nearly parallel have the κ′ of fp64: with fp32 cosines their rows would be wrong', async () => {
    const chunks = new LandmarkChunks(drawn, unitRows(unit, engine), native)
    const [got, truth] = [
      across(await rowSums(chunks)),
      across(landmarkGradientByDefinition(taskOf(drawn, unit), gamma).data),
    ]
    const isLandmark = new Set(drawn.places)
    const near = Array.from({length: 30}, (_, i) => 500 + i).filter(
      (i) => isLandmark.has(i - 500) || isLandmark.has(i - 100),
    )
    expect(near.length).toBeGreaterThan(3)
    for (const i of near) {
      const row = (of: Float64Array) => of.subarray(i * COLS, (i + 1) * COLS)
      expect(apart(row(got), row(truth))).toBeLessThan(1e-4)
    }
  })

  it('mixed rows: weights of pairs give the same sums', async () => {
    const n = ROWS
    const features = csrFromDense(x)
    const indices = Uint32Array.from({length: 2 * n}, (_, t) => (t % 2 === 0 ? Math.floor(t / 2) : 0))
    const mixing: Csr = {
      rows: n,
      cols: n,
      indptr: Uint32Array.from({length: n + 1}, (_, i) => 2 * i),
      indices,
      values: new Float64Array(2 * n).fill(0.5),
    }
    for (let i = 0; i < n; i++) indices.set([Math.min(i, (i * 7) % n), Math.max(i, (i * 7) % n)], 2 * i)
    const mixed = multiplyCsr(mixing, features)
    const {unit: rows, norms} = normaliseRows(mixed)
    const all = mixedRows({mixing, features, unit: rows, norms}, native)
    const kernel = await landmarksAt(all, drawn.places, native)
    const task = taskOf(kernel, rows)
    const chunks = new LandmarkChunks(kernel, all, native)
    const [got, truth] = [await chunks.sums(y, RIDGE, 0, n), landmarkSumsByDefinition(task, 0, n)]
    expect(apart(got.outer.data, truth.outer.data)).toBeLessThan(1e-5)
    const weights = await chunks.weightsOfRows(y, {gamma, ridge: RIDGE}, 0, n)
    const plain = new LandmarkChunks(kernel, unitRows(rows, engine), native)
    const sums = new Float64Array(n * COLS)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < LANDMARKS; j++)
        for (let t = 0; t < COLS; t++)
          sums[i * COLS + t]! += weights.data[i * LANDMARKS + j]! * task.points.data[j * COLS + t]!
    expect(apart(sums, await rowSums(plain))).toBeLessThan(1e-5)
  })

  it('a chunk does not depend on the one before it', async () => {
    const chunks = new LandmarkChunks(drawn, unitRows(unit, engine), native)
    const first = await chunks.sums(y, RIDGE, 0, ROWS)
    await rowSums(chunks)
    expect(await chunks.sums(y, RIDGE, 0, ROWS)).toEqual(first)
  })
})

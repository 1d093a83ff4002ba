import fc from 'fast-check'
import {describe, expect, it, vi} from 'vitest'
import {DeviceError} from '../../../src/errors.js'
import {ASIN_COEFFICIENTS} from '../../../src/pairwise/webgpu/maps-shader.js'
import {keepLast} from '../../../src/pairwise/webgpu/keep-last.js'
import {columnsOfPanel, eachBit, placeRows, planPanels, rowsOfPanel} from '../../../src/pairwise/webgpu/panels.js'
import {lossBounds, boundRows, relativeError} from '../../../src/pairwise/volatility-rows.js'
import {rowStructs} from '../../../src/pairwise/webgpu/row-structs.js'
import {normal, sparse, task} from './data.js'

describe('the arcsine of the kernels', () => {
  it('has the relative error its header states', () => {
    let worst = 0
    for (let k = 1; k <= 50_000; k++) {
      const x = (0.5 * k) / 50_000
      const z = x * x
      const q = ASIN_COEFFICIENTS.map(Math.fround).reduceRight((sum, c) => sum * z + c, 0)
      worst = Math.max(worst, Math.abs(x + x * z * q - Math.asin(x)) / Math.asin(x))
    }
    expect(worst).toBeLessThan(1.7e-8)
  })
})

describe('panels', () => {
  it('property: cover the rows, are whole tiles, and fit a buffer, alone and as a block of two', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 0, max: 200_000}),
        fc.integer({min: 1, max: 20_000}),
        fc.integer({min: 25, max: 32}),
        (rows, words, power) => {
          const limit = 2 ** power
          const {height, count} = planPanels(rows, words, limit)
          expect(height % 256).toBe(0)
          expect(count * height).toBeGreaterThanOrEqual(rows)
          expect((count - 1) * height).toBeLessThan(Math.max(rows, 1))
          expect(4 * height * Math.max(words, height)).toBeLessThanOrEqual(limit)
        },
      ),
      {seed: 1},
    )
  })

  it('refuse rows that do not fit the device, with both sizes', () => {
    expect(() => planPanels(10, 1e6, 2 ** 27)).toThrow(
      '256 rows of 1000000 values need 1024000000 bytes; this device binds at most 134217728',
    )
    expect(() => planPanels(10, 1e6, 2 ** 27)).toThrow(DeviceError)
  })

  it('hold the same values feature by feature and row by row, sparse or dense, zero beyond the matrix', () => {
    const {csr, dense} = sparse(1, 300, 21)
    const plan = {rows: 300, height: 256, count: 2}
    const columns = columnsOfPanel(csr, plan, 1)
    const rows = rowsOfPanel(dense, plan, 1, 128)
    expect(columns).toEqual(columnsOfPanel(dense, plan, 1))
    for (let i = 0; i < 256; i++) {
      for (let t = 0; t < 32; t++) {
        const value = i < 44 && t < 21 ? Math.fround(dense.data[(256 + i) * 21 + t]!) : 0
        expect(columns[t * 256 + i]).toBe(value)
        expect(rows[i * 128 + t]).toBe(value)
      }
    }
  })

  it('give back the rows they were made of, the columns beyond a matrix left out', () => {
    for (const width of [21, 128]) {
      const {dense} = sparse(1, 300, 21)
      const plan = {rows: 300, height: 256, count: 2}
      const back = {rows: 300, cols: 21, data: new Float64Array(300 * 21)}
      for (let p = 0; p < 2; p++) placeRows(rowsOfPanel(dense, plan, p, width), width, back, p * 256)
      expect(back.data).toEqual(dense.data.map(Math.fround))
    }
  })

  it('reads bits by row and column', () => {
    const seen: [number, number][] = []
    eachBit(Uint32Array.of(0x80000001, 0, 0, 2), 2, (row, col) => seen.push([row, col]))
    expect(seen).toEqual([
      [31, 0],
      [0, 0],
      [33, 1],
    ])
  })
})

describe('what is kept of the last keys', () => {
  it('is made once, freed when another key takes its place, and the key used last stays longest', () => {
    const log: string[] = []
    const keys = {a: {}, b: {}, c: {}}
    const name = (key: object) => Object.entries(keys).find(([, x]) => x === key)![0]
    const kept = keepLast(2, (key: object) => {
      log.push(`made ${name(key)}`)
      return {free: () => log.push(`freed ${name(key)}`)}
    })
    expect(kept.of(keys.a)).toBe(kept.of(keys.a))
    for (const key of [keys.b, keys.a, keys.c, keys.a]) kept.of(key)
    kept.free()
    kept.of(keys.a)
    expect(log).toEqual(['made a', 'made b', 'freed b', 'made c', 'freed c', 'freed a', 'made a'])
  })
})

describe('rows for the volatility kernels', () => {
  it('property: ranks and bounds decide ΔL ≥ η exactly as fp64 does', () => {
    // Multiples of 0.1 are not binary fractions: differences fall on both sides of η by rounding alone.
    const losses = fc.array(
      fc.integer({min: 0, max: 30}).map((k) => k * 0.1),
      {minLength: 1, maxLength: 20},
    )
    fc.assert(
      fc.property(losses, losses, fc.integer({min: 0, max: 20}), (left, right, k) => {
        const etas = Float64Array.of(k * 0.1)
        const t = {
          ...task(normal(1, left.length, 2), normal(2, right.length, 2), 'l2'),
          anchorLoss: Float64Array.from(left),
          referenceLoss: Float64Array.from(right),
        }
        const prepared = boundRows(t)
        const bounds = lossBounds(prepared, etas, 0, right.length, 32)
        left.forEach((a, i) =>
          right.forEach((b, j) => {
            const rank = prepared.anchors.rank[i]!
            expect(rank < bounds[2 * j]! || rank >= bounds[2 * j + 1]!).toBe(Math.abs(a - b) >= etas[0]!)
          }),
        )
      }),
      {seed: 1},
    )
  })

  it('measure what fp32 loses, name equal rows alike (−0 is 0), and split losses in two fp32 numbers', () => {
    const x = {rows: 3, cols: 2, data: Float64Array.of(0.1, -0, 0.1, 0, 0.5, 0.25)}
    const {anchors, unit, lossUnit} = boundRows({...task(x, x, 'l2'), anchorLoss: Float64Array.of(1 / 3, 0.3, 7)})
    expect([unit, lossUnit]).toEqual([1, 8])
    expect(anchors.twin).toEqual(Uint32Array.of(0, 0, 1))
    expect(anchors.slack[0]! / Math.abs(0.1 - Math.fround(0.1))).toBeCloseTo(1, 5)
    expect(anchors.slack[2]).toBe(0)
    const floats = new Float32Array(rowStructs(anchors, 0, 1, lossUnit).buffer)
    expect(Math.abs(floats[0]! + floats[1]! - 1 / 24)).toBeLessThan(2 ** -50)
  })

  it('bound the error of a distance computed in fp32 in the order least kind to it', () => {
    const [a, b] = [normal(1, 1, 4000), normal(2, 1, 4000)].map((x) => Float32Array.from(x.data)) as [
      Float32Array,
      Float32Array,
    ]
    const order = Array.from(a.keys()).sort((s, t) => Math.abs(b[t]! - a[t]!) - Math.abs(b[s]! - a[s]!))
    let [single, exact] = [0, 0]
    for (const t of order) {
      const difference = Math.fround(a[t]! - b[t]!)
      single = Math.fround(single + Math.fround(difference * difference))
      exact += (a[t]! - b[t]!) ** 2
    }
    expect(Math.abs(Math.sqrt(single) - Math.sqrt(exact))).toBeLessThan(relativeError('l2', 4000) * Math.sqrt(exact))
  })
})

describe('without the webgpu package', () => {
  it('says how to get it', async () => {
    vi.doMock('webgpu', () => {
      throw new Error('Cannot find package')
    })
    const {openGpu} = await import('../../../src/pairwise/webgpu/gpu.js')
    await expect(openGpu({allowSoftware: true})).rejects.toMatchObject({
      code: 'DEVICE',
      message: expect.stringMatching(
        /^the engine webgpu is run by webgpu, which is installed and does not load here/,
      ) as string,
      nextSteps: [
        expect.stringMatching(/npm i .*webgpu@\d/) as string,
        expect.stringContaining('device cpu') as string,
      ],
    })
    vi.doUnmock('webgpu')
  })
})

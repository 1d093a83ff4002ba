import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {loadTensorFlow} from '../../src/checkpoint/tensorflow.js'
import {kernelByDefinition} from '../../src/pairwise/reference-definitions.js'
import {type TfjsEngine, tfjsEngine} from '../../src/pairwise/tfjs/index.js'
import {relativeError} from '../../src/pairwise/volatility-rows.js'
import {random} from '../../src/stats/random.js'
import {units} from '../pairwise/webgpu/data.js'

const U = 2 ** -23
const {fround} = Math

/** A distance in fp32 throughout, terms added in the given order. */
function single(
  a: Float32Array,
  b: Float32Array,
  metric: 'l2' | 'l1' | 'linf' | 'angle',
  order: readonly number[],
): number {
  if (metric === 'angle') {
    const unit = (x: Float32Array) => {
      const length = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0))
      return x.map((v) => v / length)
    }
    return fround(2 * fround(Math.asin(Math.min(1, fround(single(unit(a), unit(b), 'l2', order) / 2)))))
  }
  let out = 0
  for (const t of order) {
    const difference = Math.abs(fround(a[t]! - b[t]!))
    out =
      metric === 'linf'
        ? Math.max(out, difference)
        : fround(out + (metric === 'l1' ? difference : fround(difference * difference)))
  }
  return metric === 'l2' ? fround(Math.sqrt(out)) : out
}

/** The same in fp64, of the same fp32 rows. */
function double(a: Float32Array, b: Float32Array, metric: 'l2' | 'l1' | 'linf' | 'angle'): number {
  const differences = Array.from(a, (x, t) => Math.abs(x - b[t]!))
  if (metric === 'l1') return differences.reduce((sum, x) => sum + x, 0)
  if (metric === 'linf') return Math.max(...differences)
  if (metric === 'l2') return Math.hypot(...differences)
  const unit = (x: Float32Array) => {
    const length = Math.hypot(...x)
    return Float64Array.from(x, (v) => v / length)
  }
  const [p, q] = [unit(a), unit(b)]
  return 2 * Math.asin(Math.min(1, Math.hypot(...p.map((x, t) => x - q[t]!)) / 2))
}

describe('the error bounds of fp32, u = 2⁻²³', () => {
  it.each(['l2', 'l1', 'linf', 'angle'] as const)(
    '%s: a distance stays within relativeError, whatever the order of its terms',
    (metric) => {
      let worst = 0
      fc.assert(
        fc.property(
          fc.nat(1e6),
          fc.integer({min: 1, max: 1500}),
          fc.constantFrom('as they come', 'largest first', 'smallest first'),
          fc.constantFrom(1, 1e-4, 1e5),
          (seed, dim, arrangement, size) => {
            const r = random(seed)
            const [a, b] = [0, 1].map(() => Float32Array.from({length: dim}, () => size * r.normal())) as [
              Float32Array,
              Float32Array,
            ]
            const order = Array.from(a.keys())
            const change = (t: number) => Math.abs(a[t]! - b[t]!)
            if (arrangement !== 'as they come')
              order.sort((s, t) => (change(s) - change(t)) * (arrangement === 'largest first' ? -1 : 1))
            const truth = double(a, b, metric)
            // The rounding of unit rows to fp32 is measured by the engines and comes on top: here one u a coordinate of
            // the chord.
            const rounding = metric === 'angle' ? 2 * U * Math.sqrt(dim) : 0
            const allowed = relativeError(metric, dim) * truth + rounding
            const off = Math.abs(single(a, b, metric, order) - truth)
            worst = Math.max(worst, off / allowed)
            expect(off).toBeLessThanOrEqual(allowed)
          },
        ),
        {seed: 21, numRuns: 150},
      )
      expect(worst).toBeLessThanOrEqual(1)
    },
  )

  describe('on a real fp32 engine (TensorFlow.js, wasm)', () => {
    let engine: TfjsEngine
    beforeAll(async () => {
      engine = tfjsEngine((await loadTensorFlow()).tf, 'wasm', 64)
    })
    afterAll(() => engine.close())

    it('|κ̂ − κ| ≤ 8 (cols + 2) u for every pair', async () => {
      for (const [seed, rows, cols] of [
        [1, 40, 1],
        [2, 70, 3],
        [3, 90, 40],
        [4, 60, 700],
      ] as const) {
        const [z, w] = [units(seed, rows, cols), units(seed + 10, rows + 5, cols)]
        const truth = kernelByDefinition(z, w).data
        const {data} = await engine.kernelBlock(z, w)
        const worst = truth.reduce((most, x, at) => Math.max(most, Math.abs(x - data[at]!)), 0)
        expect(worst).toBeLessThanOrEqual(8 * (cols + 2) * U)
      }
    })
  })
})

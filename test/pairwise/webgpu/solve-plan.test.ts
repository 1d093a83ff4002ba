import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Matrix} from '../../../src/linalg/types.js'
import {planSolve} from '../../../src/pairwise/webgpu/solve-plan.js'

/** Rows that nobody reads: a plan looks at their number and width only. */
const rowsOf = (rows: number, cols: number): Matrix => ({rows, cols, data: new Float64Array(0)})
const plan = (rows: number, cols: number, bufferLimit: number) => planSolve({rows: rowsOf(rows, cols)}, bufferLimit)

describe('how a solve lies on a device', () => {
  it.each([
    // rows, columns of a row, buffer limit; landmarks, height of a panel, columns together of 40 and of 200
    [169_343, 128, 2 ** 27, 3072, 4096, 64, 192],
    [169_343, 128, 2 ** 31, 3072, 4096, 64, 256],
    [8192, 128, 2 ** 27, 4096, 4096, 64, 256],
    [300, 1433, 2 ** 27, 512, 512, 64, 256],
    [2_449_029, 100, 2 ** 31, 0, 0, 0, 0],
    [20_000, 128, 2 ** 22, 1024, 1024, 16, 16],
    [1000, 2000, 2 ** 21, 256, 256, 64, 256],
    [1000, 2049, 2 ** 21, 0, 0, 0, 0],
    [5000, 10, 2 ** 18, 0, 0, 0, 0],
  ])('%d rows of %d in buffers of %d bytes', (rows, cols, limit, landmarks, height, some, many) => {
    const planned = plan(rows, cols, limit)
    expect([planned?.wide ?? 0, planned?.plan.height ?? 0, planned?.width(40) ?? 0, planned?.width(200) ?? 0]).toEqual([
      landmarks,
      height,
      some,
      many,
    ])
  })

  it('property: whatever it needs fits a buffer, in whole tiles', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 3_000_000}),
        fc.integer({min: 1, max: 10_000}),
        fc.integer({min: 16, max: 31}),
        fc.integer({min: 1, max: 300}),
        (rows, cols, power, columns) => {
          const planned = plan(rows, cols, 2 ** power)
          if (planned === null) return
          const {wide} = planned
          const {height, count} = planned.plan
          const together = planned.width(columns)
          expect([wide % 256, height % 256, together % (together <= 16 ? 16 : 64)]).toEqual([0, 0, 0])
          expect(height * count).toBeGreaterThanOrEqual(rows)
          expect(together).toBeGreaterThan(0)
          const numbers = [wide * wide, height * wide, height * height, height * cols, wide * cols]
          for (const size of [...numbers, height * count * together, wide * together])
            expect(4 * size).toBeLessThanOrEqual(2 ** power)
          expect(4 * rows * wide).toBeLessThanOrEqual(2 ** 31)
        },
      ),
      {seed: 3, numRuns: 300},
    )
  })
})

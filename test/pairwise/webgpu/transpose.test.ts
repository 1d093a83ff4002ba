import {afterAll, describe, expect, it} from 'vitest'
import {columnsOfPanel} from '../../../src/pairwise/webgpu/panels.js'
import {uploadColumns} from '../../../src/pairwise/webgpu/transpose.js'
import {testGpu} from './adapter.js'
import {normal} from './data.js'

const gpu = await testGpu()

describe.skipIf(gpu === null)('rows that are transposed on the device', () => {
  afterAll(() => gpu!.close())

  it('are those that the host transposes, fp32 or fp64, in every panel, and zero beyond the matrix', async () => {
    const double = normal(1, 300, 37)
    const single = {...double, data: Float32Array.from(double.data)}
    // Large enough that neither the factor nor a product with it is a number of fp32.
    const huge = {...single, data: single.data.map((value) => value * 2 ** 120)}
    const plan = {rows: 300, height: 256, count: 2}
    for (const [x, factor] of [
      [double, 0.25],
      [single, 0.25],
      [huge, 2 ** -126],
      [huge, 2 ** -130],
    ] as const)
      for (const p of [0, 1]) {
        const scratch = gpu!.arena()
        const up = await uploadColumns(gpu!, scratch, x, plan, p, factor)
        expect(new Float32Array(await gpu!.read(up, 48 * 256))).toEqual(columnsOfPanel(x, plan, p, factor))
        scratch.free()
      }
  })
})

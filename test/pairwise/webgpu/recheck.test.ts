import {afterAll, describe, expect, it} from 'vitest'
import {pairDistance} from '../../../src/pairwise/host-sums.js'
import {columnsOfPanel} from '../../../src/pairwise/webgpu/panels.js'
import {recheck} from '../../../src/pairwise/webgpu/recheck.js'
import {random} from '../../../src/stats/random.js'
import {testGpu} from './adapter.js'

// So small that a few hundred pairs take several rounds.
const gpu = await testGpu(2 ** 13)

describe.skipIf(gpu === null)('distances in whole numbers on the device', () => {
  afterAll(() => gpu!.close())
  const [rows, cols, height] = [40, 75, 256]
  const plan = {rows, height, count: 1}
  const r = random(3)
  /** fp32 below 1 in size: some at the very end, some tiny, most in between, and rows that nearly coincide. */
  const matrix = () => {
    const data = Float32Array.from({length: rows * cols}, () => {
      const kind = r.integer(8)
      if (kind === 0) return (r.integer(2) * 2 - 1) * (1 - 2 ** -24)
      if (kind === 1) return 2 ** -40 * r.normal()
      return 2 * r.uniform() - 1
    })
    return {rows, cols, data}
  }
  const [x, y] = [matrix(), matrix()]
  for (let t = 0; t < 10 * cols; t++) y.data[t] = x.data[t]! + (t % cols === 0 ? 2 ** -14 : 0)
  const pairs = Uint32Array.from({length: 2 * 900}, () => r.integer(rows))
  for (let k = 0; k < 10; k++) pairs.set([k, k], 2 * k)

  it('are those of fp64 within the error that is stated, for every metric', async () => {
    const scratch = gpu!.arena()
    const sides = [x, y].map((side) => ({buffer: scratch.upload(columnsOfPanel(side, plan, 0)), height})) as [
      never,
      never,
    ]
    for (const metric of ['l2', 'l1', 'linf', 'angle'] as const) {
      const {distance, error} = await gpu!.exclusive(() => recheck(gpu!, {metric, dim: cols}, sides, 80, pairs))
      expect(distance).toHaveLength(pairs.length / 2)
      expect(error).toBeLessThan(metric === 'l1' ? 1e-6 : 1e-7)
      for (const [k, d] of distance.entries()) {
        const truth = pairDistance(x, pairs[2 * k]!, y, pairs[2 * k + 1]!, metric === 'angle' ? 'l2' : metric)
        expect(Math.abs(d - truth)).toBeLessThanOrEqual(error)
      }
    }
    expect((await recheck(gpu!, {metric: 'l2', dim: cols}, sides, 80, new Uint32Array(0))).distance).toHaveLength(0)
    scratch.free()
  })
})

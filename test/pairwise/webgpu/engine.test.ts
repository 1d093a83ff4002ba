import {afterAll, describe, expect, it} from 'vitest'
import {createCpuEngine} from '../../../src/pairwise/cpu/index.js'
import {
  kernelApplyByDefinition,
  kernelByDefinition,
  kernelGradientByDefinition,
  volatilityByDefinition,
} from '../../../src/pairwise/reference-definitions.js'
import type {VolatilitySums, VolatilityTask} from '../../../src/pairwise/engine.js'
import {selfTest} from '../../../src/pairwise/self-test.js'
import {createWebgpuEngine, webgpuEngine} from '../../../src/pairwise/webgpu/index.js'
import type {Dense, Matrix} from '../../../src/linalg/types.js'
import {leftToHost} from '../left-to-host.js'
import {testGpu} from './adapter.js'
import {normal, sparse, task, units} from './data.js'

const gpu = await testGpu()
const METRICS = ['l2', 'l1', 'linf', 'angle'] as const

function expectClose(got: Float64Array, truth: Float64Array, relative: number) {
  expect(got).toHaveLength(truth.length)
  const largest = truth.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-30)
  const worst = truth.reduce((most, x, at) => Math.max(most, Math.abs(x - got[at]!)), 0)
  expect(worst / largest).toBeLessThan(relative)
}

function expectSums(got: VolatilitySums, truth: VolatilitySums) {
  expect(got.within).toEqual(truth.within)
  expect(got.exceed).toEqual(truth.exceed)
  expect(got.zeroDistancePairs).toBe(truth.zeroDistancePairs)
  expect(got.zeroDistanceLossPairs).toBe(truth.zeroDistanceLossPairs)
  for (const key of ['total', 'windowed', 'anchorTotal'] as const) expectClose(got[key], truth[key], 1e-4)
  expect(got.crossLabelTotal).toBeCloseTo(truth.crossLabelTotal, 2)
  expect(got.diameter).toBeCloseTo(truth.diameter, 12)
  expect(got.witnesses.map((w) => [w.anchor, w.reference])).toEqual(truth.witnesses.map((w) => [w.anchor, w.reference]))
}

describe.skipIf(gpu === null)(
  `webgpu engine on ${gpu?.facts.description ?? 'no device: neither a GPU nor SwiftShader is here'}`,
  () => {
    const engine = webgpuEngine(gpu!)
    afterAll(() => engine.close())

    const gradient = async (z: Matrix, w: Matrix, left: Dense, right: Dense): Promise<Float64Array> => {
      const rows: number[] = []
      await engine.kernelGradient(z, w, left, right, (first, block) => {
        expect(first * z.cols).toBe(rows.length)
        for (const x of block.data) rows.push(x)
      })
      return Float64Array.from(rows)
    }

    it('passes the self-test: every reduction against its definition', async () => {
      const {failure, checks} = await selfTest(engine)
      expect(failure).toBeNull()
      expect(checks.length).toBeGreaterThan(20)
    }, 300_000)

    // 256 rows fill a panel: the sizes stand on both sides of its border, and of one tile.
    for (const [n, m, cols] of [
      [1, 1, 1],
      [17, 33, 5],
      [130, 257, 64],
      [256, 256, 16],
      [257, 255, 17],
    ] as const) {
      it(`reduces the kernel as defined: ${n} × ${m} × ${cols}`, async () => {
        const z = units(n, n, cols)
        const w = units(m + 1, m, cols)
        expectClose((await engine.kernelBlock(z, w)).data, kernelByDefinition(z, w).data, 2e-5)
        const [v, left] = [normal(2, m, 3), normal(3, m, 3)]
        expectClose((await engine.kernelApply(w, w, v)).data, kernelApplyByDefinition(w, w, v).data, 1e-5)
        expectClose((await engine.kernelApply(z, w, v)).data, kernelApplyByDefinition(z, w, v).data, 1e-5)
        expectClose(
          await gradient(w, w, left, v),
          kernelGradientByDefinition(w, w, left, v).data,
          cols === 1 ? Infinity : 1e-5,
        )
        expectClose(
          await gradient(w, w, v, left),
          kernelGradientByDefinition(w, w, v, left).data,
          cols === 1 ? Infinity : 1e-5,
        )
        const other = normal(4, n, 3)
        expectClose(
          await gradient(z, w, other, v),
          kernelGradientByDefinition(z, w, other, v).data,
          cols === 1 ? Infinity : 1e-5,
        )
      })
    }

    it('reduces 200 equal rows: more near pairs than are listed without asking how many there are', async () => {
      const w = units(5, 210, 8)
      for (let i = 1; i < 200; i++) w.data.copyWithin(i * 8, 0, 8)
      const [v, left] = [normal(2, 210, 3), normal(3, 210, 3)]
      expectClose((await engine.kernelApply(w, w, v)).data, kernelApplyByDefinition(w, w, v).data, 1e-5)
      expectClose(await gradient(w, w, left, v), kernelGradientByDefinition(w, w, left, v).data, 1e-5)
    })

    it('takes sparse rows as it takes dense ones, and many columns at a time', async () => {
      const {csr, dense} = sparse(5, 70, 30)
      const v = normal(6, 70, 300)
      const fromSparse = await engine.kernelApply(csr, csr, v)
      expect((await engine.kernelApply(dense, dense, v)).data).toEqual(fromSparse.data)
      expectClose(fromSparse.data, kernelApplyByDefinition(dense, dense, v).data, 1e-5)
      expect(await gradient(csr, csr, v, v)).toEqual(await gradient(dense, dense, v, v))
    })

    it('gives the same bits every time', async () => {
      const z = units(9, 300, 20)
      const v = normal(1, 300, 4)
      const again = {...z}
      expect((await engine.kernelApply(z, z, v)).data).toEqual((await engine.kernelApply(again, again, v)).data)
      expect(await gradient(z, z, v, v)).toEqual(await gradient(again, again, v, v))
      const t = task(normal(1, 300, 9), normal(2, 40, 9), 'l2')
      expect(await engine.volatility(t)).toEqual(await engine.volatility(t))
    })

    it('sums volatility in workgroup memory or, where bins are too many for it, elsewhere: the same bits', async () => {
      const few = task(normal(1, 700, 9), normal(2, 90, 9), 'l2')
      // No loss changes by so much: the bins that are added stay empty.
      const many = {...few, etas: Float64Array.of(...few.etas, ...Array.from({length: 10}, (_, k) => 5 + k))}
      const bytes = ({deltas, etas}: typeof few) => 4 * 64 * (3 * (deltas.length + 1) * (etas.length + 1) + 1)
      const {workgroupBytes} = gpu!
      expect(bytes(few)).toBeLessThanOrEqual(16_384)
      expect(bytes(many)).toBeGreaterThan(workgroupBytes)
      const [a, b] = [await engine.volatility(few), await engine.volatility(many)]
      expect(b.total).toEqual(a.total)
      expect(b.within).toEqual(a.within)
      const [E, wide] = [few.etas.length, many.etas.length]
      for (const name of ['windowed', 'exceed'] as const) {
        const shared = a[name].map((_, at) => b[name][Math.floor(at / E) * wide + (at % E)]!)
        expect(shared).toEqual(a[name])
      }
    })

    for (const metric of METRICS) {
      it(`sums volatility as defined across panels: ${metric}`, async () => {
        expectSums(
          await engine.volatility(task(normal(1, 17, 5), normal(2, 300, 5), metric)),
          volatilityByDefinition(task(normal(1, 17, 5), normal(2, 300, 5), metric)),
        )
        const x = normal(4, 270, 3)
        x.data.copyWithin(0, 9, 18)
        const one = {...task(x, x, metric), floor: 0}
        const [got, truth] = [await engine.volatility(one), volatilityByDefinition(one)]
        // Unit rows of equal rows coincide, so the angle of such a pair is 0 as well.
        expectSums(got, truth)
      })
    }

    it('reduces rows that are nearly parallel to rows of another set, wherever they stand', async () => {
      const [z, w] = [units(31, 150, 6), units(32, 330, 6)]
      for (const [from, to] of [
        [7, 3],
        [100, 70],
        [149, 329],
      ] as const) {
        w.data.set(z.data.subarray(from * 6, from * 6 + 6), to * 6)
        w.data[to * 6]! += 1e-5
      }
      const [v, left] = [normal(33, 330, 3), normal(34, 150, 3)]
      expectClose((await engine.kernelApply(z, w, v)).data, kernelApplyByDefinition(z, w, v).data, 1e-5)
      expectClose(await gradient(z, w, left, v), kernelGradientByDefinition(z, w, left, v).data, 1e-5)
    })

    it.each(METRICS)('leaves few pairs to the host: %s', async (metric) => {
      expect(await leftToHost(engine, metric)).toBeLessThan(0.005)
    })

    it('counts as fp64 does where fp32 cannot tell: distances and loss changes within a few ulp of the thresholds', async () => {
      for (const metric of ['l2', 'l1', 'linf'] as const) {
        const t = adversarial(metric)
        const truth = volatilityByDefinition(t)
        const got = await engine.volatility(t)
        expect(new Set(truth.within.subarray(0, 200)).size).toBeGreaterThan(1)
        expect(got.within).toEqual(truth.within)
        expect(got.exceed).toEqual(truth.exceed)
      }
    })

    it('counts as the cpu engine does on hidden states far from the origin, far apart in size, and with dead rows', async () => {
      const cpu = await createCpuEngine({threads: 1})
      const base = normal(8, 90, 12)
      for (const change of [
        (x: number) => x + 1e4,
        (x: number) => x * 1e20,
        (x: number) => x * 1e-25,
        (x: number, at: number) => (at < 400 ? 0 : Math.max(0, x)),
      ]) {
        const x = {...base, data: base.data.map(change)}
        const scale = Math.abs(change(1, 1000) - change(0, 1000))
        const t = {...task(x, x, 'l2'), scale}
        const [got, truth] = [await engine.volatility(t), await cpu.volatility(t)]
        for (const key of ['within', 'exceed', 'zeroDistancePairs', 'zeroDistanceLossPairs'] as const)
          expect(got[key]).toEqual(truth[key])
        expectClose(got.total, truth.total, 1e-4)
      }
      await cpu.close()
    })

    it('serves empty inputs and refuses the angle of a zero row', async () => {
      const none = normal(1, 0, 3)
      const some = normal(1, 4, 3)
      expect((await engine.volatility(task(none, some, 'l2'))).total).toEqual(new Float64Array(4))
      expect((await engine.kernelApply(none, none, normal(1, 0, 2))).data).toHaveLength(0)
      expect((await engine.kernelBlock(some, none)).data).toHaveLength(0)
      expect(await gradient(none, none, none, none)).toHaveLength(0)
      const zero = {...some, data: new Float64Array(12)}
      await expect(engine.volatility(task(some, zero, 'angle'))).rejects.toThrow('row 0 is all zeros')
      expect((await engine.volatility(task(some, zero, 'l2'))).total).toHaveLength(4)
    })

    it('says what it cannot hold', async () => {
      await expect(engine.kernelBlock(normal(1, 2, 400), normal(1, 2, 400))).rejects.toThrow(
        'this device binds at most 262144',
      )
    })

    it('leaves globalThis alone', () => {
      expect(globalThis).not.toHaveProperty('GPUBufferUsage')
      expect(globalThis).not.toHaveProperty('GPUDevice')
    })

    it('takes a GPU without being asked, and refuses software adapters then', async () => {
      const unasked = createWebgpuEngine({allowSoftware: false})
      if (gpu!.facts.software) await expect(unasked).rejects.toThrow('only a software adapter')
      else await expect(unasked.then((found) => found.close())).resolves.toBeUndefined()
    })

    it('reports a lost device as such', async () => {
      const lost = (await testGpu())!
      const other = webgpuEngine(lost)
      lost.device.destroy()
      await lost.device.lost
      await expect(other.kernelBlock(units(1, 3, 3), units(2, 3, 3))).rejects.toThrow('device lost')
    })
  },
)

const hasPackage = await import('webgpu').then(
  () => true,
  () => false,
)

describe.skipIf(!hasPackage)('the null backend', () => {
  it('is recognised as software, refused unless named, and fails the self-test: it answers zeros', async () => {
    await expect(createWebgpuEngine({allowSoftware: false, dawn: ['backend=null']})).rejects.toThrow(
      'software adapter (null-backend)',
    )
    const engine = await createWebgpuEngine({allowSoftware: true, dawn: ['backend=null']})
    const {passed, failure} = await selfTest(engine)
    expect(passed).toBe(false)
    // zeros, or what its memory held before
    expect(failure).toMatch(/kernelBlock is off by|does not compute/)
    await engine.close()
  })
})

/**
 * References a few ulp inside, on and outside δ from the first anchor; losses likewise around η. Coordinates are no
 * fp32 numbers.
 */
function adversarial(metric: VolatilityTask['metric']): VolatilityTask {
  const anchors = normal(3, 5, 6)
  const references = normal(4, 200, 6)
  const [delta, eta] = [1.37, 0.4]
  const t = {
    ...task(anchors, references, metric),
    scale: 1,
    deltas: Float64Array.of(delta, 2),
    etas: Float64Array.of(eta, 0.9),
  }
  for (let j = 0; j < 200; j++) {
    const direction = references.data.subarray(j * 6, j * 6 + 6)
    const length =
      metric === 'l2'
        ? Math.hypot(...direction)
        : metric === 'l1'
          ? direction.reduce((s, x) => s + Math.abs(x), 0)
          : Math.max(...direction.map(Math.abs))
    for (let c = 0; c < 6; c++)
      direction[c] = anchors.data[c]! + (direction[c]! / length) * delta * (1 + ((j % 5) - 2) * 1e-15)
    t.referenceLoss[j] = t.anchorLoss[0]! + eta * (1 + ((j % 3) - 1) * 2e-16)
  }
  return t
}

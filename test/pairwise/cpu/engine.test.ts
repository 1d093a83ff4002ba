import fc from 'fast-check'
import {afterAll, describe, expect, it} from 'vitest'
import {csrFromDense, normaliseRows} from '../../../src/linalg/csr.js'
import {
  halfTurnMinusAcos,
  halfTurnMinusAcosInSingle,
  kappa,
  kappaSlope,
  NEAR_ONE,
} from '../../../src/pairwise/arc-cosine.js'
import {createCpuEngine} from '../../../src/pairwise/cpu/index.js'
import {
  kernelApplyByDefinition,
  kernelByDefinition,
  kernelGradientByDefinition,
  volatilityByDefinition,
} from '../../../src/pairwise/reference-definitions.js'
import type {VolatilitySums} from '../../../src/pairwise/engine.js'
import {selfTest} from '../../../src/pairwise/self-test.js'
import {normal, sparse, task, units} from '../webgpu/data.js'

const TOLERANCE = {fp64: 1e-9, fp32: 1e-4}

function expectClose(got: Float64Array, truth: Float64Array, relative: number) {
  expect(got).toHaveLength(truth.length)
  const largest = truth.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-30)
  const worst = truth.reduce((most, x, at) => Math.max(most, Math.abs(x - got[at]!)), 0)
  expect(worst / largest).toBeLessThan(relative)
}

describe.each(['fp64', 'fp32'] as const)('cpu engine, %s', async (precision) => {
  const engine = await createCpuEngine({threads: 1, precision})
  const relative = TOLERANCE[precision]
  afterAll(() => engine.close())

  const expectSums = (got: VolatilitySums, truth: VolatilitySums) => {
    for (const key of ['within', 'exceed', 'zeroDistancePairs', 'zeroDistanceLossPairs'] as const)
      expect(got[key]).toEqual(truth[key])
    for (const key of ['total', 'windowed', 'anchorTotal'] as const) expectClose(got[key], truth[key], relative)
    expectClose(Float64Array.of(got.crossLabelTotal), Float64Array.of(truth.crossLabelTotal), relative)
    expectClose(Float64Array.of(got.diameter), Float64Array.of(truth.diameter), relative)
    expect(got.witnesses.map((w) => w.ratio)).toEqual(truth.witnesses.map((w) => expect.closeTo(w.ratio, 10) as number))
  }

  it('says its precision and passes the self-test', async () => {
    expect(engine.precision).toBe(precision)
    expect((await selfTest(engine)).failure).toBeNull()
  })

  // 256 references and anchors make a tile: the sizes stand on both sides of its border.
  it.each(['l2', 'l1', 'linf', 'angle'] as const)(
    '%s: counts are those of the definition, sums close to them',
    async (metric) => {
      for (const t of [
        task(normal(1, 300, 5), normal(2, 257, 5), metric),
        task(normal(3, 256, 4), normal(4, 20, 4), metric),
      ])
        expectSums(await engine.volatility(t), volatilityByDefinition(t))
      const x = normal(5, 270, 3)
      x.data.copyWithin(0, 9, 18)
      const one = {...task(x, x, metric), floor: 0}
      expectSums(await engine.volatility(one), volatilityByDefinition(one))
    },
  )

  it('counts distances that stand exactly on a δ, and ΔL that stand exactly on an η', async () => {
    const grid = normal(7, 200, 4)
    const x = {...grid, data: grid.data.map((value) => Math.round(2 * value) / 2)}
    const t = {
      ...task(x, x, 'l2'),
      scale: 1,
      deltas: Float64Array.of(0.5, 1, Math.SQRT2, 2, 2.5, Infinity),
      etas: Float64Array.of(0.25, 0.5),
    }
    const loss = t.anchorLoss.map((value) => Math.round(8 * value) / 8)
    const rounded = {...t, anchorLoss: loss, referenceLoss: loss}
    expectSums(await engine.volatility(rounded), volatilityByDefinition(rounded))
  })

  it('counts as defined on rows far from the origin, far apart in size, and with dead rows', async () => {
    const base = normal(8, 90, 12)
    for (const change of [
      (x: number) => x + 1e4,
      (x: number) => x * 1e20,
      (x: number) => x * 1e-25,
      (x: number, at: number) => (at < 400 ? 0 : Math.max(0, x)),
    ]) {
      const x = {...base, data: base.data.map(change)}
      const t = {...task(x, x, 'l2'), scale: Math.abs(change(1, 1000) - change(0, 1000))}
      const [got, truth] = [await engine.volatility(t), volatilityByDefinition(t)]
      for (const key of ['within', 'exceed', 'zeroDistancePairs', 'zeroDistanceLossPairs'] as const)
        expect(got[key]).toEqual(truth[key])
      expectClose(got.total, truth.total, relative)
    }
  })

  // 512 rows make a block.
  it.each([
    [1, 1, 1],
    [40, 513, 6],
    [513, 30, 17],
  ] as const)('reduces the kernel as defined: %i × %i × %i', async (n, m, cols) => {
    const [z, w] = [units(n, n, cols), units(m + 1, m, cols)]
    const [v, left, right] = [normal(2, m, 3), normal(3, n, 3), normal(4, m, 3)]
    const gradient = async (...[a, b, l]: [typeof z, typeof w, typeof left]) => {
      const out = new Float64Array(a.rows * cols)
      await engine.kernelGradient(a, b, l, right, (first, block) => out.set(block.data, first * cols))
      return out
    }
    expectClose((await engine.kernelBlock(z, w)).data, kernelByDefinition(z, w).data, relative)
    expectClose((await engine.kernelApply(z, w, v)).data, kernelApplyByDefinition(z, w, v).data, relative)
    expectClose((await engine.kernelApply(w, w, v)).data, kernelApplyByDefinition(w, w, v).data, relative)
    expectClose(
      await gradient(z, w, left),
      kernelGradientByDefinition(z, w, left, right).data,
      cols === 1 ? Infinity : relative,
    )
    expectClose(
      await gradient(w, w, v),
      kernelGradientByDefinition(w, w, v, right).data,
      cols === 1 ? Infinity : relative,
    )
  })

  it('takes sparse rows as it takes dense ones', async () => {
    const {csr, dense} = sparse(5, 530, 60)
    const v = normal(6, 530, 4)
    expectClose((await engine.kernelApply(csr, csr, v)).data, kernelApplyByDefinition(dense, dense, v).data, relative)
    const out = new Float64Array(530 * 60)
    await engine.kernelGradient(csr, csr, v, v, (first, block) => out.set(block.data, first * 60))
    expectClose(out, kernelGradientByDefinition(dense, dense, v, v).data, relative)
  })

  it('takes very sparse rows, whose gradient is added up value by value, as it takes dense ones', async () => {
    const [n, cols] = [20, 100]
    const x = {rows: n, cols, data: new Float64Array(n * cols)}
    // One value or two a row, rows that share a column, and a row of zeros.
    for (let i = 1; i < n; i++)
      x.data[i * cols + ((7 * i) % 13)] = x.data[i * cols + 20 + (i % 3)] = i % 4 === 0 ? -1 : 1
    const dense = normaliseRows(x).unit
    const csr = csrFromDense(dense)
    expect(csr.indices.length / (n * cols)).toBeLessThan(0.02)
    const [left, right] = [normal(2, n, 3), normal(3, n, 3)]
    for (const one of [true, false]) {
      const z = one ? csr : {...csr}
      const out = new Float64Array(n * cols)
      await engine.kernelGradient(z, csr, left, right, (first, block) => out.set(block.data, first * cols))
      expectClose(out, kernelGradientByDefinition(one ? dense : {...dense}, dense, left, right).data, relative)
    }
  })

  it('serves empty inputs', async () => {
    const none = normal(1, 0, 3)
    const some = units(1, 4, 3)
    expect((await engine.volatility(task(none, some, 'l2'))).total).toEqual(new Float64Array(4))
    expect((await engine.kernelApply(none, none, normal(1, 0, 2))).data).toHaveLength(0)
    expect((await engine.kernelApply(some, none, normal(1, 0, 2))).data).toEqual(new Float64Array(8))
    expect((await engine.kernelApply(some, some, normal(1, 4, 0))).data).toHaveLength(0)
    expect((await engine.kernelBlock(some, none)).data).toHaveLength(0)
  })
})

describe('the arc-cosine kernel', () => {
  it('in half the time where fp32 keeps it: within 2e-9 everywhere, with the exact values at the ends', () => {
    let worst = 0
    for (let k = -200_000; k <= 200_000; k++) {
      const c = k / 200_000
      worst = Math.max(worst, Math.abs(halfTurnMinusAcosInSingle(c) - halfTurnMinusAcos(c)))
    }
    expect(worst).toBeGreaterThan(1e-10)
    expect(worst).toBeLessThan(2e-9)
    expect(halfTurnMinusAcosInSingle(1)).toBe(Math.PI)
    expect(halfTurnMinusAcosInSingle(-1)).toBe(0)
  })

  it('property: π − acos c within 2·10⁻¹⁴, κ and κ′ with it', () => {
    const exact = (c: number) => Math.PI - Math.acos(c)
    // The error is largest just beyond −½, where arcsin is doubled.
    for (const c of [-1, -0.500015, -0.5, 0, 0.5, 1])
      expect(Math.abs(halfTurnMinusAcos(c) - exact(c))).toBeLessThan(2e-14)
    expect([kappa(1), kappa(0), kappa(-1)]).toEqual([0.5, 0, -0])
    fc.assert(
      fc.property(fc.double({min: -1, max: 1, noNaN: true}), (c) => {
        expect(Math.abs(halfTurnMinusAcos(c) - exact(c))).toBeLessThan(2e-14)
        if (Math.abs(c) < NEAR_ONE)
          expect(Math.abs(kappaSlope(c) - (exact(c) + c / Math.sqrt(1 - c * c)) / (2 * Math.PI))).toBeLessThan(1e-11)
      }),
      {numRuns: 5000, seed: 3},
    )
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {gaussian, twoAtoms} from '../../bench/counter-example.js'
import {legacyBound} from '../../src/certify/statements/legacy.js'
import {anchorGeometry} from '../../src/certify/plan/geometry.js'
import {directRange, globalRange, largestVolatility, windowedRange} from '../../src/certify/statements/ranges.js'
import {setBound, setMasses} from '../../src/certify/statements/set-bound.js'
import {random, type Random} from '../../src/stats/random.js'
import {engine} from './fixtures.js'

/** A finite distribution: atoms in the plane with losses and probabilities. */
function distribution(r: Random, atoms: number) {
  const weights = Array.from({length: atoms}, () => r.uniform())
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => ({
    p: w / sum,
    x: r.integer(4) / 2,
    y: r.uniform(),
    loss: r.uniform() < 0.4 ? 0 : 3 * r.uniform(),
  }))
}
type Atoms = ReturnType<typeof distribution>

const d = (a: Atoms[0], b: Atoms[0]) => Math.hypot(a.x - b.x, a.y - b.y)
const change = (a: Atoms[0], b: Atoms[0]) => Math.abs(a.loss - b.loss)
/** E over independent pairs */
const pairs = (z: Atoms, f: (a: Atoms[0], b: Atoms[0]) => number) =>
  z.reduce((s, a) => s + z.reduce((t, b) => t + a.p * b.p * f(a, b), 0), 0)
const SLACK = 1e-12

const cases = fc.record({
  seed: fc.nat(),
  atoms: fc.integer({min: 1, max: 12}),
  delta: fc.double({min: 0.05, max: 2, noNaN: true}),
  eta: fc.double({min: 0.05, max: 3, noNaN: true}),
  share: fc.double({min: 0.01, max: 1, noNaN: true}),
})

describe('theorems as properties of finite distributions', () => {
  it('A, A1, A3: direct ≤ windowed ≤ global, for every floor τ ≤ δ', () => {
    fc.assert(
      fc.property(cases, ({seed, atoms, delta, eta, share}) => {
        const z = distribution(random(seed), atoms)
        const tau = share * delta
        const within = pairs(z, (a, b) => (d(a, b) <= delta ? 1 : 0))
        const joint = pairs(z, (a, b) => (d(a, b) <= delta && change(a, b) >= eta ? 1 : 0))
        const h = (a: Atoms[0], b: Atoms[0]) => Math.min(change(a, b), eta) / Math.max(d(a, b), tau)
        const windowed = ((delta / eta) * pairs(z, (a, b) => (d(a, b) <= delta ? h(a, b) : 0))) / within
        const global = ((delta / eta) * pairs(z, h)) / within
        const epsilon = pairs(z, (a, b) => change(a, b) / Math.max(d(a, b), tau))
        expect(
          joint / within <= windowed + SLACK && windowed <= global + SLACK && joint <= (epsilon * delta) / eta + SLACK,
        ).toBe(true)
      }),
      {numRuns: 300, seed: 5},
    )
  })

  it('A4: any pair distribution, here a dependent one', () => {
    fc.assert(
      fc.property(cases, ({seed, atoms, delta, eta, share}) => {
        const z = distribution(random(seed), atoms)
        const shifted = (k: number) => z[(k * k + 1) % z.length]!
        const mean = (f: (a: Atoms[0], b: Atoms[0]) => number) => z.reduce((s, a, k) => s + a.p * f(a, shifted(k)), 0)
        const epsilon = mean((a, b) => change(a, b) / Math.max(d(a, b), share * delta))
        expect(mean((a, b) => (d(a, b) <= delta && change(a, b) >= eta ? 1 : 0))).toBeLessThanOrEqual(
          (epsilon * delta) / eta + SLACK,
        )
      }),
      {numRuns: 200, seed: 6},
    )
  })

  it('A5: one point against the distribution', () => {
    fc.assert(
      fc.property(cases, ({seed, atoms, delta, eta, share}) => {
        const z = distribution(random(seed), atoms)
        const sigma = z.reduce((s, b) => s + b.p * (change(z[0]!, b) / Math.max(d(z[0]!, b), share * delta)), 0)
        const joint = z.reduce((s, b) => s + (d(z[0]!, b) <= delta && change(z[0]!, b) >= eta ? b.p : 0), 0)
        const within = z.reduce((s, b) => s + (d(z[0]!, b) <= delta ? b.p : 0), 0)
        expect(
          joint <= (sigma * delta) / eta + SLACK && joint / within <= (sigma * delta) / (eta * within) + SLACK,
        ).toBe(true)
      }),
      {numRuns: 200, seed: 7},
    )
  })

  it('B: a set A, its neighbourhood and its diameter', () => {
    fc.assert(
      fc.property(cases, ({seed, atoms, delta, eta, share}) => {
        const z = distribution(random(seed), atoms)
        const set = z.slice(0, Math.max(1, Math.floor(share * atoms)))
        const mass = set.reduce((s, a) => s + a.p, 0)
        const diameter = Math.max(...set.flatMap((a) => set.map((b) => d(a, b))))
        const near = z.filter((b) => set.some((a) => d(a, b) < delta))
        const inSet = (f: (a: Atoms[0]) => number) => set.reduce((s, a) => s + (a.p / mass) * f(a), 0)
        const epsilon = z.reduce((s, b) => s + b.p * inSet((a) => change(a, b) / Math.max(d(a, b), share * delta)), 0)
        const changed = near.filter((b) => inSet((a) => change(a, b)) >= eta).reduce((s, b) => s + b.p, 0)
        const nearMass = near.reduce((s, b) => s + b.p, 0)
        const bound = (masses: {mass: number; near?: number}) => setBound({epsilon, delta, diameter, eta, ...masses})
        // With P[A] in the place of p_A(δ), with p_A(δ) itself, and with any lower bound of it.
        const all = [
          bound({mass: Math.min(1, mass)}),
          bound({mass: 0, near: Math.min(1, nearMass)}),
          bound({mass: 0, near: Math.min(1, nearMass) / 2}),
        ]
        expect(
          all.every((x) => changed / nearMass <= x + SLACK) && all[1]! <= all[0]! + SLACK && nearMass >= mass - SLACK,
        ).toBe(true)
      }),
      {numRuns: 200, seed: 8},
    )
  })
})

describe('the set bound from a sample', () => {
  it('takes the larger lower bound, is 1 without any, and refuses what is not a figure', () => {
    const figures = {epsilon: 0.1, delta: 0.2, diameter: 0.3, eta: 0.5}
    expect(setBound({...figures, mass: 0.2, near: 0.4})).toBeCloseTo((0.5 * 0.1) / (0.5 * 0.4), 12)
    expect(setBound({...figures, mass: 0.4})).toBeCloseTo(0.25, 12)
    expect([setBound({...figures, mass: 0}), setBound({...figures, mass: 0.01})]).toEqual([1, 1])
    expect(() => setBound({...figures, mass: NaN})).toThrow('no set bound')
  })

  it('has masses that hold together in simulation', () => {
    const r = random(8)
    let held = 0
    for (let run = 0; run < 400; run++) {
      const z = Array.from({length: 120}, () => r.uniform())
      const {mass, near} = setMasses(z.filter((u) => u < 0.2).length, z.filter((u) => u < 0.5).length, 120, 0.1)
      if (mass <= 0.2 && near <= 0.5) held++
    }
    expect(held).toBeGreaterThanOrEqual(360)
  })
})

describe('the printed theorem', () => {
  it('is contradicted by two atoms', () => {
    const {truth, printed, withoutExponential} = twoAtoms(0.1, 0.4)
    expect(truth).toBe(1)
    expect(printed).toBeCloseTo(0.329, 3)
    // Whatever stands for P[d(·, A) < δ], at most 1: the bound may not be below the truth, and is for all above 1/8.
    expect(withoutExponential).toBe(0.125)
  })

  it('is contradicted by a Gaussian with 10 % errors in at least 97 % of runs for δ ≤ 0.2', async () => {
    for (const delta of [0.05, 0.2]) {
      const {truth, meanBound, below} = await gaussian(delta, 200, 40)
      expect(below).toBeGreaterThanOrEqual(0.97)
      expect(meanBound).toBeLessThan(truth)
    }
    expect(legacyBound(0, 0.1, 1, 1)).toBe(0)
  })
})

describe('lemmas 1 and 2: packing radii and ranges', () => {
  for (const metric of ['l2', 'l1', 'linf', 'angle'] as const) {
    it(`hold for every point of the space: ${metric}`, async () => {
      const r = random(11)
      const [m, dim, floor] = [40, 3, 0.4]
      const anchors = {rows: m, cols: dim, data: Float64Array.from({length: m * dim}, () => r.normal() + 0.5)}
      const {packingRadii, sortedDistances} = await anchorGeometry(anchors, metric, engine)
      expect(sortedDistances).toHaveLength((m * (m - 1)) / 2)
      // Fresh points, anchors themselves, and means of a few anchors, which crowd them most.
      const points = Array.from({length: 400}, (_, k) => {
        const few = Array.from({length: 1 + (k % 6)}, () => r.integer(m))
        return Array.from(
          {length: dim},
          (_, t) =>
            few.reduce((s, i) => s + anchors.data[i * dim + t]!, 0) / few.length + (k % 2 === 0 ? 0 : 0.3 * r.normal()),
        )
      })
      const {data} = await engine.distances(
        {rows: points.length, cols: dim, data: Float64Array.from(points.flat())},
        anchors,
        metric,
      )
      for (let z = 0; z < points.length; z++) {
        const sorted = data.slice(z * m, (z + 1) * m).sort()
        sorted.forEach((distance, k) => expect(distance).toBeGreaterThanOrEqual(packingRadii[k]!))
        // The worst losses: every anchor differs by as much as it can.
        expect(sorted.reduce((s, x) => s + 2 / Math.max(x, floor), 0) / m).toBeLessThanOrEqual(
          largestVolatility(packingRadii, floor, 2) + SLACK,
        )
        for (const delta of [0.4, 0.8, 1.5]) {
          for (const v of [0, 0.3, 0.9]) {
            const inside = sorted.filter((x) => x <= delta)
            const near = inside.reduce((s, x) => s + Math.max(0, delta / Math.max(x, floor) - v), 0) / m
            expect(((1 - v) * inside.length) / m).toBeLessThanOrEqual(directRange(packingRadii, delta)(v) + SLACK)
            expect(near).toBeLessThanOrEqual(windowedRange(packingRadii, delta, floor)(v) + SLACK)
            const all = sorted.reduce((s, x) => s + delta / Math.max(x, floor) - (x <= delta ? v : 0), 0) / m
            expect(all).toBeLessThanOrEqual(globalRange(packingRadii, delta, floor)(v) + SLACK)
          }
        }
      }
    })
  }
})

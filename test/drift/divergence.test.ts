import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {measurePosition, measuresFor, scratchFor} from '../../src/drift/divergence.js'
import {expNegative} from '../../src/drift/exp-negative.js'
import {fewest} from '../../src/drift/parts.js'

const row = (length: number) =>
  fc.array(fc.double({min: -30, max: 30, noNaN: true}), {minLength: length, maxLength: length})
const rows = fc
  .integer({min: 2, max: 40})
  .chain((length) => fc.tuple(row(length), row(length), fc.integer({min: 0, max: length - 1})))

function measure(old: number[], fresh: number[], taken = -1) {
  const measures = measuresFor(1)
  const fine = measurePosition(
    Float64Array.from(old),
    Float64Array.from(fresh),
    taken,
    scratchFor(old.length),
    measures,
    0,
  )
  const at = (column: Float64Array | Int32Array | Uint8Array) => column[0]!
  return {
    fine,
    js: at(measures.js),
    kl: at(measures.kl),
    delta: at(measures.deltaLogP),
    entropy: at(measures.entropyOld),
    rank: at(measures.rankOld),
    sameTop: at(measures.sameTop),
  }
}

/** The definitions, term by term. */
function slow(old: number[], fresh: number[], taken: number) {
  const softmax = (x: number[]) => {
    const e = x.map((v) => Math.exp(v - Math.max(...x)))
    const sum = e.reduce((s, v) => s + v, 0)
    return e.map((v) => v / sum)
  }
  const [p, q] = [softmax(old), softmax(fresh)]
  const kl = (a: number[], b: number[]) => a.reduce((s, x, i) => s + (x === 0 ? 0 : x * Math.log(x / b[i]!)), 0)
  const m = p.map((x, i) => (x + q[i]!) / 2)
  return {
    js: (kl(p, m) + kl(q, m)) / 2,
    kl: kl(p, q),
    delta: Math.log(q[taken]!) - Math.log(p[taken]!),
    entropy: -p.reduce((s, x) => s + (x === 0 ? 0 : x * Math.log(x)), 0),
    rank: 1 + old.filter((x) => x > old[taken]!).length,
  }
}

describe('measurePosition', () => {
  it('is what the definitions give, term by term', () => {
    fc.assert(
      fc.property(rows, ([old, fresh, taken]) => {
        const found = measure(old, fresh, taken)
        const wanted = slow(old, fresh, taken)
        expect(found.fine).toBe(true)
        for (const name of ['js', 'kl', 'delta', 'entropy'] as const)
          expect(Math.abs(found[name] - wanted[name])).toBeLessThan(1e-12 * Math.max(1, Math.abs(wanted[name])))
        expect(found.rank).toBe(wanted.rank)
      }),
    )
  })

  it('keeps its bounds, its symmetry, and does not see a constant', () => {
    fc.assert(
      fc.property(rows, fc.double({min: -50, max: 50, noNaN: true}), ([old, fresh], shift) => {
        const found = measure(old, fresh)
        expect(found.js).toBeGreaterThanOrEqual(0)
        expect(found.js).toBeLessThanOrEqual(Math.LN2)
        expect(measure(fresh, old).js).toBeCloseTo(found.js, 12)
        expect(
          measure(
            old.map((x) => x + shift),
            fresh,
          ).js,
        ).toBeCloseTo(found.js, 10)
        // Pinsker: total variation² ≤ KL/2, and JS ≤ total variation · ln 2.
        const p = slow(old, fresh, 0)
        expect(found.kl).toBeGreaterThanOrEqual(p.js - 1e-12)
      }),
    )
  })

  it('is 0 for the same distribution and ln 2 for two that share nothing', () => {
    expect(measure([1, 2, 3], [1, 2, 3])).toMatchObject({js: 0, kl: 0, sameTop: 1})
    const apart = measure([0, -Infinity], [-Infinity, 0])
    expect(apart.js).toBeCloseTo(Math.LN2, 14)
    expect(apart).toMatchObject({kl: Infinity, sameTop: 0, entropy: 0})
  })

  it('refuses NaN, +Infinity and a row without a finite number', () => {
    for (const bad of [
      [NaN, 1],
      [Infinity, 1],
      [-Infinity, -Infinity],
    ]) {
      expect(measure(bad, [1, 2]).fine).toBe(false)
      expect(measure([1, 2], bad).fine).toBe(false)
    }
  })
})

describe('expNegative', () => {
  it('is eˣ to the last bits', () => {
    fc.assert(
      fc.property(fc.double({min: -700, max: 0, noNaN: true}), (x) => {
        expect(Math.abs(expNegative(x) / Math.exp(x) - 1)).toBeLessThan(4e-16 * Math.max(1, -x) + 4e-16)
      }),
      {numRuns: 2000},
    )
    expect([0, -0, -Infinity, -800, NaN].map(expNegative)).toEqual([1, 1, 0, 0, NaN])
  })
})

describe('fewest', () => {
  it('counts the largest values that carry a part of the sum', () => {
    expect(fewest(Float64Array.of(1, 7, 2), 0.5)).toBe(1)
    expect(fewest(Float64Array.of(1, 7, 2), 0.8)).toBe(2)
    expect(fewest(new Float64Array(5), 0.9)).toBe(0)
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {topBounds} from '../../src/drift/top-bounds.js'
import type {TopTokens} from '../../src/outputs/recorded.js'
import {random, type Random} from '../../src/stats/random.js'

function distribution(draw: Random, n: number): number[] {
  const x = Array.from({length: n}, () => draw.uniform() ** 3 + 1e-6)
  const sum = x.reduce((s, v) => s + v, 0)
  return x.map((v) => v / sum)
}

function list(p: number[], k: number): TopTokens {
  const order = p
    .map((_, i) => i)
    .sort((a, b) => p[b]! - p[a]!)
    .slice(0, k)
  return {
    tokens: order.map(String),
    logProbabilities: Float64Array.from(order, (i) => Math.log(p[i]!)),
    taken: -1,
    rank: null,
    top: 0,
  }
}

const kl = (a: number[], b: number[]) => a.reduce((s, x, i) => s + (x === 0 ? 0 : x * Math.log(x / b[i]!)), 0)
function js(p: number[], q: number[]): number {
  const m = p.map((x, i) => (x + q[i]!) / 2)
  return (kl(p, m) + kl(q, m)) / 2
}

/** Rest masses put on the tokens that are not listed, in parts that are drawn. */
function completion(draw: Random, known: TopTokens, n: number): number[] {
  const p = new Array<number>(n).fill(0)
  known.tokens.forEach((token, k) => (p[Number(token)] = Math.exp(known.logProbabilities[k]!)))
  const rest = Math.max(0, 1 - p.reduce((s, x) => s + x, 0))
  const free = p.map((x, i) => (x === 0 ? i : -1)).filter((i) => i >= 0)
  const parts = free.map(() => draw.uniform() ** 4)
  const sum = parts.reduce((s, x) => s + x, 0)
  free.forEach((i, k) => (p[i] = (rest * parts[k]!) / sum))
  return p
}

describe('topBounds', () => {
  it('holds every pair of distributions that have these lists', () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: 1e6}), fc.integer({min: 1, max: 6}), (seed, k) => {
        const draw = random(seed)
        const [a, b] = [list(distribution(draw, 12), k), list(distribution(draw, 12), k)]
        const bounds = topBounds(a, b)
        for (let run = 0; run < 30; run++) {
          const [p, q] = [completion(draw, a, 16), completion(draw, b, 16)]
          expect(js(p, q)).toBeGreaterThanOrEqual(bounds.js[0] - 1e-12)
          expect(js(p, q)).toBeLessThanOrEqual(bounds.js[1] + 1e-12)
          expect(kl(p, q)).toBeGreaterThanOrEqual(bounds.kl[0] - 1e-12)
        }
      }),
    )
  })

  it('is attained at both ends, so no narrower one is true', () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: 1e6}), fc.integer({min: 1, max: 6}), (seed, k) => {
        const draw = random(seed)
        const [p0, q0] = [distribution(draw, 12), distribution(draw, 12)]
        const [a, b] = [list(p0, k), list(q0, k)]
        const bounds = topBounds(a, b)
        const start = (known: TopTokens) => {
          const p = new Array<number>(14).fill(0)
          known.tokens.forEach((token, i) => (p[Number(token)] = Math.exp(known.logProbabilities[i]!)))
          return {p, rest: 1 - p.reduce((s, x) => s + x, 0)}
        }
        // The largest: both rests on tokens of their own.
        const [far, away] = [start(a), start(b)]
        far.p[12] = far.rest
        away.p[13] = away.rest
        expect(js(far.p, away.p)).toBeCloseTo(bounds.js[1], 12)
        // The least: the best share x of p's rest outside of both lists, on a grid, the others in proportion.
        const onlyOld = a.tokens.filter((token) => !b.tokens.includes(token)).map(Number)
        const onlyNew = b.tokens.filter((token) => !a.tokens.includes(token)).map(Number)
        const [P, Q] = [onlyOld.reduce((s, i) => s + far.p[i]!, 0), onlyNew.reduce((s, i) => s + away.p[i]!, 0)]
        let [least, leastKl] = [Infinity, Infinity]
        for (let step = 0; step <= 400; step++) {
          const [near, close] = [start(a), start(b)]
          const x = onlyNew.length === 0 ? near.rest : (near.rest * step) / 400
          near.p[12] = x
          for (const i of onlyNew) near.p[i] = (Math.max(0, near.rest - x) * close.p[i]!) / Q
          const ratio = P + x === 0 ? 0 : close.rest / (P + x)
          close.p[12] = P + x === 0 ? close.rest : x * ratio
          for (const i of onlyOld) close.p[i] = near.p[i]! * ratio
          least = Math.min(least, js(near.p, close.p))
          leastKl = Math.min(leastKl, kl(near.p, close.p))
        }
        expect(least).toBeGreaterThanOrEqual(bounds.js[0] - 1e-12)
        expect(least - bounds.js[0]).toBeLessThan(1e-4)
        expect(leastKl - bounds.kl[0]).toBeLessThan(1e-3)
      }),
      {numRuns: 40},
    )
  })

  it('is finite where both lists hold the same token and r s / s rounds below r', () => {
    const [p, q] = [Math.log(0.7), Math.log(0.6)]
    for (let step = 0; step < 200; step++) {
      const one = (logProbability: number): TopTokens => ({
        tokens: ['a'],
        logProbabilities: Float64Array.of(logProbability),
        taken: -1,
        rank: null,
        top: 0,
      })
      expect(topBounds(one(p - step / 97), one(q - step / 89)).kl[0]).toBeLessThan(10)
    }
  })

  it('is one number where the lists are whole', () => {
    const draw = random(1)
    const [p, q] = [distribution(draw, 5), distribution(draw, 5)]
    const bounds = topBounds(list(p, 5), list(q, 5))
    expect(bounds.js[0]).toBeCloseTo(js(p, q), 12)
    expect(bounds.js[1]).toBeCloseTo(js(p, q), 12)
    expect(bounds.kl[0]).toBeCloseTo(kl(p, q), 12)
  })

  it('says nothing of two empty lists', () => {
    const none: TopTokens = {tokens: [], logProbabilities: new Float64Array(0), taken: -1, rank: null, top: -1}
    expect(topBounds(none, none)).toEqual({js: [0, Math.LN2], kl: [0, Infinity]})
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type Bet, logEvidence, pilotBets, ratioUpperBound} from '../../src/stats/betting.js'
import {random} from '../../src/stats/random.js'

const bets: Bet[] = [
  {stake: 0.5, weight: 0.5, from: 0},
  {stake: 0.9, weight: 0.25, from: 0},
  {stake: 2, weight: 0.25, from: 0.5},
]

/** n points with b in {¼, ½, 1} and a ≤ b. */
function points(seed: number, n: number): {a: Float64Array; b: Float64Array} {
  const r = random(seed)
  const b = Float64Array.from({length: n}, () => 2 ** -r.integer(3))
  return {a: b.map((x) => (r.uniform() < 0.15 ? x : 0)), b}
}

describe('ratioUpperBound', () => {
  it('has an e-value whose exact mean at the true ratio is at most 1', () => {
    // Every sequence of four draws from three atoms (a, b) with probabilities ½, ⅓, ⅙.
    const atoms = [
      {a: 0, b: 0.5, p: 1 / 2},
      {a: 0.25, b: 1, p: 1 / 3},
      {a: 1, b: 1, p: 1 / 6},
    ]
    const ratio = atoms.reduce((s, x) => s + x.p * x.a, 0) / atoms.reduce((s, x) => s + x.p * x.b, 0)
    let mean = 0
    for (let code = 0; code < 3 ** 4; code++) {
      const draw = [0, 1, 2, 3].map((k) => atoms[Math.floor(code / 3 ** k) % 3]!)
      mean +=
        draw.reduce((p, x) => p * x.p, 1) *
        Math.exp(
          logEvidence(
            Float64Array.from(draw, (x) => x.a),
            Float64Array.from(draw, (x) => x.b),
            bets,
            ratio,
          ),
        )
    }
    const active = bets.filter((bet) => ratio >= bet.from).reduce((s, bet) => s + bet.weight, 0)
    expect(mean).toBeCloseTo(active, 12)
  })

  it('covers in simulation, also where a rare point decides', () => {
    // Every 200th point has a = b = 1 where the others have at most ⅛: the truth rests on points that few samples hold.
    const draw = (r: ReturnType<typeof random>, n: number) => {
      const rare = Float64Array.from({length: n}, () => (r.uniform() < 0.005 ? 1 : 0))
      const b = rare.map((x) => x || 0.125)
      return {a: b.map((x, j) => (rare[j] === 1 || r.uniform() < 0.1 ? x : 0)), b}
    }
    const truth = (0.005 + 0.995 * 0.125 * 0.1) / (0.005 + 0.995 * 0.125)
    let covered = 0
    for (let run = 0; run < 400; run++) {
      const r = random(run)
      const chosen = pilotBets(draw(r, 100), 300, (v) => 1 - v, 0.1, 1)
      const {a, b} = draw(r, 300)
      if (ratioUpperBound(a, b, chosen, 0.1, 1) >= truth) covered++
    }
    expect(covered / 400).toBeGreaterThanOrEqual(0.9)
  })

  it('is the point where the product reaches 1/α: closed form for a = 0, b = 1', () => {
    const [n, alpha, stake] = [50, 0.05, 0.8]
    const bound = ratioUpperBound(new Float64Array(n), null, [{stake, weight: 1, from: 0}], alpha, 1)
    expect(bound).toBeCloseTo((alpha ** (-1 / n) - 1) / stake, 12)
  })

  it('property: the e-value rises with v; the bound falls with α, ignores the order of points, and bounds the plain ratio', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({min: 1, max: 200}),
        fc.double({min: 1e-4, max: 0.3, noNaN: true}),
        (seed, n, alpha) => {
          const {a, b} = points(seed, n)
          let before = -Infinity
          for (let v = 0; v <= 1; v += 0.05) {
            const now = logEvidence(a, b, bets, v)
            expect(now >= before - 1e-12).toBe(true)
            before = now
          }
          const bound = ratioUpperBound(a, b, bets, alpha, 1)
          const order = random(seed).permutation(n)
          const shuffled = ratioUpperBound(
            a.map((_, j) => a[order[j]!]!),
            b.map((_, j) => b[order[j]!]!),
            bets,
            alpha,
            1,
          )
          const ratio = a.reduce((s, x) => s + x, 0) / b.reduce((s, x) => s + x, 0)
          expect(bound).toBeGreaterThanOrEqual(ratioUpperBound(a, b, bets, Math.min(0.9, 2 * alpha), 1))
          expect(Math.abs(bound - shuffled)).toBeLessThan(1e-9)
          expect(bound).toBeGreaterThanOrEqual(Math.min(1, ratio))
        },
      ),
      {numRuns: 100, seed: 3},
    )
  })

  it('gives the trivial bound without points or bets, and where a bet is ruined', () => {
    expect(ratioUpperBound(new Float64Array(0), null, bets, 0.05, 3)).toBe(3)
    expect(ratioUpperBound(Float64Array.of(0, 0), null, [], 0.05, 3)).toBe(3)
    expect(logEvidence(Float64Array.of(1), Float64Array.of(0), [{stake: 1, weight: 1, from: 0}], 0.5)).toBe(-Infinity)
  })

  it('stays exact for many points: logs of chunks neither over- nor underflow', () => {
    const n = 200_000
    expect(logEvidence(new Float64Array(n).fill(0.999), null, [{stake: 1, weight: 1, from: 0}], 0)).toBeCloseTo(
      n * Math.log(0.001),
      4,
    )
    expect(logEvidence(new Float64Array(n), null, [{stake: 100, weight: 1, from: 0}], 1)).toBeCloseTo(
      n * Math.log(101),
      4,
    )
  })
})

describe('pilotBets', () => {
  const range = (v: number) => 1 - v

  it('never stakes more than the range allows, and weights add up to at most 1', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({min: 1, max: 100}), (seed, m) => {
        const chosen = pilotBets(points(seed, m), 500, range, 0.001, 1)
        expect(chosen.every((bet) => bet.stake * range(bet.from) <= 1 + 1e-12)).toBe(true)
        expect(chosen.reduce((s, bet) => s + bet.weight, 0)).toBeLessThanOrEqual(1)
      }),
      {numRuns: 60, seed: 4},
    )
  })

  it('comes close to the best single stake in hindsight', () => {
    const pilot = points(1, 300)
    const data = points(2, 900)
    const bound = ratioUpperBound(data.a, data.b, pilotBets(pilot, 900, range, 0.001, 1), 0.001, 1)
    let best = 1
    for (let stake = 0.05; stake <= 1.3; stake += 0.05)
      best = Math.min(
        best,
        ratioUpperBound(data.a, data.b, [{stake, weight: 1, from: Math.max(0, 1 - 1 / stake)}], 0.001, 1),
      )
    expect(bound).toBeLessThan(best + 0.01)
  })

  it('gives no bets without a pilot, without points, or without a finite range', () => {
    expect(pilotBets({a: new Float64Array(0), b: null}, 10, range, 0.1, 1)).toEqual([])
    expect(pilotBets(points(1, 5), 0, range, 0.1, 1)).toEqual([])
  })
})

import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {runDrift} from '../../src/cli/drift-run.js'
import {measuresFor} from '../../src/drift/divergence.js'
import {Drift} from '../../src/drift/drift.js'
import type {DriftOptions, Measures} from '../../src/drift/types.js'
import {weightsOf} from '../../src/drift/weights.js'
import {random} from '../../src/stats/random.js'

const folder = 'fixtures/next-token/'
interface Expected {
  js: number[]
  kl: number[]
  delta: number[]
  topChanged: number
  jsAbove: Record<string, number>
  lost: Record<string, number>
  ranks: [number, number, number]
  carried: number
}
const expected = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as Record<'tuned' | 'rounded', Expected>
const options: DriftOptions = {
  alpha: 0.05,
  taus: [0.001, 0.01, 0.05, 0.1],
  losses: [0.1, 0.5, 1],
  klCap: 10,
  partial: false,
}
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length

describe.each(['tuned', 'rounded'] as const)('drift to %s, against NumPy', (name) => {
  const known = expected[name]
  const run = () =>
    runDrift(
      {
        old: `${folder}before.npz`,
        fresh: `${folder}${name}.npz`,
        shift: null,
        trustOrder: false,
        options,
        weights: true,
      },
      1,
      () => undefined,
    )

  it('has its divergences, shares, ranks and sparsity to 1e-12', async () => {
    const {outcome, weights} = await run()
    const {means, shares, ranks, sparsity, deltaLogP, documents, positions} = outcome.metrics
    expect([documents, positions]).toEqual([64, 64 * 48])
    const near = (found: number, wanted: number) => expect(Math.abs(found - wanted)).toBeLessThan(1e-12)
    near(means.find((each) => each.name === 'js')!.estimate, mean(known.js))
    near(means.find((each) => each.name === 'kl')!.estimate, mean(known.kl))
    near(deltaLogP.mean!, mean(known.delta))
    near(shares.find((each) => each.name === 'top-changed')!.observed, known.topChanged)
    for (const [tau, share] of Object.entries(known.jsAbove))
      near(shares.find((each) => each.name === `js>${tau}`)!.observed, share)
    for (const [loss, share] of Object.entries(known.lost))
      near(shares.find((each) => each.name === `loss>${loss}`)!.observed, share)
    expect([ranks.kept, ranks.lower, ranks.higher, ranks.unknown]).toEqual([...known.ranks, 0])
    expect(sparsity.positions).toBe(known.carried)
    const column = (of: string) => weights!.find((each) => each.name === of)!.data as Float64Array
    known.js.forEach((js, d) => near(mean([...column('js').subarray(48 * d, 48 * d + 48)]), js))
    known.kl.forEach((kl, d) => near(mean([...column('kl').subarray(48 * d, 48 * d + 48)]), kl))
    known.delta.forEach((delta, d) => near(mean([...column('delta_log_p').subarray(48 * d, 48 * d + 48)]), delta))
    for (const of of ['js_weight', 'delta_weight']) near(mean([...column(of)]), 1)
  })
})

/** A document whose positions all follow its own mood. */
function document(draw: ReturnType<typeof random>, positions: number): Measures {
  const measures = measuresFor(positions)
  const moved = draw.uniform() < 0.25
  for (let t = 0; t < positions; t++) {
    const js = moved && draw.uniform() < 0.8 ? 0.2 : 0
    measures.js[t] = measures.jsUpper[t] = js
    measures.kl[t] = measures.klUpper[t] = 2 * js
    measures.deltaLogP[t] = js > 0 ? -2 : 0
    measures.sameTop[t] = js > 0 ? 0 : 1
  }
  return measures
}

describe('Drift', () => {
  it.each([0.05, 0.2, 0.5])(
    'covers the truth with all its statements where positions are clustered, α = %f',
    (alpha) => {
      const share = 0.25 * 0.8
      let covered = 0
      const runs = 100
      for (let run = 0; run < runs; run++) {
        const draw = random(run)
        const drift = new Drift({...options, alpha, taus: [0.1], losses: [1]}, 10)
        for (let d = 0; d < 40; d++)
          drift.add({name: String(d), measures: document(draw, 1 + draw.integer(20)), pieces: null})
        const {shares, means} = drift.result().metrics
        const holds = (interval: readonly [number, number], truth: number) =>
          interval[0] <= truth && truth <= interval[1]
        const [js, kl] = means
        if (
          shares.every(({upper}) => upper >= share) &&
          holds(js!.interval, share * 0.2) &&
          holds(kl!.interval, share * 0.4)
        )
          covered++
      }
      expect(covered / runs).toBeGreaterThanOrEqual(1 - alpha)
    },
  )

  it('counts what is not recorded as lost, and says so', () => {
    const measures = measuresFor(4)
    measures.sameTop.fill(2)
    measures.jsUpper.fill(Math.LN2)
    measures.klUpper.fill(Infinity)
    const drift = new Drift({...options, partial: true}, null)
    drift.add({name: 'x', measures, pieces: null})
    const {metrics, notes} = drift.result()
    for (const {observed, observedUpper} of metrics.shares) expect([observed, observedUpper]).toEqual([0, 1])
    expect(metrics.deltaLogP).toMatchObject({mean: null, unknown: 4})
    expect(notes.map(({code}) => code)).toEqual(['top-tokens-only', 'unknown-tokens', 'few-documents'])
  })

  it('does not depend on the order of the documents', () => {
    const draw = random(9)
    const documents = Array.from({length: 12}, (_, d) => ({
      name: String(d),
      measures: document(draw, 5 + d),
      pieces: null,
    }))
    const of = (list: typeof documents) => {
      const drift = new Drift(options, 10)
      for (const each of list) drift.add(each)
      const {shares, sparsity, byPosition} = drift.result().metrics
      return {
        shares: shares.map(({upper}) => upper.toFixed(12)),
        sparsity,
        positions: byPosition.map(({positions}) => positions),
      }
    }
    expect(of([...documents].reverse())).toEqual(of(documents))
  })

  it('refuses options that make no sense', () => {
    expect(() => new Drift({...options, alpha: 0}, 1)).toThrow(/α is 0/)
    expect(() => new Drift({...options, klCap: 0}, 1)).toThrow(/cap of KL/)
    expect(() => new Drift({...options, taus: [-1]}, 1)).toThrow(/thresholds/)
    expect(() => new Drift(options, 1).result()).toThrow(/no document/)
  })
})

describe('weightsOf', () => {
  it('has mean 1 in a document, and is 1 everywhere without a change', () => {
    const measures = document(random(2), 30)
    measures.js[3] = 0.5
    const {jsWeight} = weightsOf(measures)
    expect(mean([...jsWeight])).toBeCloseTo(1, 12)
    expect([...weightsOf(measuresFor(3)).jsWeight]).toEqual([1, 1, 1])
  })
})

import {describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {legacyVulnerability, localize} from '../../../src/certify/survey/localization.js'
import {lossOf} from '../../../src/certify/sample/losses.js'
import {type CertifyOptions, checkOptions, DEFAULT_OPTIONS} from '../../../src/certify/options.js'
import type {Embeddings} from '../../../src/certify/types.js'
import type {LayerMetrics} from '../../../src/certify/layer-types.js'
import {random} from '../../../src/stats/random.js'
import {digits, engine, mixture, options} from '../fixtures.js'

const three: Embeddings = {
  rows: 2,
  layers: [],
  loss: null,
  labels: Int32Array.of(0, 2),
  output: {kind: 'probabilities', classes: 3, data: Float64Array.of(0.5, 0.25, 0.25, 0.7, 0.3, 0)},
}

describe('lossOf', () => {
  it('has its closed forms', () => {
    const values = (name: Parameters<typeof lossOf>[1]) => Array.from(lossOf(three, name).values)
    expect(values('zero-one')).toEqual([0, 1])
    expect(values('one-minus-p')).toEqual([0.5, 1])
    expect(values('brier')[0]).toBeCloseTo(0.25 + 0.0625 + 0.0625, 14)
    expect(values('brier')[1]).toBeCloseTo(0.49 + 0.09 + 1, 14)
    expect(values('cross-entropy')[0]).toBeCloseTo(Math.LN2, 14)
    expect(values('cross-entropy')[1]).toBeCloseTo(126 * Math.LN2, 12)
  })

  it("takes the file's losses by default, and computes the same cross-entropy from its logits", () => {
    const data = digits('digits-mlp')
    expect(lossOf(data, 'auto').name).toBe('file')
    expect(lossOf({...data, loss: null}, 'auto').name).toBe('one-minus-p')
    lossOf(data, 'cross-entropy').values.forEach((x, i) => expect(Math.abs(x - data.loss![i]!)).toBeLessThan(1e-5))
  })

  it('does not overflow on large logits', () => {
    const {values} = lossOf(
      {...three, output: {kind: 'logits', classes: 3, data: Float64Array.of(1e4, 0, 0, 1e4, 0, 0)}},
      'cross-entropy',
    )
    expect(Array.from(values)).toEqual([0, 1e4])
  })
})

describe('options that make no sense', () => {
  it.each<[Partial<CertifyOptions>, RegExp]>([
    [{metric: 'cosine' as 'angle'}, /1 − cosine is not a metric: it breaks the triangle inequality/],
    [{lossMax: 0}, /lossMax is 0/],
    [{bounds: ['hoeffding' as 'kl-u']}, /bounds knows no hoeffding/],
    [{bounds: ['kl-u'], split: null}, /bounds needs a split/],
    [{examples: -1}, /examples is -1/],
    [{risk: 1}, /risk is 1/],
  ])('%o is refused', (changed, message) => {
    expect(() => checkOptions({...DEFAULT_OPTIONS, ...changed})).toThrow(message)
  })

  it('a largest loss is for losses that have none', async () => {
    await expect(certify(mixture(1, 100), options({lossMax: 1}), engine)).rejects.toThrow('one-minus-p cannot exceed 1')
    const {metrics} = await certify(
      mixture(1, 100),
      options({loss: 'cross-entropy', lossMax: 1.5, bootstrap: 0}),
      engine,
    )
    expect(metrics.loss.max).toBe(1.5)
    expect(metrics.loss.tailUpper!).toBeGreaterThan(0)
  })
})

describe('localization', () => {
  it('legacy vulnerability equals its double sum', async () => {
    const r = random(1)
    const x = {rows: 12, cols: 3, data: Float64Array.from({length: 36}, () => r.normal())}
    const p = Float64Array.from({length: 12}, () => r.uniform())
    const d = (i: number, j: number) => Math.hypot(...[0, 1, 2].map((t) => x.data[3 * i + t]! - x.data[3 * j + t]!))
    let [top, sum] = [0, 0]
    for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) top = Math.max(top, d(i, j))
    for (let i = 0; i < 12; i++)
      for (let j = 0; j < 12; j++) sum += (Math.abs(p[i]! - p[j]!) * (1 - d(i, j) / top)) / (1 + d(i, j) / top)
    expect(legacyVulnerability(await engine.distances(x, x, 'l2'), p)).toBeCloseTo((1000 * sum) / 144, 9)
  })

  it('ranks layers by scale-free ε and compares their most volatile 5 %', () => {
    const layer = (name: string, estimate: number) =>
      ({name, epsilon: {scaleFree: {estimate, upper: null, asymptotic: null}}}) as unknown as LayerMetrics
    const up = Float64Array.from({length: 40}, (_, i) => i)
    const down = up.map((x) => 39 - x)
    const {ranking, overlap} = localize([layer('a', 1), layer('b', 3), layer('c', 2)], [up, up, down], null)
    expect(ranking.map((entry) => entry.layer)).toEqual(['b', 'c', 'a'])
    expect(overlap).toEqual([
      [1, 1, 0],
      [1, 1, 0],
      [0, 0, 1],
    ])
  })
})

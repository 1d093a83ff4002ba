import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {certify} from '../../src/certify/certify.js'
import type {Embeddings} from '../../src/certify/types.js'
import {digits, engine, mixture, options} from './fixtures.js'

interface Reference {
  models: Record<
    string,
    {
      accuracy: number
      layers: Record<
        string,
        {epsilon: number; zeroDistancePairs: number; diameter: number; ratioMax: number; volatilityFirst10: number[]}
      >
    }
  >
}
const reference = JSON.parse(readFileSync('fixtures/digits/kc_reference.json', 'utf8')) as Reference
const relative = (value: number, expected: number) => Math.abs(value / expected - 1)

describe('without a split', () => {
  for (const model of ['digits-mlp', 'digits-cnn'] as const) {
    it(`gives the plain statistics that NumPy gives for ${model}, to 1e-9`, async () => {
      const {metrics, evidence, verdict, notes} = await certify(
        digits(model),
        options({scale: 'none', floor: 0, split: null}),
        engine,
      )
      const known = reference.models[model]!
      expect(metrics.accuracy).toBeCloseTo(known.accuracy, 12)
      for (const layer of metrics.layers) {
        const expected = known.layers[layer.name]!
        expect(relative(layer.epsilon.raw.estimate, expected.epsilon)).toBeLessThan(1e-9)
        expect(relative(layer.diameter, expected.diameter)).toBeLessThan(1e-9)
        expect(layer.zeroDistancePairs).toBe(expected.zeroDistancePairs)
        expect(relative(metrics.witnesses.find((w) => w.layer === layer.name)!.ratio, expected.ratioMax)).toBeLessThan(
          1e-9,
        )
        expect(layer.epsilon.raw.upper).toBeNull()
        expect(layer.epsilon.raw.asymptotic![0]).toBeLessThan(layer.epsilon.raw.estimate)
        expect(layer.epsilon.raw.asymptotic![1]).toBeGreaterThan(layer.epsilon.raw.estimate)
      }
      expect([metrics.cells, evidence, metrics.anchors, verdict.status, notes[0]!.code]).toEqual([
        [],
        null,
        null,
        'done',
        'no-split',
      ])
    })
  }

  it('keeps duplicates and leaves pairs without a distance out of ε, with a warning', async () => {
    const data = mixture(3, 30, 0.2, [2])
    data.layers[0]!.data.copyWithin(2, 0, 2)
    const {metrics, notes} = await certify(
      {...data, loss: Float64Array.from({length: 30}, (_, i) => i)},
      options({scale: 'none', floor: 0, split: null}),
      engine,
    )
    expect(metrics.duplicatesRemoved).toBe(0)
    expect([metrics.layers[0]!.zeroDistancePairs, metrics.layers[0]!.zeroDistanceLossPairs]).toEqual([1, 1])
    expect(Number.isFinite(metrics.layers[0]!.epsilon.raw.estimate)).toBe(true)
    expect(notes.map((note) => note.code)).toContain('zero-distance-loss')
  })
})

describe('with a split', () => {
  it('certifies every default cell of the digits checkpoint at the loss of the file', async () => {
    const {metrics, verdict} = await certify(digits('digits-mlp'), options(), engine)
    expect(metrics.loss.name).toBe('file')
    expect(metrics.cells).toHaveLength(3 * 6 * 2)
    for (const cell of metrics.cells) {
      expect(cell.status).toBe('certified')
      expect(cell.direct).toBeGreaterThan(cell.observed!)
      expect(cell.direct).toBeLessThanOrEqual(cell.windowed)
      expect(cell.windowed).toBeLessThanOrEqual(cell.global)
    }
    for (const {epsilon} of metrics.layers) expect(epsilon.scaleFree.upper!).toBeGreaterThan(epsilon.scaleFree.estimate)
    expect(verdict.status).toBe('certified')
    expect(verdict.summary).toContain('Of two inputs that this model sees as near-identical (closest 10 % of pairs')
    expect(verdict.meaning[1]).toContain('With probability ≥ 95 % over the sample, at most')
    expect(verdict.meaning.join(' ')).toContain('nothing about an adversary')
  })

  it('spends no more than α', async () => {
    for (const bounds of [[], ['kl-u', 'maurer-pontil', 'clopper-pearson']] as const) {
      const {
        metrics: {alpha, cells, layers, classes, examples},
      } = await certify(digits('digits-mlp'), options({alpha: 0.1, bounds, bootstrap: 0}), engine)
      const epsilons = layers.length * (bounds.length === 0 ? 1 : 3) + 1
      const onCells = cells.length * (bounds.length === 0 ? 1 : 2)
      const radii = examples!.rows.length * examples!.layers.reduce((sum, {deltas}) => sum + deltas.length, 0)
      expect([classes!.length, radii]).toEqual([30, 100 * 18])
      // A bound for each of two η, and the share covered.
      const curves = layers.reduce((sum, {nearest}) => sum + (3 * nearest!.length) / 2, 0)
      expect(
        alpha.epsilon! * epsilons +
          alpha.direct! * onCells +
          alpha.class! * classes!.length +
          alpha.example! * radii +
          alpha.nearest! * curves +
          alpha.performance!,
      ).toBeCloseTo(0.1, 12)
      expect(alpha.statements).toBe(epsilons + onCells + classes!.length + radii + curves + 1)
    }
  })

  it('is the same for the same seed, and plain JSON', async () => {
    const [a, b] = [
      await certify(mixture(1, 120), options(), engine),
      await certify(mixture(1, 120), options(), engine),
    ]
    expect(a).toEqual(b)
    expect(JSON.parse(JSON.stringify(a))).toEqual(a)
  })

  it('does not change when the hidden states are scaled', async () => {
    const data = mixture(5, 150)
    const scaled: Embeddings = {
      ...data,
      layers: data.layers.map((layer) => ({...layer, data: layer.data.map((x) => 8 * x)})),
    }
    const [plain, wide] = [await certify(data, options(), engine), await certify(scaled, options(), engine)]
    plain.metrics.layers.forEach((layer, k) => {
      expect(
        relative(wide.metrics.layers[k]!.epsilon.scaleFree.estimate, layer.epsilon.scaleFree.estimate),
      ).toBeLessThan(1e-9)
      expect(relative(8 * wide.metrics.layers[k]!.epsilon.raw.estimate, layer.epsilon.raw.estimate)).toBeLessThan(1e-9)
    })
    plain.metrics.cells.forEach((cell, k) => expect(wide.metrics.cells[k]!.direct).toBeCloseTo(cell.direct, 9))
  })

  it('keeps duplicates and counts them, or removes them before splitting where that is asked for', async () => {
    const data = mixture(2, 100)
    for (const {dim, data: values} of data.layers) values.copyWithin(50 * dim, 0, 20 * dim)
    data.output!.data.copyWithin(50 * 4, 0, 20 * 4)
    data.labels!.copyWithin(50, 0, 20)
    const sizes = async (duplicates: 'keep' | 'drop') => {
      const {metrics, notes} = await certify(data, options({duplicates}), engine)
      expect(notes.map((note) => note.code)).toContain(duplicates === 'keep' ? 'duplicates-kept' : 'duplicates-removed')
      return [metrics.duplicatesRemoved, metrics.duplicates, metrics.rows, metrics.anchors! + metrics.references!]
    }
    expect(await sizes('keep')).toEqual([0, 20, 100, 100])
    expect(await sizes('drop')).toEqual([20, 0, 80, 80])
  })

  it('serves every metric and loss', async () => {
    for (const metric of ['l2', 'l1', 'linf', 'angle'] as const)
      expect((await certify(mixture(6, 200), options({metric}), engine)).verdict.status).toBe('certified')
    for (const loss of ['zero-one', 'one-minus-p', 'brier', 'cross-entropy'] as const) {
      const {metrics} = await certify(mixture(6, 200), options({loss}), engine)
      expect(metrics.loss.name).toBe(loss)
      expect(metrics.loss.tailUpper === null).toBe(loss !== 'cross-entropy')
    }
  })

  it('abstains where too few pairs lie within δ, and says that nothing is certified', async () => {
    const {metrics, verdict} = await certify(mixture(7, 60), options({deltas: [1e-6]}), engine)
    expect(metrics.cells.every((cell) => cell.status === 'abstain' && cell.direct === 1)).toBe(true)
    expect(verdict.status).toBe('nothing-certified')
  })

  it('without a floor bounds no volatility, but still certifies directly', async () => {
    const {metrics, notes} = await certify(mixture(8, 300), options({floor: 0}), engine)
    expect(metrics.layers.every((layer) => layer.epsilon.scaleFree.upper === null)).toBe(true)
    expect(metrics.cells.every((cell) => cell.windowed === 1 && cell.global === 1)).toBe(true)
    expect(metrics.cells.some((cell) => cell.status === 'certified')).toBe(true)
    expect(notes.map((note) => note.code)).toContain('no-floor')
  })

  it('takes a collapsed layer beside a live one', async () => {
    const data = mixture(9, 100)
    data.layers[0]!.data.fill(1)
    const {metrics, notes} = await certify(data, options(), engine)
    expect(metrics.layers[0]).toMatchObject({diameter: 0, scale: 1})
    expect(notes.map((note) => note.code)).toContain('layer-collapsed')
  })
})

describe('bad input', () => {
  const changed = (change: (data: Embeddings) => void) => {
    const data = mixture(1, 40)
    change(data)
    return data
  }
  const cases: [string, () => Embeddings, Parameters<typeof options>[0], RegExp][] = [
    ['too few rows', () => mixture(1, 10), {}, /10 rows are too few.*20/],
    ['NaN in a state', () => changed((e) => (e.layers[1]!.data[19] = NaN)), {}, /layer h2, row 2, column 3 is NaN/],
    ['a label out of range', () => changed((e) => (e.labels![7] = 4)), {}, /label of row 7 is 4.*4 classes/],
    ['NaN in the output', () => changed((e) => (e.output!.data[5] = NaN)), {}, /output of row 1, column 1 is NaN/],
    [
      'probabilities that are none',
      () => changed((e) => (e.output!.kind = 'probabilities')),
      {},
      /probabilities of row 0 add up to/,
    ],
    ['a negative loss', () => changed((e) => (e.loss = new Float64Array(40).fill(-1))), {}, /loss of row 0 is -1/],
    ['all losses 0', () => changed((e) => (e.loss = new Float64Array(40))), {}, /loss of every one of 10 anchors is 0/],
    [
      'everything at distance zero',
      () => changed((e) => e.layers.forEach((layer) => layer.data.fill(2))),
      {},
      /distance zero in every layer/,
    ],
    ['no layer', () => changed((e) => (e.layers = [])), {}, /no layer/],
    ['no loss array', () => mixture(1, 40), {loss: 'file'}, /hold no loss array/],
    ['no labels', () => changed((e) => (e.labels = null)), {loss: 'brier'}, /needs labels/],
    ['an η that no losses can differ by', () => mixture(1, 40), {etas: [1.5]}, /etas 1.5 is above 1/],
    ['a floor above δ', () => mixture(1, 40), {floor: 1, deltas: [0.5]}, /floor 1 is above/],
    ['a floor above every default δ', () => mixture(1, 40), {floor: 9}, /floor 9 is above every δ/],
    ['α of 1', () => mixture(1, 40), {alpha: 1}, /alpha is 1/],
    ['a split of 0', () => mixture(1, 40), {split: 0}, /split is 0/],
    ['a δ of 0', () => mixture(1, 40), {deltas: [0]}, /deltas is 0/],
  ]
  for (const [name, data, change, message] of cases)
    it(`refuses ${name}`, () => expect(certify(data(), options(change), engine)).rejects.toThrow(message))
})

describe('borders of what can be computed', () => {
  it.each(['l2', 'angle'] as const)('refuses states whose squares overflow, with %s', async (metric) => {
    const data = mixture(1, 60, 0.2, [2])
    const layers = data.layers.map((layer) => ({...layer, data: Float64Array.from(layer.data, (x) => x * 1e160)}))
    await expect(certify({...data, layers}, options({metric}), engine)).rejects.toThrow(/not a number within ±1e\+100/)
  })

  it('refuses more pairs of δ and η than sums can be kept for', async () => {
    const many = (count: number) => Array.from({length: count}, (_, k) => (k + 1) / (count + 1))
    await expect(
      certify(mixture(1, 60, 0.2, [2]), options({deltas: many(101), etas: many(100)}), engine),
    ).rejects.toThrow(/10100 pairs of δ and η/)
  })
})

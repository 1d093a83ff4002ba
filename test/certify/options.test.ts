import {describe, expect, it} from 'vitest'
import {
  type CertifyOptions,
  checkOptions,
  chooseEtas,
  DEFAULT_OPTIONS,
  FRESH_BOUNDS,
} from '../../src/certify/options.js'
import {recordedOptions} from '../../src/certify/recorded-options.js'
import {UsageError} from '../../src/errors.js'

function refusal(changed: Partial<CertifyOptions>): UsageError {
  try {
    checkOptions({...DEFAULT_OPTIONS, ...changed})
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error as UsageError
  }
  throw new Error(`${JSON.stringify(changed)} was accepted`)
}

describe('options are refused outside their range, with the value, the limit and the next step', () => {
  it.each<[Partial<CertifyOptions>, RegExp, RegExp]>([
    [{metric: 'cosine' as 'angle'}, /1 − cosine is not a metric/, /metric angle/],
    [{alpha: 0}, /alpha is 0; it lies between 0 and 1/, /^$/],
    [{alpha: 1}, /alpha is 1;/, /^$/],
    [{alpha: NaN}, /alpha is NaN;/, /^$/],
    [{split: 0}, /split is 0; the share of the anchors lies between 0 and 1/, /split: null/],
    [{split: 1}, /split is 1;/, /split: null/],
    [{floor: -0.1}, /floor is -0.1; it is finite and at least 0/, /^$/],
    [{floor: Infinity}, /floor is Infinity;/, /^$/],
    [{floor: NaN}, /floor is NaN;/, /^$/],
    [{deltas: []}, /deltas is ; each δ is finite and above 0/, /^$/],
    [{deltas: [0.5, 0]}, /deltas is 0.5,0;/, /^$/],
    [{deltas: [Infinity]}, /deltas is Infinity;/, /^$/],
    [{etas: []}, /etas is ; each η is finite and above 0/, /^$/],
    [{etas: [0.5, -1]}, /etas is 0.5,-1;/, /^$/],
    [{etas: [NaN]}, /etas is NaN;/, /^$/],
    [
      {floor: 0.5, deltas: [0.6, 0.4]},
      /floor 0.5 is above the smallest deltas 0.4; the bounds hold for δ ≥ τ only/,
      /^$/,
    ],
    [{lossMax: 0}, /lossMax is 0; it is finite and above 0/, /^$/],
    [{lossMax: Infinity}, /lossMax is Infinity;/, /^$/],
    [{bounds: ['kl-u', 'hoeffding' as 'kl-u']}, /bounds knows no hoeffding/, /kl-u, maurer-pontil, clopper-pearson/],
    [{bounds: ['kl-u'], split: null}, /bounds needs a split/, /split: null/],
    [{examples: -1}, /examples is -1; it is a whole number/, /^$/],
    [{examples: 1.5}, /examples is 1.5;/, /^$/],
    [{risk: 0}, /risk is 0; it lies between 0 and 1/, /^$/],
    [{risk: 1}, /risk is 1;/, /^$/],
    [{bootstrap: -1}, /bootstrap is -1; it is a whole number of rounds/, /^$/],
    [{bootstrap: 0.5}, /bootstrap is 0.5;/, /^$/],
    [{bootstrap: 100_001}, /bootstrap is 100001; at most 100000 rounds are possible/, /^$/],
  ])('%o', (changed, message, next) => {
    const error = refusal(changed)
    expect(error.message).toMatch(message)
    expect(error.nextSteps.join(' ')).toMatch(next)
  })

  it.each<Partial<CertifyOptions>>([
    {},
    {floor: 0},
    {floor: 0.4, deltas: [0.4]},
    {floor: 5, deltas: [0.4], split: null},
    {lossMax: 1e-9},
    {bounds: FRESH_BOUNDS},
    {bounds: [], split: null},
    {examples: 0, bootstrap: 0},
    {bootstrap: 100_000},
    {alpha: 1e-12, risk: 1 - 1e-12, split: 0.999},
  ])('%o is accepted', (changed) => {
    expect(() => checkOptions({...DEFAULT_OPTIONS, ...changed})).not.toThrow()
  })
})

describe('more pairs of δ and η than sums can be kept for', () => {
  const grid = (count: number) => Array.from({length: count}, (_, k) => k + 1)
  it('are refused, whichever grid is long', () => {
    for (const [deltas, etas, pairs] of [
      [grid(101), grid(100), 10_100],
      [grid(10_001), 'auto', 10_001],
      ['auto', grid(10_001), 10_001],
    ] as const) {
      const error = refusal({deltas, etas})
      expect(error.message).toBe(
        `deltas and etas make ${pairs} pairs of δ and η in every layer; at most 10000 are possible`,
      )
      expect(error.nextSteps).toEqual(['give fewer values'])
    }
    expect(() => checkOptions({...DEFAULT_OPTIONS, deltas: grid(100), etas: grid(100)})).not.toThrow()
  })
})

describe('the η grid', () => {
  const bounded = {name: 'one-minus-p', bound: 1} as const
  it('is 1 for the 0–1 loss, else a quarter and a half of the largest loss', () => {
    expect([...chooseEtas('auto', {name: 'zero-one', bound: 1}, 1)]).toEqual([1])
    expect([...chooseEtas('auto', {name: 'brier', bound: 2}, 2)]).toEqual([0.5, 1])
  })
  it('is what was given, ascending and once', () => {
    expect([...chooseEtas([0.5, 0.25, 0.5, 1], bounded, 1)]).toEqual([0.25, 0.5, 1])
    expect([...chooseEtas([70], {name: 'cross-entropy', bound: null}, 3)]).toEqual([70])
  })
  it('holds no η that two losses cannot differ by', () => {
    expect(() => chooseEtas([0.5, 1.25], bounded, 1)).toThrow(
      'etas 1.25 is above 1, the largest difference of two one-minus-p losses',
    )
    const steps = (() => {
      try {
        chooseEtas([1.25], bounded, 1)
      } catch (error) {
        return (error as UsageError).nextSteps
      }
    })()
    expect(steps).toEqual(['choose η ≤ 1'])
  })
})

describe('options of a report', () => {
  const config = {...DEFAULT_OPTIONS, device: 'cpu', model: 'm.onnx'}
  it('are read back, whatever else the configuration holds', () => {
    expect(recordedOptions(JSON.parse(JSON.stringify(config)) as Record<string, unknown>)).toEqual(DEFAULT_OPTIONS)
    const other = {
      ...DEFAULT_OPTIONS,
      loss: 'brier',
      metric: 'angle',
      scale: 'none',
      floor: 0.5,
      deltas: [0.5, 1],
      etas: [1],
      split: null,
      lossMax: 3,
      bounds: ['kl-u', 'clopper-pearson'],
    }
    expect(recordedOptions(other)).toEqual(other)
  })

  it.each(['auto', 'zero-one', 'one-minus-p', 'brier', 'cross-entropy', 'file'])('know the loss %s', (loss) =>
    expect(recordedOptions({...config, loss})).toMatchObject({loss}),
  )
  it.each(['l2', 'l1', 'linf', 'angle'])('know the metric %s', (metric) =>
    expect(recordedOptions({...config, metric})).toMatchObject({metric}),
  )

  it.each<[keyof CertifyOptions, unknown[]]>([
    ['loss', [undefined, 'hinge', 1]],
    ['metric', [undefined, 'cosine', null]],
    ['scale', [undefined, 'mean', 1]],
    ['floor', [undefined, 'none', NaN, '0.5', null]],
    ['deltas', [undefined, 'grid', 0.5, ['0.5'], [0.5, NaN], null]],
    ['etas', [undefined, 'grid', 0.5, [null]]],
    ['alpha', [undefined, '0.05', NaN, Infinity]],
    ['split', [undefined, '0.25', NaN, 'none']],
    ['seed', [undefined, null, '1']],
    ['bootstrap', [undefined, null, '1']],
    ['lossMax', [undefined, 'largest', NaN, null]],
    ['bounds', [undefined, 'kl-u', ['hoeffding'], ['kl-u', 1], null]],
    ['examples', [undefined, null, '1']],
    ['risk', [undefined, null, '0.1']],
  ])('%s of another kind is named', (name, values) => {
    for (const value of values) expect(recordedOptions({...config, [name]: value}), String(value)).toBe(name)
  })
})

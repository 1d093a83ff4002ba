import {beforeAll, describe, expect, it} from 'vitest'
import {certify, type Certification} from '../../../src/certify/certify.js'
import {decodeExtras, decodeLayer, type Evidence} from '../../../src/certify/evidence/evidence.js'
import {FRESH_BOUNDS} from '../../../src/certify/options.js'
import {packPoints, unpackPoints} from '../../../src/certify/sample/points.js'
import {differences} from '../../../src/certify/evidence/verify/differences.js'
import {evidenceFaults} from '../../../src/certify/evidence/verify/plausible.js'
import {pack} from '../../../src/data/packed.js'
import {InputError} from '../../../src/errors.js'
import {engine, mixture, options} from '../fixtures.js'

const chosen = options({bounds: FRESH_BOUNDS, examples: 5, loss: 'zero-one', bootstrap: 0})
let original: Certification & {evidence: Evidence}
beforeAll(async () => {
  original = (await certify(mixture(4, 120, 0.2, [3, 2]), chosen, engine)) as Certification & {evidence: Evidence}
})
const copy = () => structuredClone(original)
const next = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return (error as InputError).nextSteps.join(' ')
  }
  throw new Error('it was accepted')
}

describe('evidence decodes to what was measured', () => {
  it('sizes, floors and grids', () => {
    const {evidence} = original
    expect([evidence.format, evidence.anchors, evidence.references, evidence.tailExceeding]).toEqual([1, 30, 90, null])
    const s = decodeLayer(evidence, evidence.layers[0]!)
    expect([s.anchors, s.references, s.floor]).toEqual([30, 90, evidence.layers[0]!.floor])
    expect([[...s.deltas], [...s.etas]]).toEqual([evidence.layers[0]!.deltas, evidence.etas])
    const [G, E] = [s.deltas.length, s.etas.length]
    expect([s.total, s.anchorTotal, s.within, s.exceed, s.windowed].map((x) => x.length)).toEqual([
      90,
      30,
      90 * G,
      90 * G * E,
      90 * (G + 1) * E,
    ])
    const {examples, fresh: pairs} = decodeExtras(evidence, evidence.layers[0]!, {examples: 5, fresh: true})
    const {within, exceed} = examples!
    expect([within.length, exceed.length]).toEqual([5 * G, 5 * G])
    const fresh = pairs!
    expect([fresh.weight, fresh.pairs.length, fresh.within.length, fresh.exceed.length]).toEqual([45, 45, G, G * E])
  })

  it('points: rows, losses, labels and predictions where they are known', () => {
    const points = {
      rows: Uint32Array.of(3, 1),
      losses: Float64Array.of(0.5, 0),
      labels: Int32Array.of(-1, 2),
      correct: Uint8Array.of(1, 0),
    }
    expect(unpackPoints(packPoints({...points, correct: null}), 'x')).toEqual({...points, correct: null})
    expect(() => unpackPoints(packPoints({...points, correct: Uint8Array.of(0, 2)}), 'here')).toThrow(
      'here: prediction 1 is 2, not 0 or 1',
    )
    expect(unpackPoints(packPoints(points), 'x')).toEqual(points)
    expect(unpackPoints(packPoints({...points, labels: null}), 'x')).toEqual({...points, labels: null})
    for (const bad of [-1, NaN, Infinity]) {
      const packed = packPoints({...points, losses: Float64Array.of(0, bad)})
      expect(() => unpackPoints(packed, 'the place')).toThrow(`the place: loss 1 is ${bad}, not a finite number ≥ 0`)
      expect(next(() => unpackPoints(packed, 'x'))).toBe('write the file again')
    }
    for (const [field, what] of [
      ['rows', 'rows'],
      ['losses', 'losses'],
      ['labels', 'labels'],
      ['correct', 'correct'],
    ] as const)
      expect(() => unpackPoints({...packPoints(points), [field]: pack(new Float64Array(7))}, 'the place')).toThrow(
        `the place, ${what} holds`,
      )
  })
})

describe('counts that cannot be', () => {
  it('of examples: more exceed than lie within, more lie within than there are references, or none are there', () => {
    const {evidence} = copy()
    const layer = evidence.layers[0]!
    const G = layer.deltas.length
    const with_ = (within: number, exceed: number) => ({
      ...layer,
      examples: {within: pack(new Uint32Array(5 * G).fill(within)), exceed: pack(new Uint32Array(5 * G).fill(exceed))},
    })
    const decode = (changed: typeof layer, examples = 5) =>
      decodeExtras(evidence, changed, {examples, fresh: true}).examples
    expect(decode(with_(90, 90))!.within[0]).toBe(90)
    expect(() => decode(with_(3, 4))).toThrow('evidence of layer h1: examples.exceed[0] is 4, but only 3 lie within')
    expect(() => decode(with_(91, 4))).toThrow('examples.within[0] is 91; it counts at most 90')
    expect(next(() => decode(with_(91, 4)))).toBe('write the report again')
    const without = {...layer}
    delete without.examples
    expect(() => decode(without)).toThrow('examples is missing')
    expect(() => decode(layer, 0)).toThrow('examples is there, though its options do not ask for it')
  })

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['half a pair', {weight: 1.5}, /fresh.weight is 1.5; it counts at most 45/],
    ['fewer than none', {weight: -1}, /fresh.weight is -1/],
    ['more pairs than half the references', {weight: 46}, /fresh.weight is 46; it counts at most 45/],
    ['another grid', {within: [0]}, /fresh has 1 and 6 counts, not 6 and 6/],
    ['another grid of η', {exceed: [0]}, /fresh has 6 and 1 counts, not 6 and 6/],
    ['more within than pairs', {within: [46, 46, 46, 46, 46, 46]}, /fresh.within\[0\] is 46; it counts at most 45/],
    ['half a count', {within: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]}, /fresh.within\[0\] is 0.5/],
    ['a negative count', {within: [-1, 0, 0, 0, 0, 0]}, /fresh.within\[0\] is -1/],
    [
      'more that exceed than lie within',
      {within: [0, 0, 0, 0, 0, 0], exceed: [0, 0, 0, 0, 0, 1]},
      /fresh.exceed\[5\] is 1; it counts at most 0/,
    ],
    ['half that exceed', {within: [1, 1, 1, 1, 1, 1], exceed: [0, 0, 0, 0, 0, 0.5]}, /fresh.exceed\[5\] is 0.5/],
    ['a negative excess', {exceed: [0, 0, 0, 0, 0, -1]}, /fresh.exceed\[5\] is -1/],
    ['a negative kernel', {kernel: -1}, /fresh.kernel is -1/],
    ['an infinite kernel', {kernel: Infinity}, /fresh.kernel is Infinity/],
    ['pairs of another number', {pairs: pack(new Float64Array(3))}, /fresh.pairs holds/],
  ])('of fresh examples: %s', (_, changed, message) => {
    const {evidence} = copy()
    const layer = evidence.layers[0]!
    const spoiled = {...layer, fresh: {...layer.fresh!, ...changed}}
    expect(layer.deltas).toHaveLength(6)
    const decode = () => decodeExtras(evidence, spoiled, {examples: 5, fresh: true})
    expect(decode).toThrow(message)
    if (!('pairs' in changed)) expect(next(decode)).toBe('write the report again')
  })

  it('of fresh examples: none are there', () => {
    const layer = {...original.evidence.layers[1]!}
    delete layer.fresh
    expect(() => decodeExtras(original.evidence, layer, {examples: 5, fresh: true})).toThrow(
      'evidence of layer h2: fresh is missing',
    )
  })
})

describe('faults of evidence', () => {
  const faults = (change: (claim: ReturnType<typeof copy>) => void, changed: Partial<typeof chosen> = {}) => {
    const claim = copy()
    change(claim)
    return evidenceFaults(claim.metrics, claim.evidence, {...chosen, ...changed}, null)
  }
  const layer = (claim: ReturnType<typeof copy>) => claim.evidence.layers[0]!
  const statistics = (claim: ReturnType<typeof copy>) => decodeLayer(claim.evidence, layer(claim))

  it('there are none in what was measured', () => expect(faults(() => undefined)).toEqual([]))

  it.each<[string, (claim: ReturnType<typeof copy>) => void, RegExp]>([
    [
      'no layer at all',
      (c) => ((c.metrics.layers = []), (c.evidence.layers = [])),
      /^the report has 0 layers, its evidence 0$/,
    ],
    [
      'two layers of one name',
      (c) => [c.metrics, c.evidence].forEach(({layers}) => (layers[1]!.name = 'h1')),
      /^two layers have the same name$/,
    ],
    ['no radii', (c) => (layer(c).deltas = []), /^the radii of a layer do not ascend from above 0$/],
    ['a radius of 0', (c) => (layer(c).deltas[0] = 0), /do not ascend/],
    ['equal radii', (c) => (layer(c).deltas[1] = layer(c).deltas[0]!), /do not ascend/],
    [
      'duplicates that are not a valid count',
      (c) => (c.metrics.duplicatesRemoved = 0.5),
      /^0.5 duplicates are not a valid count$/,
    ],
    ['fewer than no duplicates', (c) => (c.metrics.duplicatesRemoved = -1), /^-1 duplicates are not a valid count$/],
    [
      'a row twice',
      (c) => (c.evidence.sample.references = {...c.evidence.sample.references, rows: pack(new Uint32Array(90))}),
      /a row is in the sample twice/,
    ],
    [
      'a loss above what the loss can be',
      (c) => (c.evidence.sample.anchors = {...c.evidence.sample.anchors, losses: pack(new Float64Array(30).fill(1.5))}),
      /^a zero-one loss of the sample is above 1$/,
    ],
    [
      'a negative sum',
      (c) => (layer(c).total = pack(statistics(c).total.map((x, j) => (j === 3 ? -x - 1 : x)))),
      /^layer h1: evidence of layer h1: total\[3\] is -/,
    ],
    [
      'an infinite sum',
      (c) => (layer(c).anchorTotal = pack(statistics(c).anchorTotal.fill(Infinity))),
      /anchorTotal\[0\] is Infinity/,
    ],
    [
      'sums by anchor that do not add up to those by reference',
      (c) => (layer(c).anchorTotal = pack(statistics(c).anchorTotal.map((x) => 1.001 * x))),
      /by anchor and by reference do not agree/,
    ],
    [
      'more across labels than in all',
      (c) => (layer(c).crossLabelTotal = 1.001 * statistics(c).total.reduce((a, b) => a + b, 0)),
      /different labels have more than all/,
    ],
    ['less than nothing across labels', (c) => (layer(c).crossLabelTotal = -1), /crossLabelTotal is -1/],
    ['half a pair at distance zero', (c) => (layer(c).zeroDistancePairs = 0.5), /zeroDistancePairs is 0.5/],
    ['fewer than no pairs at distance zero', (c) => (layer(c).zeroDistancePairs = -1), /zeroDistancePairs is -1/],
    [
      'more within than anchors',
      (c) => (layer(c).within = pack(Uint32Array.from(statistics(c).within, (x, at) => (at % 6 === 5 ? 31 : x)))),
      /within\[5\] is 31; it counts at most 30/,
    ],
    [
      'fewer within a larger radius',
      (c) => (layer(c).within = pack(Uint32Array.from(statistics(c).within, (x, at) => (at % 6 === 5 ? 0 : x)))),
      /contradict each other/,
    ],
    [
      'more that exceed than lie within',
      (c) => (layer(c).exceed = pack(Uint32Array.from(statistics(c).within, (x) => x + 1))),
      /the counts of reference 0 at δ .* contradict each other/,
    ],
    [
      'a window that shrinks',
      (c) => (layer(c).windowed = pack(statistics(c).windowed.map((x, at) => (at % 7 === 6 ? x / 2 : x)))),
      /the sums of reference \d+ at δ .* contradict its counts/,
    ],
    ['stakes for other cells', (c) => layer(c).bets.cells.pop(), /^layer h1: 5 sets of stakes for 6 cells$/],
    [
      'a stake of 0',
      (c) => layer(c).bets.cells[0]!.global.push({stake: 0, weight: 0.1, from: 0}),
      /a stake or weight is not positive/,
    ],
    [
      'a weight of 0',
      (c) => layer(c).bets.epsilon.push({stake: 0.1, weight: 0, from: 0}),
      /a stake or weight is not positive/,
    ],
    [
      'a negative start',
      (c) => layer(c).bets.classes![0]!.bets.push({stake: 0.1, weight: 1e-12, from: -1}),
      /a stake or weight is not positive/,
    ],
    [
      'weights of a class above 1',
      (c) => layer(c).bets.classes![0]!.bets.push({stake: 1e-9, weight: 1, from: 1}),
      /weights of a mixture add up to more than 1/,
    ],
    [
      'too large a stake on a class',
      (c) => layer(c).bets.classes![0]!.bets.push({stake: 1e6, weight: 1e-12, from: 0}),
      /the stake 1000000 of cell \d is larger than reference \d+ allows/,
    ],
    [
      'too large a stake on a cell',
      (c) => layer(c).bets.cells[4]!.direct.push({stake: 1e6, weight: 1e-12, from: 0}),
      /the stake 1000000 of cell 4 is larger than reference \d+ allows/,
    ],
  ])('%s', (_, change, message) => {
    const found = faults(change)
    expect(found.length).toBeGreaterThan(0)
    expect(found.join('\n')).toMatch(message)
  })

  it('a stake that a reference just allows is none: its factor is 0', () => {
    const {total, anchors} = statistics(original)
    const most = Math.max(...total) / anchors
    expect(faults((c) => layer(c).bets.epsilon.push({stake: 1 / most, weight: 1e-12, from: 0}))).toEqual([])
    expect(faults((c) => layer(c).bets.epsilon.push({stake: 1.001 / most, weight: 1e-12, from: 0}))).toEqual([
      'layer h1: a stake of ε is larger than a reference allows',
    ])
    const s = statistics(original)
    const E = s.etas.length
    const exceeding =
      Math.max(...Array.from({length: s.references}, (_, j) => s.exceed[(j * s.deltas.length + 5) * E]!)) / anchors
    expect(
      faults((c) => layer(c).bets.cells[5 * E]!.direct.push({stake: 1 / exceeding, weight: 1e-12, from: 0})),
    ).toEqual([])
    expect(
      faults((c) => layer(c).bets.cells[5 * E]!.direct.push({stake: 1.001 / exceeding, weight: 1e-12, from: 0}))[0],
    ).toMatch(/larger than reference \d+ allows/)
  })

  it('options that cannot be, or that say that nothing was split', () => {
    expect(faults(() => undefined, {alpha: 2})).toEqual([
      expect.stringContaining('the configuration cannot be: alpha is 2') as string,
    ])
    expect(faults(() => undefined, {split: null, bounds: []})).toEqual([
      'the configuration says that nothing was split, but there is evidence',
    ])
    expect(faults(() => undefined, {loss: 'brier'})).toEqual([
      'the loss zero-one is not the one of the configuration, brier',
    ])
    expect(faults(() => undefined, {loss: 'auto'})).toEqual([
      'the loss zero-one is not the one of the configuration, auto',
    ])
  })
})

describe('differences of a claim to what was computed again', () => {
  it('is silent about equal values, rounding, and members that only the claim has', () => {
    const again = {a: 1, b: [1, 2], c: {d: 'x', e: null}, f: undefined}
    expect(differences({...structuredClone(again), more: 1}, again)).toEqual([])
    expect(differences({a: 1 + 5e-10}, {a: 1})).toEqual([])
    expect(differences({a: 0, b: Infinity}, {a: 0, b: Infinity})).toEqual([])
  })

  it.each<[unknown, unknown, string[]]>([
    [{a: 1 + 2e-9}, {a: 1}, ['a: the report states 1.000000002, its evidence gives 1']],
    [{a: 1e-30}, {a: 0}, ['a: the report states 1e-30, its evidence gives 0']],
    [{a: NaN}, {a: 1}, ['a: the report states NaN, its evidence gives 1']],
    [{a: '1'}, {a: 1}, ["a: the report states '1', its evidence gives 1"]],
    [{a: null}, {a: 1}, ['a: the report states null, its evidence gives 1']],
    [{}, {a: 1}, ['a: the report states undefined, its evidence gives 1']],
    [{a: 'x'}, {a: 'y'}, ["a: the report states 'x', its evidence gives 'y'"]],
    [{a: 1}, {a: [1, 2]}, ['a: the report states 1, its evidence gives a list of 2']],
    [{a: {b: 1}}, {a: [1]}, ['a: the report states something else, its evidence gives a list of 1']],
    [{a: [1]}, {a: [1, 2]}, ['a: the report has 1, its evidence 2']],
    [
      {a: [3, 2, 9]},
      {a: [1, 2]},
      ['a: the report has 3, its evidence 2', 'a[0]: the report states 3, its evidence gives 1'],
    ],
    [{a: 1}, {a: {b: 1}}, ['a: the report states 1, its evidence gives more']],
    [{a: null}, {a: {b: 1}}, ['a: the report states null, its evidence gives more']],
    [{a: {b: {c: 1}}}, {a: {b: {c: 2}}}, ['a, b, c: the report states 1, its evidence gives 2']],
    [{a: [{v: 1}]}, {a: [{v: 2}]}, ['a[0], v: the report states 1, its evidence gives 2']],
    [
      {a: [{v: 1}]},
      {a: [{name: 'n', layer: 'l', v: 2}]},
      [
        "a[0] (n), name: the report states undefined, its evidence gives 'n'",
        "a[0] (n), layer: the report states undefined, its evidence gives 'l'",
        'a[0] (n), v: the report states 1, its evidence gives 2',
      ],
    ],
    [
      {a: [{layer: 'l', delta: 1, eta: 2, v: 1}]},
      {a: [{layer: 'l', delta: 1, eta: 2, v: 2}]},
      ['a[0] (l, δ 1, η 2), v: the report states 1, its evidence gives 2'],
    ],
    [{a: true}, {a: false}, ['a: the report states true, its evidence gives false']],
  ])('%j against %j', (claim, again, expected) => expect(differences(claim, again)).toEqual(expected))
})

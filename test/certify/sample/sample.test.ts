import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {isDeepStrictEqual} from 'node:util'
import {anchorCount, checkEmbeddings, splitSample, takeRows} from '../../../src/certify/sample/sample.js'
import {MAX_ANCHORS} from '../../../src/certify/sample/limits.js'
import {deltaGrid} from '../../../src/certify/plan/geometry.js'
import {referenceBlocks} from '../../../src/certify/measure/measure.js'
import {isLate} from '../../../src/certify/survey/layer-survey.js'
import {neighbourVotes, labelHints} from '../../../src/certify/survey/label-hints.js'
import {legacyBound, withLegacy} from '../../../src/certify/statements/legacy.js'
import type {Embeddings} from '../../../src/certify/types.js'
import type {Cell} from '../../../src/certify/layer-types.js'
import {lossOf, trueClassProbability} from '../../../src/certify/sample/losses.js'
import {InputError, UsageError} from '../../../src/errors.js'
import {random} from '../../../src/stats/random.js'
import {mixture} from '../fixtures.js'

const steps = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as InputError).nextSteps.join(' | ')
  }
  throw new Error('it was accepted')
}

describe('states are checked at the border', () => {
  const data = mixture(1, 20, 0.1, [3])
  const change = (changed: Partial<Embeddings>): Embeddings => ({...data, ...changed})
  const states = (values: Record<number, number>) =>
    change({layers: [{...data.layers[0]!, data: data.layers[0]!.data.map((x, at) => values[at] ?? x)}]})
  it.each<[string, Embeddings, RegExp, RegExp]>([
    ['19 rows', mixture(1, 19), /^19 rows are too few .* at least 20/, /^$/],
    ['no layer', change({layers: []}), /^there is no layer to certify$/, /layers/],
    ['a label too few', change({labels: data.labels!.slice(1)}), /^19 labels for 20 rows$/, /^$/],
    [
      'a state too many',
      change({layers: [{...data.layers[0]!, data: new Float64Array(61)}]}),
      /^layer h1 holds 61 values, not 20 rows × 3$/,
      /^$/,
    ],
    [
      'NaN',
      states({7: NaN}),
      /^layer h1, row 2, column 1 is NaN, not a number within ±1e\+100$/,
      /remove the row \| check the checkpoint/,
    ],
    ['a value beyond', states({5: -1.1e100}), /^layer h1, row 1, column 2 is -1.1e\+100/, /remove the row/],
  ])('%s is refused', (_, embeddings, message, next) => {
    expect(() => checkEmbeddings(embeddings)).toThrow(message)
    expect(() => checkEmbeddings(embeddings)).toThrow(InputError)
    expect(steps(() => checkEmbeddings(embeddings))).toMatch(next)
  })
  it('20 rows up to ±1e100, with or without labels, are taken', () => {
    expect(() => checkEmbeddings(states({0: 1e100, 1: -1e100}))).not.toThrow()
    expect(() => checkEmbeddings(change({labels: null}))).not.toThrow()
  })
})

describe('the split', () => {
  it('property: cuts a permutation of the rows, or of the distinct ones, at the share of the anchors', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({min: 24, max: 80}),
        fc.double({min: 0.01, max: 0.99, noNaN: true}),
        fc.nat(4),
        (seed, rows, share, copies) => {
          const data = mixture(seed, rows, 0.1, [2])
          const loss = Float64Array.from({length: rows}, (_, i) => i)
          // The last rows become copies of the first.
          for (let k = 0; k < copies; k++) {
            data.layers[0]!.data.copyWithin(2 * (rows - 1 - k), 2 * k, 2 * k + 2)
            data.labels![rows - 1 - k] = data.labels![k]!
            loss[rows - 1 - k] = loss[k]!
          }
          const all = splitSample(data, loss, share, random(seed))
          expect([all.duplicates, all.duplicatesRemoved]).toEqual([copies, 0])
          expect([...all.anchors, ...all.references].sort((a, b) => a - b)).toEqual(
            Array.from({length: rows}, (_, i) => i),
          )
          const split = () => splitSample(data, loss, share, random(seed), 'drop')
          const {anchors, references, duplicates, duplicatesRemoved} = split()
          expect([duplicates, duplicatesRemoved]).toEqual([0, copies])
          expect([...anchors, ...references].sort((a, b) => a - b)).toEqual(
            Array.from({length: rows - copies}, (_, i) => i),
          )
          expect(anchors).toHaveLength(anchorCount(rows - copies, share))
          expect(isDeepStrictEqual(split().anchors, anchors)).toBe(true)
        },
      ),
      {seed: 3, numRuns: 40},
    )
  })

  it('a row is a duplicate only where states of every layer, loss and label are equal', () => {
    const base = mixture(2, 30, 0.1, [2, 2])
    const loss = new Float64Array(30)
    const twin = (data: Embeddings) => {
      for (const layer of data.layers) layer.data.copyWithin(2, 0, 2)
      data.labels![1] = data.labels![0]!
      return data
    }
    const removed = (change: (data: Embeddings, losses: Float64Array) => void) => {
      const data = twin(structuredClone(base))
      const losses = loss.slice()
      change(data, losses)
      expect(splitSample(data, losses, 0.25, random(1)).duplicatesRemoved).toBe(0)
      return splitSample(data, losses, 0.25, random(1), 'drop').duplicatesRemoved
    }
    expect(removed(() => undefined)).toBe(1)
    expect(removed((data) => (data.layers[0]!.data[2]! += 1))).toBe(0)
    expect(removed((data) => (data.layers[1]!.data[3]! += 1))).toBe(0)
    expect(removed((data) => (data.labels![1]! += 1))).toBe(0)
    expect(removed((_, losses) => (losses[1] = 0.5))).toBe(0)
    expect(removed((data) => (data.labels = null))).toBe(1)
  })

  it('without a share every row is anchor and reference, in random order', () => {
    const {anchors, references, duplicatesRemoved} = splitSample(mixture(1, 30), new Float64Array(30), null, random(2))
    expect([...anchors].sort((a, b) => a - b)).toEqual(Array.from({length: 30}, (_, i) => i))
    expect([...anchors]).not.toEqual(Array.from({length: 30}, (_, i) => i))
    expect([references, duplicatesRemoved]).toEqual([anchors, 0])
  })

  it('needs 20 distinct rows', () => {
    const same = mixture(1, 40, 0.1, [2])
    same.layers[0]!.data.fill(1, 0, 44)
    same.labels!.fill(0)
    expect(() => splitSample(same, new Float64Array(40), 0.25, random(1), 'drop')).toThrow(
      'only 19 of 40 rows are distinct; at least 20 are needed',
    )
  })

  it('leaves at least five rows on each side and at most 2,000 anchors', () => {
    expect([
      anchorCount(20, 0.01),
      anchorCount(20, 0.99),
      anchorCount(100, 0.25),
      anchorCount(101, 0.25),
      anchorCount(1e6, 0.25),
    ]).toEqual([5, 15, 25, 25, MAX_ANCHORS])
  })

  it('takes rows of a layer in the type they have', () => {
    const [double, single] = [Float64Array, Float32Array].map((make) =>
      takeRows({name: 'h', dim: 2, data: make.of(1, 2, 3, 4, 5, 6)}, Uint32Array.of(2, 0)),
    )
    expect(double).toEqual({rows: 2, cols: 2, data: Float64Array.of(5, 6, 1, 2)})
    expect(single).toEqual({rows: 2, cols: 2, data: Float32Array.of(5, 6, 1, 2)})
  })
})

describe('grids and blocks', () => {
  it('the default δ are quantiles in scaled units with three digits, ascending, distinct and positive', () => {
    const sorted = Float64Array.from({length: 101}, (_, k) => k)
    expect(deltaGrid(sorted, 10)).toEqual([0.2, 0.5, 1, 2, 3, 5])
    expect(deltaGrid(sorted, 3, [0.5, 0.75])).toEqual([16.7, 25])
    expect(deltaGrid(new Float64Array(5), 1)).toEqual([1])
    expect(deltaGrid(Float64Array.of(0, 0, 0, 7), 1, [0.1, 1, 1])).toEqual([7])
  })

  it('blocks of references depend on their number only: 16 where that leaves 256 rows or more, none above 4,096', () => {
    const blocks = (n: number, alpha: unknown = {}) =>
      referenceBlocks({alpha, references: {rows: new Uint32Array(n)}} as unknown as Parameters<
        typeof referenceBlocks
      >[0])
    expect(blocks(100)).toEqual([0, 100])
    expect(blocks(600)).toEqual([0, 256, 512, 600])
    expect(blocks(8000)).toEqual([...Array.from({length: 16}, (_, b) => 500 * b), 8000])
    expect(blocks(70_000).slice(0, 2)).toEqual([0, 4096])
    expect(blocks(600, null)).toEqual([0, 600])
  })

  it('the late layers are the last third, and at least two', () => {
    const late = (count: number) => Array.from({length: count}, (_, k) => k).filter((k) => isLate(k, count))
    expect([late(1), late(2), late(3), late(6), late(7), late(9)]).toEqual([
      [0],
      [0, 1],
      [1, 2],
      [4, 5],
      [4, 5, 6],
      [6, 7, 8],
    ])
  })
})

describe('losses', () => {
  const data: Embeddings = {
    rows: 3,
    layers: [],
    labels: Int32Array.of(0, 1, 2),
    loss: null,
    output: {kind: 'probabilities', classes: 3, data: Float64Array.of(0.5, 0.3, 0.2, 0.6, 0.4, 0, 0.25, 0.25, 0.5)},
  }
  const values = (name: Parameters<typeof lossOf>[1], of = data) => lossOf(of, name)
  const close = (expected: number[]) => expected.map((x) => expect.closeTo(x, 12) as number)

  it('are those of their formulas, with what they cannot exceed and the accuracy', () => {
    expect([...values('zero-one').values]).toEqual([0, 1, 0])
    expect([...values('one-minus-p').values]).toEqual(close([0.5, 0.6, 0.5]))
    expect([...values('brier').values]).toEqual(close([0.25 + 0.09 + 0.04, 0.36 + 0.36, 0.0625 + 0.0625 + 0.25]))
    expect([...values('cross-entropy').values]).toEqual(close([-Math.log(0.5), -Math.log(0.4), -Math.log(0.5)]))
    expect(['zero-one', 'one-minus-p', 'brier', 'cross-entropy'].map((name) => values(name as 'brier').bound)).toEqual([
      1,
      1,
      2,
      null,
    ])
    expect(values('brier').accuracy).toBeCloseTo(2 / 3, 12)
    expect([...trueClassProbability(data)!]).toEqual([0.5, 0.4, 0.5])
  })

  it('of logits are those of their softmax', () => {
    const logits: Embeddings = {
      ...data,
      output: {kind: 'logits', classes: 3, data: data.output!.data.map((p) => Math.log(Math.max(p, 1e-300)) + 7)},
    }
    for (const name of ['zero-one', 'one-minus-p', 'brier', 'cross-entropy'] as const)
      expect([...values(name, logits).values]).toEqual(close([...values(name).values]))
  })

  it('a probability of 0 costs as much as the smallest', () => {
    expect(values('cross-entropy', {...data, labels: Int32Array.of(0, 2, 2)}).values[1]).toBeCloseTo(126 * Math.LN2, 9)
  })

  it('are the file’s own where it has some', () => {
    const own = {...data, loss: Float64Array.of(3, 0, 1)}
    expect(values('auto', own)).toMatchObject({
      name: 'file',
      values: own.loss,
      bound: null,
      accuracy: expect.closeTo(2 / 3, 12) as number,
    })
    expect(values('auto')).toMatchObject({name: 'one-minus-p'})
    expect(lossOf({...own, output: null}, 'file').accuracy).toBeNull()
    expect(trueClassProbability({...own, labels: null})).toBeNull()
    for (const bad of [-1, NaN, Infinity])
      expect(() => values('file', {...data, loss: Float64Array.of(0, bad, 0)})).toThrow(
        `the loss of row 1 is ${bad}; losses are finite and at least 0`,
      )
  })

  it.each<[string, () => unknown, RegExp, RegExp, new (...args: never[]) => Error]>([
    ['no loss array', () => values('file'), /hold no loss array/, /as `loss` \| use loss one-minus-p/, UsageError],
    [
      'no output',
      () => values('brier', {...data, output: null}),
      /^the loss brier needs the model's output \(logits or probabilities\), which the input does not hold$/,
      /add them.*loss file/,
      UsageError,
    ],
    [
      'no labels',
      () => values('brier', {...data, labels: null}),
      /^the loss brier needs labels,/,
      /add them/,
      UsageError,
    ],
    [
      'a label too large',
      () => values('brier', {...data, labels: Int32Array.of(0, 3, 1)}),
      /^the label of row 1 is 3, but the output has 3 classes \(0 … 2\)$/,
      /from 0/,
      InputError,
    ],
    [
      'a negative label',
      () => values('brier', {...data, labels: Int32Array.of(0, -1, 1)}),
      /^the label of row 1 is -1/,
      /from 0/,
      InputError,
    ],
    [
      'NaN in the output',
      () =>
        values('brier', {
          ...data,
          output: {...data.output!, data: data.output!.data.map((x, at) => (at === 5 ? NaN : x))},
        }),
      /^the output of row 1, column 2 is NaN, not a finite number$/,
      /^$/,
      InputError,
    ],
  ])('%s is refused', (_, work, message, next, kind) => {
    expect(work).toThrow(message)
    expect(work).toThrow(kind)
    expect(steps(work)).toMatch(next)
  })
})

describe('neighbours', () => {
  it('vote by label: the commonest of the ten nearest, the smaller in a tie, the earlier row at equal distance', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({min: 3, max: 16}), (seed, n) => {
        const r = random(seed)
        const x = Float64Array.from({length: n}, () => r.integer(6))
        const labels = Int32Array.from({length: n}, () => r.integer(3))
        const data = Float64Array.from({length: n * n}, (_, at) => Math.abs(x[Math.floor(at / n)]! - x[at % n]!))
        const {label, share} = neighbourVotes({rows: n, cols: n, data}, labels)
        for (let i = 0; i < n; i++) {
          const nearest = Array.from({length: n}, (_, j) => j)
            .filter((j) => j !== i)
            .sort((a, b) => data[i * n + a]! - data[i * n + b]! || a - b)
            .slice(0, 10)
          const counts = [0, 1, 2].map((c) => nearest.filter((j) => labels[j] === c).length)
          expect([label[i], share[i]]).toEqual([
            counts.indexOf(Math.max(...counts)),
            Math.max(...counts) / nearest.length,
          ])
        }
      }),
      {seed: 7, numRuns: 60},
    )
  })

  it('hint at labels where all late layers agree on another one at a high loss', () => {
    const rows = Uint32Array.from({length: 40}, (_, i) => 100 + i)
    const losses = Float64Array.from({length: 40}, (_, i) => i / 10)
    const labels = new Int32Array(40)
    const votes = (label: number, share: number) => ({
      label: new Int32Array(40).fill(label),
      share: new Float64Array(40).fill(share),
    })
    const hints = (of: ReturnType<typeof votes>[]) => labelHints(of, {rows, losses, labels})
    // The highest tenth of 40 losses begins at the quantile .9 of 0 … 3.9: 3.51.
    expect(hints([votes(1, 0.9), votes(1, 0.8)])).toEqual(
      [139, 138, 137, 136].map((row) => ({row, label: 0, suggested: 1, agreement: 0.8, loss: (row - 100) / 10})),
    )
    expect(hints([votes(1, 0.9), votes(2, 0.9)])).toEqual([])
    expect(hints([votes(0, 1)])).toEqual([])
    expect(hints([votes(1, 0.79)])).toEqual([])
    expect(labelHints([votes(1, 1)], {rows, losses: new Float64Array(40), labels})).toEqual([])
    const mixed = votes(1, 0.8)
    mixed.share[37] = 0.95
    expect(hints([mixed]).map(({row}) => row)).toEqual([137, 139, 138, 136])
    expect(labelHints([votes(1, 1)], {rows, losses: new Float64Array(40).fill(1), labels}).map(({row}) => row)).toEqual(
      Array.from({length: 20}, (_, k) => 100 + k),
    )
  })
})

describe('the printed bound', () => {
  const cell = {deltaRaw: 0.5, eta: 0.25} as Cell
  it('is that of its formula, at most 1, and none without an interval or a diameter', () => {
    const exact = (0.01 * 0.5) / (0.25 * (1 - Math.exp(-2 * (0.5 / 4 - Math.sqrt(Math.log(2) / 2)) ** 2)))
    expect(legacyBound(0.01, 0.5, 0.25, 4)).toBeCloseTo(exact, 12)
    expect(withLegacy([cell], [0.001, 0.01], 4)).toEqual([{...cell, legacyBound: exact}])
    expect(withLegacy([cell], [0.001, 10], 4)[0]!.legacyBound).toBe(1)
    expect([withLegacy([cell], null, 4), withLegacy([cell], [0, 1], 0)].map(([c]) => c!.legacyBound)).toEqual([
      null,
      null,
    ])
  })
})

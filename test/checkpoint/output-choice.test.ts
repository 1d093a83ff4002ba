import {describe, expect, it} from 'vitest'
import {checkLabelOffset, classScores, type OutputClaim} from '../../src/checkpoint/output.js'
import {chooseOutput} from '../../src/checkpoint/output-choice.js'
import type {Note} from '../../src/frame/report.js'

const choose = (outputs: [string, number[] | null][], classes: number | null = 10, asked?: string) => {
  const notes: Note[] = []
  const at = chooseOutput(
    outputs.map(([name, shape]) => ({name, shape})),
    asked,
    {classes},
    'm.onnx',
    notes,
  )
  return [outputs[at]![0], notes.length] as const
}

describe('the output that was meant', () => {
  it.each<[string, [string, number[] | null][]]>([
    ['features', [['features', [-1, 10]]]],
    [
      'logits',
      [
        ['features', [-1, 10]],
        ['logits', [-1, 10]],
      ],
    ],
    [
      'logits',
      [
        ['logits', [-1, 10]],
        ['probabilities', [-1, 10]],
      ],
    ],
    [
      'scores',
      [
        ['scores', [-1, 10]],
        ['embedding', [-1, 64]],
      ],
    ],
    [
      'b',
      [
        ['a', [-1, 3]],
        ['b', [-1, 10]],
      ],
    ],
    [
      'b',
      [
        ['a', [-1, 7, 10]],
        ['b', [-1, 10]],
      ],
    ],
    [
      'logits',
      [
        ['aux_logits', [-1, 10]],
        ['logits', null],
      ],
    ],
    [
      'output',
      [
        ['last_hidden_state', [-1, -1, 32]],
        ['output', [-1, -1]],
      ],
    ],
  ])('is %s', (expected, outputs) => {
    const [name, notes] = choose(outputs)
    expect(name).toBe(expected)
    expect(notes).toBe(outputs.length > 1 ? 1 : 0)
  })

  it('is an error where several could be, with what each would mean', () => {
    expect(() =>
      choose([
        ['a', [-1, 10]],
        ['features', [-1, 16]],
        ['logits_1', [-1, 10]],
        ['logits_2', [-1, 10]],
      ]),
    ).toThrow(
      'm.onnx: has 4 outputs that could be the class scores: a [rows, 10] (scores of 10 classes, if it is the output), features [rows, 16] (hidden states, by its name), logits_1 [rows, 10] (logits, by its name), logits_2 [rows, 10] (logits, by its name)',
    )
    expect(() =>
      choose([
        ['a', [-1, 3]],
        ['b', [-1, 4, 10]],
      ]),
    ).toThrow(
      'has no output with one score for each class: a [rows, 3] (3 scores, but the labels have 10 classes), b [rows, 4, 10] (more than one row of scores for each example)',
    )
  })

  it('is the one that is asked for', () => {
    expect(
      choose(
        [
          ['features', [-1, 10]],
          ['logits', [-1, 10]],
        ],
        10,
        'features',
      )[0],
    ).toBe('features')
    expect(() => choose([['a', [-1, 10]]], 10, 'b')).toThrow(/has no output b; its outputs: a \[rows, 10\]/)
  })
})

describe('what the output holds', () => {
  const kind = (values: number[], dim: number, claim: OutputClaim, name = 'out') => {
    const notes: Note[] = []
    const rows = values.length / dim
    return [
      classScores({name, dim, data: Float64Array.from(values)}, rows, claim, notes).kind,
      notes[0]?.level,
    ] as const
  }
  const SOFTMAX = [0.25, 0.75, 0.5, 0.5]
  const SIGMOIDS = [0.25, 0.5, 0.9, 0.5]

  it('is told by the operator, the name and the values, where they agree', () => {
    expect(kind(SOFTMAX, 2, {})).toEqual(['probabilities', 'info'])
    expect(kind([1, -2, 3, 0], 2, {})).toEqual(['logits', 'info'])
    expect(kind(SOFTMAX, 2, {named: 'probabilities'})).toEqual(['probabilities', undefined])
    expect(kind(SIGMOIDS, 2, {made: 'one-vs-rest'})).toEqual(['one-vs-rest', 'info'])
    expect(kind([0.5, 0.2], 1, {made: 'one-vs-rest'})).toEqual(['probabilities', undefined])
    expect(kind(SOFTMAX, 2, {made: 'probabilities'}, 'logits')).toEqual(['probabilities', 'warning'])
    expect(kind([1, -2, 3, 0], 2, {}, 'probabilities')).toEqual(['logits', 'warning'])
    expect(kind(SOFTMAX, 2, {}, 'logits')).toEqual(['probabilities', 'warning'])
  })

  it('is an error where they do not', () => {
    expect(() => kind(SOFTMAX, 2, {named: 'logits'})).toThrow(/called logits, but .* as after a softmax/)
    expect(() => kind([1, -2, 3, 0], 2, {named: 'probabilities'})).toThrow(/probabilities lie in \[0, 1\]/)
    expect(() => kind(SIGMOIDS, 2, {named: 'probabilities'})).toThrow(/scores of each class by itself, or logits/)
    expect(() => kind(SIGMOIDS, 2, {})).toThrow(/scores of each class by itself, or logits/)
    expect(() => kind(SIGMOIDS, 2, {asked: 'probabilities'})).toThrow(/rows do not add up to 1/)
  })

  it('is what --output says', () => {
    expect(kind(SIGMOIDS, 2, {asked: 'one-vs-rest'})).toEqual(['one-vs-rest', undefined])
    expect(kind(SOFTMAX, 2, {asked: 'logits', named: 'logits'})).toEqual(['logits', 'warning'])
    expect(kind(SIGMOIDS, 2, {asked: 'logits'})).toEqual(['logits', undefined])
  })
})

describe('labels that are moved by one', () => {
  const rows = 60
  const truth = Int32Array.from({length: rows}, (_, i) => i % 4)
  /** Right in 5 of 6 rows. */
  const output = (classes: number, shift: number) => {
    const data = new Float64Array(rows * classes)
    truth.forEach((label, i) => (data[i * classes + ((label + shift + (i % 6 === 0 ? 1 : 0)) % classes)] = 1))
    return {kind: 'logits' as const, classes, data}
  }

  it('are refused with both accuracies, in either direction', () => {
    const fromOne = truth.map((label) => label + 1)
    expect(() => checkLabelOffset(fromOne, output(5, 0), 'd')).toThrow(
      /count from 1: with them the accuracy is 1\d\.\d %, with labels − 1 it is 83\.3 %/,
    )
    expect(() => checkLabelOffset(truth, output(5, 1), 'd')).toThrow(/with labels \+ 1 it is 83\.3 %/)
  })

  it('are not suspected where the model is right, or as bad either way', () => {
    expect(() => checkLabelOffset(truth, output(5, 0), 'd')).not.toThrow()
    expect(() => checkLabelOffset(truth, output(5, 3), 'd')).not.toThrow()
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {
  commonestTokenErrors,
  constantErrors,
  majorityHamming,
  multiLabelLosses,
  regressionErrors,
  tokenLosses,
} from '../../../src/certify/tasks/row-losses.js'

// By hand.
const ORACLE = {
  predicted: [0.5, -1, 2, 0, 3, 1],
  targets: [1, -1, 0, 0.5, 2, 4],
  absolute: [0.25, 1.25, 2],
  squared: [0.125, 2.125, 5],
}
const tidy = (values: Iterable<number>) => Array.from(values, (x) => Number(x.toFixed(10)))
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
/** None of them at a threshold: the sigmoid of a tiny number is ½. */
const numbers = (length: number) =>
  fc.array(
    fc.double({min: -20, max: 20, noNaN: true}).filter((x) => Math.abs(x) > 1e-6),
    {minLength: length, maxLength: length},
  )

describe('errors of numbers', () => {
  it('are the means over the columns', () => {
    const {absolute, squared} = regressionErrors(ORACLE.predicted, ORACLE.targets, 3, 2)
    expect(tidy(absolute)).toEqual(ORACLE.absolute)
    expect(tidy(squared)).toEqual(ORACLE.squared)
  })

  it('no constant has a smaller mean error than the median and the mean of each column', () => {
    fc.assert(
      fc.property(numbers(12), numbers(2), (targets, constant) => {
        const best = constantErrors(targets, 6, 2)
        const others = regressionErrors(
          Array.from({length: 12}, (_, k) => constant[k % 2]!),
          targets,
          6,
          2,
        )
        const sum = (values: Float64Array) => values.reduce((s, x) => s + x, 0)
        expect(sum(best.absolute)).toBeLessThanOrEqual(sum(others.absolute) + 1e-9)
        expect(sum(best.squared)).toBeLessThanOrEqual(sum(others.squared) + 1e-9)
      }),
    )
  })
})

describe('losses of several labels', () => {
  it('logits and their sigmoids give the same losses', () => {
    fc.assert(
      fc.property(numbers(12), fc.array(fc.constantFrom(0, 1), {minLength: 12, maxLength: 12}), (logits, yes) => {
        const of = multiLabelLosses(logits, yes, 4, 3, true)
        const again = multiLabelLosses(logits.map(sigmoid), yes, 4, 3, false)
        expect(tidy(again.hamming)).toEqual(tidy(of.hamming))
        again.crossEntropy.forEach((x, row) => expect(Math.abs(x - of.crossEntropy[row]!)).toBeLessThan(1e-6))
        // The definition, slowly.
        for (let row = 0; row < 4; row++) {
          const own = [0, 1, 2].map((k) => ({z: logits[row * 3 + k]!, y: yes[row * 3 + k]!}))
          expect(of.hamming[row]).toBeCloseTo(own.filter(({z, y}) => Number(z > 0) !== y).length / 3, 12)
          const nats = own.reduce((sum, {z, y}) => sum - Math.log(y === 1 ? sigmoid(z) : sigmoid(-z)), 0) / 3
          expect(of.crossEntropy[row]).toBeCloseTo(nats, 9)
        }
      }),
    )
  })

  it('the majority is right at least as often as any constant answer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1), {minLength: 15, maxLength: 15}),
        fc.array(fc.constantFrom(-1, 1), {minLength: 3, maxLength: 3}),
        (yes, answer) => {
          const constant = multiLabelLosses(
            Array.from({length: 15}, (_, k) => answer[k % 3]!),
            yes,
            5,
            3,
            true,
          )
          const sum = (values: Float64Array) => values.reduce((s, x) => s + x, 0)
          expect(sum(majorityHamming(yes, 5, 3))).toBeLessThanOrEqual(sum(constant.hamming) + 1e-12)
        },
      ),
    )
  })
})

/** Cross-entropy of each token by the definition, meaned over those that count. */
function slowTokens(logits: number[], labels: number[], rows: number, tokens: number, classes: number) {
  return Array.from({length: rows}, (_, row) => {
    const losses: number[] = []
    for (let t = 0; t < tokens; t++) {
      const label = labels[row * tokens + t]!
      if (label < 0) continue
      const own = Array.from({length: classes}, (_, c) => logits[(row * tokens + t) * classes + c]!)
      losses.push(Math.log(own.reduce((s, z) => s + Math.exp(z - own[label]!), 0)))
    }
    return losses.reduce((s, x) => s + x, 0) / losses.length
  })
}

describe('losses of tokens', () => {
  const [rows, tokens, classes] = [3, 4, 3]
  const last = (data: number[], kind: 'logits' | 'probabilities' = 'logits') => ({
    data,
    classes,
    at: (row: number, token: number) => (row * tokens + token) * classes,
    step: 1,
    kind,
  })
  const labels = fc
    .array(fc.integer({min: -1, max: 2}), {minLength: 12, maxLength: 12})
    .filter((all) => [0, 1, 2].every((row) => all.slice(row * 4, row * 4 + 4).some((x) => x >= 0)))

  it('are the means over the tokens that count, wherever the classes stand', () => {
    fc.assert(
      fc.property(numbers(36), labels, (logits, of) => {
        const found = tokenLosses(last(logits), of, rows, tokens)
        slowTokens(logits, of, rows, tokens, classes).forEach((x, row) =>
          expect(found.crossEntropy[row]).toBeCloseTo(x, 9),
        )
        const first = Array.from({length: 36}, (_, k) => {
          const [row, rest] = [Math.floor(k / 12), k % 12]
          return logits[row * 12 + (rest % 4) * 3 + Math.floor(rest / 4)]!
        })
        const moved = tokenLosses(
          {data: first, classes, at: (row, token) => row * 12 + token, step: tokens, kind: 'logits'},
          of,
          rows,
          tokens,
        )
        expect(tidy(moved.crossEntropy)).toEqual(tidy(found.crossEntropy))
        expect(tidy(moved.wrong)).toEqual(tidy(found.wrong))
        found.missing.forEach((x, row) => expect(x).toBeLessThanOrEqual(found.crossEntropy[row]! + 1e-12))
      }),
    )
  })

  it('one score stands for two classes', () => {
    const one = {
      data: [2, -1, 0.5, 3],
      classes: 1,
      at: (_: number, token: number) => token,
      step: 1,
      kind: 'logits' as const,
    }
    const two = {
      data: [0, 2, 0, -1, 0, 0.5, 0, 3],
      classes: 2,
      at: (_: number, token: number) => 2 * token,
      step: 1,
      kind: 'logits' as const,
    }
    expect(tokenLosses(one, [1, 0, 0, -1], 1, 4)).toEqual(tokenLosses(two, [1, 0, 0, -1], 1, 4))
    expect(tokenLosses(one, [1, 0, 0, -1], 1, 4).wrong[0]).toBeCloseTo(1 / 3, 12)
  })

  it('no class that is always given is wrong less often than the commonest', () => {
    fc.assert(
      fc.property(labels, fc.integer({min: 0, max: 2}), (of, always) => {
        const sum = (values: Float64Array) => values.reduce((s, x) => s + x, 0)
        const constant = Array.from({length: 36}, (_, k) => (k % 3 === always ? 1 : 0))
        expect(sum(commonestTokenErrors(of, rows, tokens))).toBeLessThanOrEqual(
          sum(tokenLosses(last(constant), of, rows, tokens).wrong) + 1e-12,
        )
      }),
    )
  })
})

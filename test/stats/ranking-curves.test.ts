import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {areaUnderRoc, averagePrecision} from '../../src/stats/ranking.js'
import {precisionRecallCurve, rocCurve} from '../../src/stats/ranking-curves.js'

const byFallingScore = (score: ArrayLike<number>) =>
  Array.from({length: score.length}, (_, i) => i).sort((a, b) => score[b]! - score[a]! || a - b)
const trapezoids = (x: readonly number[], y: readonly number[]) =>
  x.slice(1).reduce((sum, at, k) => sum + ((at - x[k]!) * (y[k + 1]! + y[k]!)) / 2, 0)

/** Items of both kinds; scores from few values, so that there are ties. */
const items = (most: number) =>
  fc
    .array(fc.record({truth: fc.boolean(), score: fc.integer({min: 0, max: 40})}), {minLength: 2, maxLength: most})
    .filter((all) => all.some(({truth}) => truth) && all.some(({truth}) => !truth))
    .map((all) => ({
      truth: all.map(({truth}) => Number(truth)),
      score: all.map(({score, truth}) => score + (truth ? 3 : 0)),
    }))

/** Every threshold, by counting: the slow obvious way. */
function everyPoint(truth: readonly number[], score: readonly number[]): string[] {
  const [all, positive] = [truth.length, truth.filter((x) => x > 0).length]
  const at = (threshold: number) => {
    const above = truth.filter((_, i) => score[i]! >= threshold)
    const found = above.filter((x) => x > 0).length
    return `${(above.length - found) / (all - positive)} ${found / positive}`
  }
  return ['0 0', ...[...new Set(score)].sort((a, b) => b - a).map(at)]
}

describe('rocCurve', () => {
  it('is, where nothing is left out, every threshold, and its trapezoids are the AUC', () => {
    fc.assert(
      fc.property(items(60), ({truth, score}) => {
        const {falsePositive, truePositive} = rocCurve(truth, score, byFallingScore(score), 1e6)
        expect(falsePositive.map((x, k) => `${x} ${truePositive[k]!}`)).toEqual(everyPoint(truth, score))
        expect(trapezoids(falsePositive, truePositive)).toBeCloseTo(areaUnderRoc(truth, score), 12)
      }),
    )
  })

  it('thinned, keeps points of the full curve, both ends, and the area within h/2', () => {
    fc.assert(
      fc.property(items(400), fc.integer({min: 6, max: 40}), ({truth, score}, most) => {
        const distinct = score.map((x, i) => x + i / 1000)
        const {falsePositive, truePositive} = rocCurve(truth, distinct, byFallingScore(distinct), most)
        expect(falsePositive.length).toBeLessThanOrEqual(most)
        const full = new Set(everyPoint(truth, distinct))
        for (const [k, x] of falsePositive.entries()) expect(full.has(`${x} ${truePositive[k]!}`)).toBe(true)
        expect([falsePositive[0], truePositive[0], falsePositive.at(-1), truePositive.at(-1)]).toEqual([0, 0, 1, 1])
        expect(Math.abs(trapezoids(falsePositive, truePositive) - areaUnderRoc(truth, distinct))).toBeLessThanOrEqual(
          1 / (most - 2) + 1e-12,
        )
      }),
      {numRuns: 60},
    )
  })

  it('has no points where there is nothing to compare', () => {
    expect(rocCurve([1, 1], [1, 2], [1, 0])).toEqual({falsePositive: [], truePositive: []})
    expect(rocCurve([], [], [])).toEqual({falsePositive: [], truePositive: []})
  })
})

describe('precisionRecallCurve', () => {
  it('is the precision at every true item, whose mean is the average precision', () => {
    fc.assert(
      fc.property(items(60), ({truth, score}) => {
        const order = byFallingScore(score)
        const {recall, precision} = precisionRecallCurve(truth, order)
        expect(precision.reduce((a, b) => a + b, 0) / precision.length).toBeCloseTo(averagePrecision(truth, order), 12)
        expect(recall.at(-1)).toBe(1)
        expect(recall).toEqual([...recall].sort((a, b) => a - b))
      }),
    )
  })

  it('thinned, keeps the first and the last true item and points between', () => {
    const truth = Array.from({length: 1000}, (_, i) => Number(i % 3 === 0))
    const order = truth.map((_, i) => i)
    const full = precisionRecallCurve(truth, order, 1e6)
    const thin = precisionRecallCurve(truth, order, 20)
    expect(thin.recall).toHaveLength(20)
    expect([thin.recall[0], thin.recall.at(-1), thin.precision[0], thin.precision.at(-1)]).toEqual([
      full.recall[0],
      1,
      1,
      full.precision.at(-1),
    ])
    for (const [k, x] of thin.recall.entries()) expect(full.precision[full.recall.indexOf(x)]).toBe(thin.precision[k])
  })

  it('has no point without a true item, and one for one', () => {
    expect(precisionRecallCurve([0, 0], [0, 1])).toEqual({recall: [], precision: []})
    expect(precisionRecallCurve([0, 1], [0, 1])).toEqual({recall: [1], precision: [0.5]})
  })
})

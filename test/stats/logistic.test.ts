import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {dense, type Dense} from '../../src/linalg/types.js'
import {logisticRegression} from '../../src/stats/logistic.js'
import {random} from '../../src/stats/random.js'

function sample(seed: number, n = 60, p = 3): {x: Dense; answers: Uint8Array} {
  const {normal, uniform} = random(seed)
  const x = dense(n, p, Float64Array.from({length: n * p}, normal))
  const answers = Uint8Array.from({length: n}, (_, i) =>
    Number(x.data[i * p]! - 0.5 * x.data[i * p + 1]! + normal() > 0.3 * uniform()),
  )
  answers.set([0, 1])
  return {x, answers}
}

/** The penalised loss of log-odds b + w·z, z the standardised columns, written out. */
function loss(
  {rows, cols, data}: Dense,
  answers: Uint8Array,
  penalty: number,
  w: readonly number[],
  b: number,
): number {
  const column = (j: number) => Array.from({length: rows}, (_, i) => data[i * cols + j]!)
  const moments = Array.from({length: cols}, (_, j) => {
    const mean = column(j).reduce((a, c) => a + c) / rows
    return {mean, sd: Math.sqrt(column(j).reduce((a, c) => a + (c - mean) ** 2, 0) / rows)}
  })
  const yes = answers.reduce((a, c) => a + c, 0)
  let total = (penalty / 2) * w.reduce((a, c) => a + c * c, 0)
  for (let i = 0; i < rows; i++) {
    const odds = w.reduce((a, c, j) => a + (c * (data[i * cols + j]! - moments[j]!.mean)) / moments[j]!.sd, b)
    total += (0.5 / (answers[i] === 1 ? yes : rows - yes)) * Math.log1p(Math.exp(answers[i] === 1 ? -odds : odds))
  }
  return total
}

describe('logistic regression', () => {
  it('of one yes-or-no column gives the log-odds of the table, both answers weighing half', () => {
    // 30 of 40 yes rows and 5 of 50 no rows have the mark.
    const x = dense(
      90,
      1,
      Float64Array.from({length: 90}, (_, i) => (i < 40 ? Number(i < 30) : Number(i < 45))),
    )
    const {logOdds} = logisticRegression(x, new Uint8Array(90).fill(1, 0, 40), 1e-12)
    const [marked, unmarked] = logOdds(dense(2, 1, Float64Array.of(1, 0)))
    expect(marked!).toBeCloseTo(Math.log(30 / 40 / (5 / 50)), 6)
    expect(unmarked!).toBeCloseTo(Math.log(10 / 40 / (45 / 50)), 6)
  })

  it('stands where its loss, written out, is least', () => {
    for (const penalty of [1e-3, 0.1]) {
      const {x, answers} = sample(3)
      const {coefficients, logOdds} = logisticRegression(x, answers, penalty)
      const means = Float64Array.from(
        {length: 3},
        (_, j) => Array.from({length: 60}, (_, i) => x.data[3 * i + j]!).reduce((a, c) => a + c) / 60,
      )
      const w = [...coefficients]
      const b = logOdds(dense(1, 3, means))[0]!
      const best = loss(x, answers, penalty, w, b)
      for (let j = 0; j < 4; j++)
        for (const step of [-1e-3, 1e-3])
          expect(
            loss(
              x,
              answers,
              penalty,
              w.map((c, k) => (k === j ? c + step : c)),
              j === 3 ? b + step : b,
            ),
          ).toBeGreaterThan(best)
    }
  })

  it('does not depend on the units of the columns or the order of the rows', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 0, max: 1000}),
        fc.double({min: 0.01, max: 100, noNaN: true}),
        fc.double({min: -5, max: 5, noNaN: true}),
        (seed, scale, shift) => {
          const {x, answers} = sample(seed)
          const order = random(seed + 1).permutation(60)
          const moved = dense(
            60,
            3,
            Float64Array.from(
              {length: 180},
              (_, t) => scale * x.data[3 * order[Math.floor(t / 3)]! + (t % 3)]! + shift,
            ),
          )
          const own = logisticRegression(x, answers, 1e-3).logOdds(x)
          const other = logisticRegression(
            moved,
            Uint8Array.from(order, (i) => answers[i]!),
            1e-3,
          ).logOdds(moved)
          order.forEach((i, k) => expect(other[k]!).toBeCloseTo(own[i]!, 5))
        },
      ),
      {numRuns: 30},
    )
  })

  it('stays finite where the answers can be told apart, and says nothing where there is nothing to tell', () => {
    const x = dense(4, 2, Float64Array.of(0, 7, 1, 7, 2, 7, 3, 7))
    const apart = logisticRegression(x, Uint8Array.of(0, 0, 1, 1), 1e-3)
    expect(apart.coefficients[0]!).toBeGreaterThan(1)
    expect(apart.coefficients[1]).toBe(0)
    expect([...apart.logOdds(x)].every(Number.isFinite)).toBe(true)
    expect([...logisticRegression(x, Uint8Array.of(1, 1, 1, 1), 1e-3).logOdds(x)]).toEqual([0, 0, 0, 0])
  })
})

import {describe, expect, it} from 'vitest'
import {accuracyCoverage, differenceCoverage, duplicateCoverage} from '../../../bench/verdict-simulation.js'
import {exactDifference, type CellSide} from '../../../src/certify/evidence/cell-difference.js'
import {engine} from '../fixtures.js'

/** Four standard deviations below 1 − α. */
const least = (alpha: number, runs: number) => 1 - alpha - 4 * Math.sqrt((alpha * (1 - alpha)) / runs)

describe('the exact interval of the difference of two cells', () => {
  const side = (a: number[], b: number[], most = 0.4): CellSide => ({
    a: Float64Array.from(a),
    b: Float64Array.from(b),
    most,
    direct: [{stake: 1, weight: 1, from: 0}],
    lower: [{stake: 1, weight: 1, from: 0}],
  })

  it.each([0.001, 0.01])('covers the truth at every α where %s of the examples changed', (rate) => {
    for (const alpha of [0.05, 0.5]) {
      const {held} = differenceCoverage(rate, alpha, 60, 7, 200)
      expect(held).toBeGreaterThanOrEqual(least(alpha, 60))
    }
  })

  it('has a width where nothing changed, less of it with more references, and mirrors when the sides are exchanged', () => {
    const width = (n: number) => {
      const b = Array.from({length: n}, (_, j) => (j % 4) / 10)
      const same = side(
        b.map((x) => 0.1 * x),
        b,
      )
      const [low, high] = exactDifference(same, same, 0.05)
      expect(low).toBeCloseTo(-high, 12)
      return high - low
    }
    const [few, many] = [width(100), width(400)]
    expect(many).toBeGreaterThan(0)
    expect(many).toBeLessThan(0.6 * few)
    const [x, y] = [side([0.1, 0.2, 0], [0.3, 0.2, 0.1]), side([0, 0.1, 0.1], [0.2, 0.3, 0.1])]
    const [low, high] = exactDifference(x, y, 0.3)
    expect(exactDifference(y, x, 0.3)).toEqual([-high, -low])
  })

  it('finds a difference that is there', () => {
    const b = Array.from({length: 600}, () => 0.4)
    const [low] = exactDifference(
      side(
        b.map((x) => 0.9 * x),
        b,
      ),
      side(
        b.map((x) => 0.1 * x),
        b,
      ),
      0.05,
    )
    expect(low).toBeGreaterThan(0.3)
    expect(low).toBeLessThan(0.8)
  })

  it('knows nothing without references', () => {
    expect(exactDifference(side([], []), side([], []), 0.05)).toEqual([-1, 1])
  })
})

describe('what the verdict rests on', () => {
  it('bounds the accuracy from below as often as it says', () => {
    for (const alpha of [0.05, 0.2, 0.5])
      expect(accuracyCoverage(0.9, alpha, 400, 5).held).toBeGreaterThanOrEqual(least(alpha, 400))
  })

  it('holds for a distribution with a common wrong input where equal rows are kept, and not where they are left out', async () => {
    const setting = {atom: 1 / 3, alpha: 0.2, runs: 25, seed: 4}
    const kept = await duplicateCoverage({...setting, duplicates: 'keep'}, engine)
    const dropped = await duplicateCoverage({...setting, duplicates: 'drop'}, engine)
    expect(kept.held).toBeGreaterThanOrEqual(least(0.2, 25))
    expect(dropped.held).toBeLessThan(0.5)
  }, 60_000)
})

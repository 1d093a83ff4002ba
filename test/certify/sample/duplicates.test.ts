import {describe, expect, it} from 'vitest'
import {discreteCoverage, duplicateCoverage, perturbedDuplicateCoverage} from '../../../bench/verdict-simulation.js'
import {engine} from '../fixtures.js'

type Law = (duplicates: 'keep' | 'drop') => ReturnType<typeof duplicateCoverage>

const [ALPHA, RUNS] = [0.5, 16]
const LAWS: [string, Law][] = [
  [
    'a third of the distribution is one wrong input',
    (duplicates) => duplicateCoverage({atom: 1 / 3, alpha: ALPHA, runs: RUNS, seed: 3, duplicates}, engine),
  ],
  [
    'the same, and a perturbation changes it more often than others',
    (duplicates) => perturbedDuplicateCoverage({alpha: ALPHA, runs: RUNS, seed: 6, duplicates}, engine),
  ],
]

/** bench/verdict-coverage.ts has 400 runs a law and three values of α. */
describe('equal rows of independent draws', () => {
  it.each(LAWS)('%s: bounds hold with equal rows kept, not with them left out', async (_, law) => {
    const [kept, left] = [await law('keep'), await law('drop')]
    // At 1 − α = ½ fewer than 4 of 16 have a chance of 1 %.
    expect(kept.held).toBeGreaterThanOrEqual(4 / RUNS)
    expect(kept.width).toBeGreaterThan(0)
    expect(left.held).toBeLessThan(0.5)
  })

  it('50 inputs in all: bounds hold with equal rows kept', async () => {
    const {held, width} = await discreteCoverage({alpha: ALPHA, runs: RUNS, seed: 5, duplicates: 'keep'}, engine)
    expect(held).toBeGreaterThanOrEqual(4 / RUNS)
    expect(width).toBeLessThan(0.3)
  })
})

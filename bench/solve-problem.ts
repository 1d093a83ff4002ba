import {normaliseRows} from '../src/linalg/csr.js'
import type {Products} from '../src/linalg/products.js'
import type {Dense} from '../src/linalg/types.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {unitRows} from '../src/sanitize/kernel-rows.js'
import {landmarkKernel} from '../src/sanitize/landmarks.js'
import type {SolveProblem} from '../src/sanitize/solvers/solve-stage.js'
import {random} from '../src/stats/random.js'

export interface SolveSize {
  rows: number
  cols: number
  classes: number
}

/** What sanitize asks of a solve: rows that lie about their class's mean, as aggregated features do, and centred labels. */
export async function solveProblem(
  {rows, cols, classes}: SolveSize,
  cpu: PairwiseEngine,
  products: Products,
): Promise<SolveProblem & {y: Dense}> {
  const r = random(1)
  const means = Float64Array.from({length: classes * cols}, () => r.normal())
  const y: Dense = {rows, cols: classes, data: new Float64Array(rows * classes).fill(-1 / classes)}
  const data = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    const label = r.integer(classes)
    y.data[i * classes + label]! += 1
    for (let t = 0; t < cols; t++) data[i * cols + t] = means[label * cols + t]! + r.normal()
  }
  const seen = unitRows(normaliseRows({rows, cols, data}).unit, cpu)
  return {rows: seen, kernel: await landmarkKernel(seen, 512, random(2), products), products, y}
}

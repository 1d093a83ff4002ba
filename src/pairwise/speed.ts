import {normaliseRows} from '../linalg/csr.js'
import {random} from '../stats/random.js'
import type {PairwiseEngine} from './engine.js'

export interface Speed {
  /** of κ(Z Zᵀ) V with both products counted */
  gflops: number
  /** of the volatility sums at 64 dimensions */
  pairsPerSecond: number
}

/**
 * How fast an engine is on small inputs: enough to rank engines, too small to show what a large GPU can do.
 *
 * Shapes     κ·V with Z [n, 256], V [n, 8]; volatility [n, 64] against itself.
 * Cost       two runs of each, the second one timed.
 */
export async function measureSpeed(engine: PairwiseEngine, n: number): Promise<Speed> {
  const r = random(7)
  const normal = (rows: number, cols: number) => ({
    rows,
    cols,
    data: Float64Array.from({length: rows * cols}, () => r.normal()),
  })
  const z = normaliseRows(normal(n, 256)).unit
  const v = normal(n, 8)
  const apply = await secondsOf(() => engine.kernelApply(z, z, v))
  const rows = normal(n, 64)
  const loss = Float64Array.from({length: n}, () => r.uniform())
  const task = {
    anchors: rows,
    references: rows,
    anchorLoss: loss,
    referenceLoss: loss,
    anchorLabels: null,
    referenceLabels: null,
    metric: 'l2' as const,
    scale: 10,
    floor: 0.5,
    deltas: Float64Array.of(0.9, 1, 1.1, Infinity),
    etas: Float64Array.of(0.2, 0.5),
    lossMax: 1,
  }
  const pairs = await secondsOf(() => engine.volatility(task))
  return {gflops: (2 * n * n * (256 + 8)) / apply / 1e9, pairsPerSecond: (n * n) / pairs}
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  await work()
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

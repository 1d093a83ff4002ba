import {vi} from 'vitest'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {HostSums} from '../../src/pairwise/host-sums.js'
import type {Metric} from '../../src/pairwise/cpu/distances.js'
import {normal, task} from './webgpu/data.js'

/** The share of the pairs of two random samples that a device leaves to the host, which adds them one by one. */
export async function leftToHost(engine: PairwiseEngine, metric: Metric): Promise<number> {
  const added = vi.spyOn(HostSums.prototype, 'addPair')
  try {
    const [anchors, references] = [normal(21, 70, 9), normal(22, 90, 9)]
    await engine.volatility(task(anchors, references, metric))
    return added.mock.calls.length / (anchors.rows * references.rows)
  } finally {
    added.mockRestore()
  }
}

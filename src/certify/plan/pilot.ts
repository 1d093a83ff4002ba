import type {PairwiseEngine, VolatilitySums, VolatilityTask} from '../../pairwise/engine.js'

/** Rows `at` of an all-pairs task. */
function rowsOf(task: VolatilityTask, at: readonly number[]): VolatilityTask {
  const {cols, data} = task.anchors
  const own = data instanceof Float64Array ? new Float64Array(at.length * cols) : new Float32Array(at.length * cols)
  at.forEach((row, k) => own.set(data.subarray(row * cols, (row + 1) * cols), k * cols))
  const states = {rows: at.length, cols, data: own}
  const loss = Float64Array.from(at, (row) => task.anchorLoss[row]!)
  return {
    ...task,
    anchors: states,
    references: states,
    anchorLoss: loss,
    referenceLoss: loss,
    anchorLabels: null,
    referenceLabels: null,
  }
}

/**
 * The anchors' sums among themselves without pairs inside a source, rescaled as if every row were paired with all other
 * anchors. A fresh source has no rows among the anchors, so such pairs would make the pilot look closer than references
 * are. Only used to choose stakes.
 *
 * Cost   Σ over sources rows² · dim multiply–adds.
 */
export async function acrossSources(
  sums: VolatilitySums,
  task: VolatilityTask,
  groups: Int32Array,
  engine: PairwiseEngine,
): Promise<VolatilitySums> {
  const m = groups.length
  const members = new Map<number, number[]>()
  groups.forEach((group, row) => members.set(group, [...(members.get(group) ?? []), row]))
  const out = {
    ...sums,
    total: sums.total.slice(),
    within: sums.within.slice(),
    windowed: sums.windowed.slice(),
    exceed: sums.exceed.slice(),
  }
  for (const rows of members.values()) {
    const inside = rows.length < 2 ? null : await engine.volatility(rowsOf(task, rows))
    const factor = rows.length < m ? (m - 1) / (m - rows.length) : 1
    for (const field of ['total', 'within', 'windowed', 'exceed'] as const) {
      const width = sums[field].length / m
      rows.forEach((row, k) => {
        for (let t = 0; t < width; t++) {
          const left = sums[field][row * width + t]! - (inside?.[field][k * width + t] ?? 0)
          out[field][row * width + t] = factor * Math.max(0, left)
        }
      })
    }
  }
  return out
}

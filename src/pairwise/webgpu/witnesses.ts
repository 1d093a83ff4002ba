import {gatherRows} from '../../linalg/csr.js'
import type {VolatilityTask} from '../engine.js'
import type {HostSums} from '../host-sums.js'
import {CANDIDATES, type Candidate, keepSteepest} from '../witness-candidates.js'
import type {Prepared} from '../volatility-rows.js'
import {distanceSums} from './distances.js'
import type {Arena, Gpu} from './gpu.js'
import {columnsOfPanel, type PanelPlan} from './panels.js'

/** Anchors looked at again, one panel of the smallest height. */
const ANCHORS = 256

/**
 * Offers `sums` the steepest pairs: the distances of the anchors with the largest h in fp32 are computed again, the
 * steepest pairs among them then in fp64. Where more than 256 anchors tie, those of lower number are taken.
 */
export async function addSteepest(
  gpu: Gpu,
  arena: Arena,
  from: {
    task: VolatilityTask
    prepared: Prepared
    sums: HostSums
    steepest: Float64Array
    references: readonly GPUBuffer[]
    plan: PanelPlan
    depth: number
  },
): Promise<void> {
  const {task, prepared, sums, steepest, references, plan, depth} = from
  const chosen = Array.from(steepest.keys())
    .filter((i) => steepest[i]! > 0)
    .sort((a, b) => steepest[b]! - steepest[a]! || a - b)
    .slice(0, ANCHORS)
    .sort((a, b) => a - b)
  if (chosen.length === 0) return
  const gathered = columnsOfPanel(
    gatherRows(prepared.anchors.exact, chosen),
    {rows: chosen.length, height: ANCHORS, count: 1},
    0,
    1 / prepared.unit,
  )
  const left = arena.upload(gathered)
  const block = arena.storage(ANCHORS * plan.height)
  const best: Candidate[] = []
  let weakest = 0
  for (let q = 0; q < plan.count; q++) {
    await distanceSums(
      gpu,
      task.metric,
      {buffer: left, height: ANCHORS},
      {buffer: references[q]!, height: plan.height},
      depth,
      block,
    )
    const values = new Float32Array(await gpu.read(block, ANCHORS * plan.height))
    const first = q * plan.height
    chosen.forEach((i, row) => {
      const loss = task.anchorLoss[i]!
      for (let j = first; j < Math.min(plan.rows, first + plan.height); j++) {
        if (task.anchors === task.references && i >= j) continue
        const change = Math.min(Math.abs(loss - task.referenceLoss[j]!), task.lossMax)
        const floored = Math.max(
          (rawDistance(values[row * plan.height + j - first]!, task.metric) * prepared.unit) / task.scale,
          task.floor,
        )
        const ratio = floored > 0 ? change / floored : 0
        if (ratio <= weakest) continue
        best.push({ratio, i, j})
        if (best.length >= 2 * CANDIDATES) weakest = keepSteepest(best)
      }
    })
  }
  keepSteepest(best)
  for (const {i, j} of best) sums.addWitness(sums.pair(i, j))
}

/** Distance in device units from the sum over coordinates. */
function rawDistance(sum: number, metric: VolatilityTask['metric']): number {
  if (metric === 'l2') return Math.sqrt(sum)
  return metric === 'angle' ? 2 * Math.asin(Math.min(1, Math.sqrt(sum) / 2)) : sum
}

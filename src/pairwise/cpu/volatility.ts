import type {VolatilitySums, VolatilityTask} from '../engine.js'
import {gridSums} from '../grid-sums.js'
import {hasProducts, pairSides} from './pair-rows.js'
import {isBefore} from './pair-sums.js'
import type {BlockRunner} from './runner.js'
import {REFERENCE_BLOCK, type VolatilityPart} from './volatility-blocks.js'
import type {VolatilityJob} from './volatility-job.js'

const WITNESSES = 16

/**
 * Sums of loss change over distance, for every reference over the anchors: see VolatilitySums for each formula.
 *
 * Shapes     anchors [m, dim], references [n, dim] → [n], [n, G], [n, G, E], [m].
 * Precision  sums in fp64 in a fixed order, so the same bits for any number of threads; distances as in DistanceBins:
 *            counts are exact with fp32 products too.
 * Cost       m · n · dim multiply–adds in products and m · n constant-time updates (of one sample: all ordered pairs);
 *            memory 3 · n · G · (E + 1) numbers, copies of the rows for the workers, and a few blocks in flight, never
 *            m · n.
 * Empty      m or n = 0 → zeros, no witnesses.
 * Throws     InputError  angle and a row of length zero.
 * Source     Sun et al. 2024, Definition 3.1 (volatility); bins make one pass serve all δ and η.
 *            Deviation: floor τ and clipping of ΔL, both off at τ = 0, lossMax = Infinity.
 */
export async function cpuVolatility(
  task: VolatilityTask,
  runner: BlockRunner,
  precision: 'fp64' | 'fp32' = 'fp64',
): Promise<VolatilitySums> {
  const {anchors, references, anchorLabels, referenceLabels, metric, scale, floor, deltas, etas, lossMax} = task
  const isParallel = runner.isParallel(anchors.rows * references.rows * (anchors.cols + 32))
  const sides = pairSides(task, precision, isParallel)
  const order = Uint32Array.from(task.anchorLoss.keys()).sort(
    (a, b) => task.anchorLoss[a]! - task.anchorLoss[b]! || a - b,
  )
  const rank = new Uint32Array(order.length)
  order.forEach((anchor, place) => {
    rank[anchor] = place
  })
  const hasLabels = anchorLabels !== null && referenceLabels !== null
  const job: VolatilityJob = {
    kind: 'volatility',
    one: anchors === references,
    metric,
    scale,
    floor,
    deltas,
    etas,
    lossMax,
    sides,
    order,
    rank,
    anchorSquares: hasProducts(metric)
      ? Float64Array.from(order, (i) => sides.anchors.squares[i]!)
      : new Float64Array(0),
    anchorLoss: Float64Array.from(order, (i) => task.anchorLoss[i]!),
    anchorLabels: Int32Array.from(order, (i) => (hasLabels ? anchorLabels[i]! : 0)),
    referenceLoss: task.referenceLoss,
    referenceLabels: hasLabels ? referenceLabels : new Int32Array(references.rows),
  }
  const parts = new Parts(task)
  const blocks = Math.ceil(references.rows / REFERENCE_BLOCK)
  await runner.run(job, blocks, isParallel, (block, part: VolatilityPart) => parts.add(block * REFERENCE_BLOCK, part))
  return parts.finish()
}

/** Parts of blocks, joined in the order of blocks. */
class Parts {
  private readonly bins: Float64Array
  private readonly total: Float64Array
  private readonly anchorTotal: Float64Array
  private crossLabelTotal = 0
  private zeroDistancePairs = 0
  private zeroDistanceLossPairs = 0
  private diameter = 0
  private readonly witnesses: VolatilitySums['witnesses'] = []

  constructor(private readonly task: VolatilityTask) {
    const {anchors, references, deltas, etas} = task
    this.bins = new Float64Array(references.rows * (deltas.length + 1) * (etas.length + 1) * 3)
    this.total = new Float64Array(references.rows)
    this.anchorTotal = new Float64Array(anchors.rows)
  }

  add(first: number, part: VolatilityPart): void {
    this.total.set(part.total, first)
    this.bins.set(part.bins, (first * this.bins.length) / this.total.length)
    for (let i = 0; i < part.anchorTotal.length; i++) this.anchorTotal[i]! += part.anchorTotal[i]!
    this.crossLabelTotal += part.crossLabelTotal
    this.zeroDistancePairs += part.zeroDistancePairs
    this.zeroDistanceLossPairs += part.zeroDistanceLossPairs
    this.diameter = Math.max(this.diameter, part.diameter)
    this.witnesses.push(...part.witnesses)
    this.witnesses.sort((a, b) => (isBefore(a, b) ? -1 : 1))
    this.witnesses.splice(WITNESSES)
  }

  finish(): VolatilitySums {
    const {anchors, references, deltas, etas} = this.task
    const one = anchors === references
    const ofPairs = (x: number) => (one ? x / 2 : x)
    return {
      total: this.total,
      ...gridSums(this.bins, references.rows, deltas.length, etas),
      anchorTotal: one ? this.total : this.anchorTotal,
      crossLabelTotal: ofPairs(this.crossLabelTotal),
      zeroDistancePairs: ofPairs(this.zeroDistancePairs),
      zeroDistanceLossPairs: ofPairs(this.zeroDistanceLossPairs),
      diameter: this.diameter,
      witnesses: this.witnesses,
    }
  }
}

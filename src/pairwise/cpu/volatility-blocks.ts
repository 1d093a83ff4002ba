import type {VolatilityJob} from './volatility-job.js'
import type {Products, Real} from '../../linalg/products.js'
import type {Dense} from '../../linalg/types.js'
import type {VolatilitySums} from '../engine.js'
import {DistanceBins} from './distance-bins.js'
import {hasProducts, type PairRows} from './pair-rows.js'
import {PairKernel} from './pair-kernel.js'
import {PairSums} from './pair-sums.js'
import {keptTiles} from './tiles.js'

/**
 * The unit of work: sums over anchors of so many references, by one worker, folded in the order of blocks. Neither it
 * nor the anchors of a tile may depend on the number of threads or shards, or results would differ in their last bits.
 */
export const REFERENCE_BLOCK = 256
const ANCHOR_TILE = 256

/** Sums of one block of references; for one sample over ordered pairs i ≠ j. */
export interface VolatilityPart {
  /** [references of the block] */
  total: Float64Array
  /** see PairSums */
  bins: Float64Array
  /** [anchors] */
  anchorTotal: Float64Array
  crossLabelTotal: number
  zeroDistancePairs: number
  zeroDistanceLossPairs: number
  diameter: number
  /** steepest first; distance and ratio in fp64 from coordinates */
  witnesses: VolatilitySums['witnesses']
}

/**
 * Computes blocks of references against all anchors, one at a time. Holds the anchors' tiles (see keptTiles), a block
 * of rows and a tile of pairs.
 */
export function volatilityBlocks(job: VolatilityJob, products: Products): (block: number) => Promise<VolatilityPart> {
  const {
    sides: {anchors, references},
    order,
    rank,
  } = job
  const distances = new DistanceBins(job.sides, job.metric, job)
  const kernel = new PairKernel(job, distances, {references: REFERENCE_BLOCK, anchors: ANCHOR_TILE})
  const anchorTile = keptTiles(8 * order.length * anchors.exact.cols, (i0) =>
    operandRows(anchors, order.subarray(i0, i0 + ANCHOR_TILE)),
  )
  return async (block) => {
    const j0 = block * REFERENCE_BLOCK
    const count = Math.min(REFERENCE_BLOCK, references.exact.rows - j0)
    const sums = new PairSums(job, distances, kernel, j0, count)
    const right = hasProducts(job.metric)
      ? operandRows(
          references,
          Uint32Array.from({length: count}, (_, j) => j0 + j),
        )
      : null
    for (let i0 = 0; i0 < order.length; i0 += ANCHOR_TILE) {
      const width = Math.min(ANCHOR_TILE, order.length - i0)
      if (right === null) sums.addRows(i0, width)
      else sums.addProducts((await products.multiplyTransposed(right, anchorTile(i0))).data, i0, width)
    }
    const {cross: crossLabelTotal, zeroDistancePairs, zeroDistanceLossPairs, diameter} = sums
    const total = kernel.total.slice(0, count)
    const bins = kernel.bins.slice(0, (kernel.bins.length / REFERENCE_BLOCK) * count)
    const witnesses = sums.steepest.map(({anchor, reference}) => {
      const distance = distances.exact(anchor, reference)
      const change = Math.abs(job.anchorLoss[rank[anchor]!]! - job.referenceLoss[reference]!)
      return {
        anchor,
        reference,
        distance,
        ratio: Math.min(change, job.lossMax) / Math.max(distance / job.scale, job.floor),
      }
    })
    const anchorTotal = Float64Array.from(rank, (place) => kernel.anchorTotal[place]!)
    return {total, bins, anchorTotal, crossLabelTotal, zeroDistancePairs, zeroDistanceLossPairs, diameter, witnesses}
  }
}

/**
 * Rows of the operand in memory of this thread, which native code takes; fp64 unless the operand is the fp32 engine's
 * own.
 */
function operandRows({exact: {cols, data}, operand}: PairRows, rows: Uint32Array): Dense<Real> {
  const out = operand === data ? new Float64Array(rows.length * cols) : new Float32Array(rows.length * cols)
  rows.forEach((row, k) => {
    out.set(operand.subarray(row * cols, (row + 1) * cols), k * cols)
  })
  return {rows: rows.length, cols, data: out}
}

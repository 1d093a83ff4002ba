import type {Metric} from '../cpu/distances.js'
import type {Gpu} from './gpu.js'
import type {ColumnPanel} from './resident.js'
import {SQUARE, STORE, tileCols, tileRows, tileShader, tileShape} from './tile-shader.js'

/** Coordinates that one dispatch adds up; the next one adds its sum to theirs. */
const CHUNK = 64

/** A largest difference has no sum to round: one dispatch for all coordinates. */
const chunkOf = (metric: Metric, depth: number) => (metric === 'linf' ? depth : Math.min(CHUNK, depth))

/**
 * The longest chain of additions behind a distance of `depth` coordinates, for relativeError. Only the border between
 * two dispatches holds a compiler back: within a shader WGSL lets it put a sum in any order [WGSL, Reassociation and
 * Fusion], so no order written there could be relied on.
 */
export const chainOfSums = (metric: Metric, depth: number): number =>
  chunkOf(metric, depth) + Math.ceil(depth / chunkOf(metric, depth))

const shaderOf = (metric: Metric): string =>
  tileShader({tile: SQUARE, combine: metric === 'angle' ? 'l2' : metric, storing: 'sums'})

/**
 * The inner-dimension sums of a block of pairs, into `block` [height of left, height of right], from differences of
 * coordinates, so that nothing cancels: Σ (a − b)² for L2 and for the angle of unit rows, Σ |a − b| for L1, max |a − b|
 * for L∞.
 *
 * Precision  fp32, u = 2⁻²³: relative error ≤ γ(chainOfSums + 2) but for L∞, where it is u.
 * Cost       pairs · depth differences; the block is read and written once for every 64 coordinates, a quarter of the
 *            time on a large GPU.
 */
export async function distanceSums(
  gpu: Gpu,
  metric: Metric,
  left: ColumnPanel,
  right: ColumnPanel,
  depth: number,
  block: GPUBuffer,
): Promise<void> {
  const chunk = chunkOf(metric, depth)
  for (let first = 0; first < depth; first += chunk) {
    const shape = tileShape(
      left.height,
      right.height,
      {first, end: Math.min(depth, first + chunk)},
      first === 0 ? STORE.set : STORE.add,
    )
    await gpu.dispatch(
      shaderOf(metric),
      shape,
      [left.buffer, right.buffer, block],
      [right.height / tileCols(SQUARE), left.height / tileRows(SQUARE), 1],
    )
  }
}

import {rowDot} from '../linalg/csr-products.js'
import type {Products, Real} from '../linalg/products.js'
import {type Csr, type Dense} from '../linalg/types.js'
import {halfTurnMinusAcosInSingle, kappa, kappaSlope, NEAR_ONE} from '../pairwise/arc-cosine.js'
import {cosineTiles, KERNEL_BLOCK} from '../pairwise/cpu/cosine-tiles.js'
import type {KernelRows, MixedRows} from './kernel-rows.js'
import type {LandmarkKernel} from './landmarks.js'

/** Rows and columns of a tile that are turned together: a cache line of fp32 each. */
const TURNED = 16
const TWO_PI = 2 * Math.PI

/** Pairs whose cosine lies beyond ±NEAR_ONE, where fp32 does not hold κ′: row of the chunk, landmark, κ′ in fp64. */
export interface NearPairs {
  readonly row: number[]
  readonly landmark: number[]
  readonly slope: number[]
}

/** κ and κ′ of landmarks with the rows of a chunk, [p, m] each; κ′ is 0 at near pairs, and at a landmark's own row, which is no pair. */
export interface ChunkMaps {
  readonly kernel: Float32Array
  readonly slope: Float32Array
  readonly near: NearPairs
}

/**
 * Kernel values of a node set with landmarks, a chunk of rows at a time, a row for each landmark.
 *
 * Shapes     `origin`: place in the node set of the first of `rows`.
 * Precision  cosines in fp32, or fp64 where rows are sparse; beyond ±NEAR_ONE in fp64 from the rows themselves; κ and κ′ as
 *            halfTurnMinusAcosInSingle has them, rounded to fp32.
 * Cost       a cosine and one arc cosine a pair.
 */
export function landmarkMaps(
  {points, places}: LandmarkKernel,
  rows: KernelRows | MixedRows,
  products: Products,
  origin = 0,
): (from: number, to: number, memory: Omit<ChunkMaps, 'near'>) => Promise<ChunkMaps> {
  const {unit} = rows
  const landmarkAt = new Map(Array.from(places, (place, j) => [place - origin, j]))
  const tiles = 'cross' in rows ? null : cosineTiles(unit, points, 'fp32', products)
  let memory: Float64Array | undefined
  /** cosines of the rows from … to − 1, at most a tile of them, with landmarks from a first one on */
  async function* tilesOfRows(from: number, to: number): AsyncGenerator<[number, Dense<Real>]> {
    if ('cross' in rows) {
      memory ??= new Float64Array(KERNEL_BLOCK * points.rows)
      yield [0, await rows.cosines(points as Csr, from, to, memory.subarray(0, (to - from) * points.rows))]
    } else for (let j0 = 0; j0 < points.rows; j0 += KERNEL_BLOCK) yield [j0, await tiles!.of(from, j0)]
  }
  return async (from, to, {kernel, slope}) => {
    const m = to - from
    const near: NearPairs = {row: [], landmark: [], slope: []}
    const ofNear = (i: number, j: number): number => {
      const c = rowDot(unit, from + i, points, j)
      if (landmarkAt.get(from + i) !== j) {
        near.row.push(i)
        near.landmark.push(j)
        near.slope.push(kappaSlope(c))
      }
      return kappa(c)
    }
    for (let i0 = from; i0 < to; i0 += KERNEL_BLOCK)
      // A tile may reach beyond the last row that is asked for.
      for await (const [j0, tile] of tilesOfRows(i0, Math.min(to, i0 + KERNEL_BLOCK)))
        turnMaps({...tile, rows: Math.min(tile.rows, to - i0)}, {kernel, slope}, [i0 - from, j0, m], ofNear)
    for (const [place, j] of landmarkAt) if (place >= from && place < to) slope[j * m + place - from] = 0
    return {kernel, slope, near}
  }
}

/** κ and κ′ of a tile of cosines [rows, landmarks] into the turned arrays of m rows, from a row and a landmark on. */
function turnMaps(
  {rows, cols, data}: Dense<Real>,
  {kernel, slope}: Omit<ChunkMaps, 'near'>,
  [row, landmark, m]: readonly [number, number, number],
  ofNear: (row: number, landmark: number) => number,
): void {
  for (let i0 = 0; i0 < rows; i0 += TURNED) {
    const i1 = Math.min(rows, i0 + TURNED)
    for (let j0 = 0; j0 < cols; j0 += TURNED) {
      const j1 = Math.min(cols, j0 + TURNED)
      for (let j = j0; j < j1; j++) {
        let to = (landmark + j) * m + row + i0
        for (let i = i0; i < i1; i++, to++) {
          const c = data[i * cols + j]!
          if (c > NEAR_ONE || c < -NEAR_ONE) {
            kernel[to] = ofNear(row + i, landmark + j)
            slope[to] = 0
            continue
          }
          const angle = halfTurnMinusAcosInSingle(c)
          kernel[to] = (c * angle) / TWO_PI
          slope[to] = (angle + c / Math.sqrt(1 - c * c)) / TWO_PI
        }
      }
    }
  }
}

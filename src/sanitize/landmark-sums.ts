import {add, inTypeOf, rowsOf, scaledRows, squaredLength, symmetricProduct} from '../linalg/blocks.js'
import {type Products, type Real, transpose, zerosLike} from '../linalg/products.js'
import {dense, type Dense} from '../linalg/types.js'
import type {LandmarkSums} from '../pairwise/engine.js'
import {CHUNK, type FeatureChunk} from './landmarks.js'

export type {LandmarkSums} from '../pairwise/engine.js'

/** At most so many groups of chunks have sums of their own: p² numbers each, which are written where shards add them. */
const GROUPS = 64

/** What the sums need of a chunk. */
export type SummedFeatures<T extends Real> = Pick<FeatureChunk<T>, 'first' | 'phi' | 'rest'>

/** The chunks of the rows from … to − 1, in order; `from` is the first row of a chunk. */
export type ChunksOf<T extends Real> = (
  from: number,
  to: number,
) => AsyncIterable<SummedFeatures<T>> | Iterable<SummedFeatures<T>>

/** Groups of chunks that `rows` rows have: fixed by their number, so that sums have the same order whoever adds them. */
export const sumGroups = (rows: number): number => Math.min(GROUPS, Math.ceil(rows / CHUNK))

/** First row of a group and the one after its last. */
export function groupRows(rows: number, group: number): [number, number] {
  const chunks = Math.ceil(rows / CHUNK)
  const first = (g: number) => Math.floor((chunks * g) / sumGroups(rows)) * CHUNK
  return [first(group), Math.min(rows, first(group + 1))]
}

/**
 * Sums over chunks of rows, added in order.
 *
 * Shapes     chunks of Φ [rows, p]; y [s, classes] of the whole node set.
 * Precision  products in that of Φ, sums over chunks of 4,096 rows in fp64.
 * Cost       ½ p² multiply–adds a row beside its features; a chunk of rows and p² numbers in memory.
 * Empty      no chunk → zeros.
 */
export async function landmarkSums<T extends Real>(
  chunks: AsyncIterable<SummedFeatures<T>> | Iterable<SummedFeatures<T>>,
  p: number,
  y: Dense,
  ridge: number,
  products: Products,
): Promise<LandmarkSums> {
  const outer = dense(p, p)
  const cross = dense(p, y.cols)
  // One buffer for all chunks: fresh memory costs more than the transposing.
  let buffer: T | undefined
  let own = 0
  for await (const {first, phi, rest} of chunks) {
    // √D⁻¹ on both sides, so that one matrix times its own transpose gives ΦᵀD⁻¹Φ.
    const root = rest.map((r) => 1 / Math.sqrt(r + ridge))
    if (buffer?.length !== phi.data.length) buffer = zerosLike(phi.data, phi.data.length)
    const scaled = transpose(phi, root, buffer)
    const rows = scaledRows(rowsOf(y, first, first + phi.rows), root)
    add(outer, await symmetricProduct(scaled, products))
    add(cross, await products.multiply(scaled, inTypeOf(phi, rows)))
    for (let i = 0; i < rows.rows; i++) own += squaredLength(rows, i)
  }
  return {outer, cross, own}
}

/** The sums of every group in order. */
export async function* groupSums<T extends Real>(
  chunksOf: ChunksOf<T>,
  p: number,
  y: Dense,
  ridge: number,
  products: Products,
): AsyncGenerator<LandmarkSums> {
  for (let group = 0; group < sumGroups(y.rows); group++)
    yield landmarkSums(chunksOf(...groupRows(y.rows, group)), p, y, ridge, products)
}

import type {Arena, Gpu} from './gpu.js'
import {roundUp} from './panels.js'
import {PRODUCT} from './resident.js'
import {SQUARE, STORE, SUM_PARTS, tileCols, tileShape} from './tile-shader.js'

const TILE = tileCols(SQUARE)
/** Workgroups that fill a large GPU. */
const ENOUGH_GROUPS = 256
const MOST_GROUPS = 4096

/** Sums of products of the same shape, kept on the device. */
export interface AddingProduct {
  /** [rows, cols] */
  readonly sums: GPUBuffer
  /** sums += A B for A [inner, rows], feature by feature, and B [inner, cols] */
  add(a: GPUBuffer, b: GPUBuffer): Promise<void>
}

/**
 * Products that add up. One with few blocks, as of narrow rows, would leave most of a GPU idle: there several workgroups
 * share the inner dimension, and their parts are added in order.
 *
 * Shapes     rows, cols and inner in whole tiles.
 * Precision  fp32: |error| ≤ γ(inner + 1) Σ|terms| of a product, whoever shares it. Fixed order for a shape.
 * Cost       rows · cols · inner multiply–adds; 4 · rows · cols bytes for the sums and as many for each part.
 */
export function addingProduct(
  gpu: Gpu,
  arena: Arena,
  {rows, cols, inner}: {rows: number; cols: number; inner: number},
): AddingProduct {
  const size = rows * cols
  const blocks = size / TILE ** 2
  const shared = Math.min(Math.ceil(ENOUGH_GROUPS / blocks), inner / TILE, Math.floor(gpu.bufferLimit / (4 * size)))
  const chunk = shared > 1 ? roundUp(inner / shared, TILE) : inner
  const count = Math.ceil(inner / chunk)
  const sums = arena.storage(size)
  const parts = count > 1 ? arena.storage(count * size) : sums
  const shape = tileShape(rows, cols, {end: inner, chunk}, count > 1 ? STORE.set : STORE.add)
  return {
    sums,
    async add(a, b) {
      await gpu.dispatch(PRODUCT, shape, [a, b, parts], [cols / TILE, rows / TILE, count])
      if (count > 1)
        await gpu.dispatch(
          SUM_PARTS,
          Uint32Array.of(size, count),
          [parts, sums],
          [Math.min(MOST_GROUPS, Math.ceil(size / 64)), 1, 1],
        )
    },
  }
}

import {mirrorLower} from '../../linalg/blocks.js'
import {dense, type Dense} from '../../linalg/types.js'
import type {Arena, Gpu} from './gpu.js'
import {groupsOver, TILE} from './landmark-device.js'
import {PRODUCT} from './resident.js'
import {STORE, SUM_PARTS, tileShape, ZEROS} from './tile-shader.js'

/** Rows of a panel that one workgroup sums: small rounding, and enough workgroups for a large GPU. */
const SUMMED = 1024
/** Rows whose sums are added up in fp32 on the device before the host goes on in fp64. */
const SUMMED_ON_DEVICE = 16_384

/** Σ FᵀF over panels F [height, wide]. */
export interface OuterSums {
  add(panel: GPUBuffer): Promise<void>
  /** [wide, wide], symmetric; nothing can be added after it */
  total(): Promise<Dense>
}

/**
 * Sums of outer products of rows, a panel after another; their lower triangle comes back now and then.
 *
 * Precision  fp32, u = 2⁻²³, over up to 16,384 rows: |error| ≤ γ(1040) Σ|terms|; beyond that in fp64 on the host. Fixed
 *            order.
 * Cost       height · wide² / 2 multiply–adds a panel.
 */
export function outerSums(gpu: Gpu, own: Arena, height: number, wide: number): OuterSums {
  const size = wide * wide
  const chunks = 4 * Math.ceil(height / SUMMED) * size > gpu.bufferLimit ? 1 : Math.ceil(height / SUMMED)
  const shape = tileShape(wide, wide, {end: height, chunk: chunks === 1 ? height : SUMMED}, STORE.set, ZEROS.above)
  const parts = own.storage(chunks * size)
  const sums = own.storage(size)
  const total = dense(wide, wide)
  let held = 0
  let pending: Promise<ArrayBuffer> | null = null
  const settle = async () => {
    if (pending === null) return
    const read = new Float32Array(await pending)
    for (let t = 0; t < size; t++) total.data[t]! += read[t]!
  }
  const take = async () => {
    const bytes = gpu.read(sums, size)
    gpu.clear(sums)
    held = 0
    // The device works on the next panels while the host adds.
    await settle()
    pending = bytes
  }
  return {
    async add(panel) {
      await gpu.dispatch(PRODUCT, shape, [panel, panel, parts], [wide / TILE, wide / TILE, chunks])
      await gpu.dispatch(SUM_PARTS, Uint32Array.of(size, chunks), [parts, sums], groupsOver(size))
      held++
      if (held === Math.ceil(SUMMED_ON_DEVICE / height)) await take()
    },
    async total() {
      if (held > 0) await take()
      await settle()
      mirrorLower(total)
      return total
    },
  }
}

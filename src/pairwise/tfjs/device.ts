import type * as core from '@tensorflow/tfjs-core'
import {DeviceError, SuretyError, option} from '../../errors.js'
import {denseRows} from '../../linalg/csr.js'
import type {Real} from '../../linalg/products.js'
import {type Csr, type Dense, isCsr} from '../../linalg/types.js'

export type Tf = typeof core

/** A TensorFlow.js backend and how its tiles are cut. */
export interface TensorDevice {
  readonly tf: Tf
  /**
   * 'tensorflow', 'wasm' or 'cpu': made current before every tile, since other parts of the program use TensorFlow.js
   * too
   */
  readonly backend: string
  /** rows of a tile on either side; a pair of tiles holds about ten [tileRows, tileRows] tensors */
  readonly tileRows: number
}

export interface Panel {
  readonly first: number
  readonly rows: number
}

/** Rows 0 … n − 1 cut into panels of at most tileRows. */
export function panelsOf(rows: number, tileRows: number): Panel[] {
  return Array.from({length: Math.ceil(rows / tileRows)}, (_, p) => ({
    first: p * tileRows,
    rows: Math.min(tileRows, rows - p * tileRows),
  }))
}

/** The rows of a panel in fp32 [panel.rows, cols]; sparse rows are filled in. */
export function rowTensor(tf: Tf, x: Csr | Dense<Real>, {first, rows}: Panel, factor = 1): core.Tensor2D {
  const values = isCsr(x)
    ? denseRows(x, first, first + rows).data
    : x.data.subarray(first * x.cols, (first + rows) * x.cols)
  return tf.tensor2d(
    Float32Array.from(values, (value) => value * factor),
    [rows, x.cols],
  )
}

/**
 * Runs one reduction on the device's backend.
 *
 * Throws   DeviceError  what TensorFlow.js throws (out of memory, a device that is gone); the caller may repeat the
 *          work on the cpu. What surety itself throws passes unchanged.
 */
export async function onDevice<T>({tf, backend}: TensorDevice, work: () => Promise<T>): Promise<T> {
  try {
    await tf.setBackend(backend)
    return await work()
  } catch (error) {
    if (error instanceof SuretyError) throw error
    throw new DeviceError(
      `tfjs device (${backend}): ${error instanceof Error ? error.message : String(error)}`,
      [`use ${option('device')} cpu`],
      {cause: error},
    )
  }
}

/** Reads tensors back and disposes of them. */
export async function take(...tensors: core.Tensor[]): Promise<(Float32Array | Int32Array | Uint8Array)[]> {
  try {
    return await Promise.all(tensors.map((tensor) => tensor.data()))
  } finally {
    for (const tensor of tensors) tensor.dispose()
  }
}

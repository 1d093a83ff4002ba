import {DeviceError, option} from '../../errors.js'
import type {Real} from '../../linalg/products.js'
import type {Csr, Dense} from '../../linalg/types.js'

/** A matrix is cut into panels of `height` rows; the last one is filled up with zero rows. */
export interface PanelPlan {
  rows: number
  height: number
  count: number
}

/**
 * Two panels of 4,096 rows make a 64 MiB block: enough work to fill a large GPU, inside the default limits of WebGPU.
 */
const TALLEST = 4096
/** Whole tiles of both shaders. */
const GRAIN = 256

/** Numbers in fp32 of a cache line. */
const LINE = 16

export const roundUp = (x: number, grain: number) => Math.ceil(x / grain) * grain

/**
 * The tallest panels such that neither a panel, `wordsPerRow` 32-bit words a row, nor a block of two panels exceeds a
 * buffer.
 *
 * Throws   DeviceError  not even the smallest panel fits.
 */
export function planPanels(rows: number, wordsPerRow: number, bufferLimit: number): PanelPlan {
  let height = Math.min(TALLEST, roundUp(Math.max(rows, 1), GRAIN))
  while (4 * height * Math.max(wordsPerRow, height) > bufferLimit) {
    if (height === GRAIN) {
      throw new DeviceError(
        `${GRAIN} rows of ${wordsPerRow} values need ${4 * GRAIN * wordsPerRow} bytes; this device binds at most ${bufferLimit}`,
        [`use ${option('device')} cpu`],
      )
    }
    height = roundUp(height / 2, GRAIN)
  }
  return {rows, height, count: Math.ceil(rows / height)}
}

type AnyMatrix = Csr | Dense<Real>

/** Calls `visit` for each stored value of rows first … last − 1. */
function eachValue(
  x: Csr,
  first: number,
  last: number,
  visit: (row: number, col: number, value: number) => void,
): void {
  for (let i = first; i < last; i++) {
    for (let at = x.indptr[i]!; at < x.indptr[i + 1]!; at++) visit(i, x.indices[at]!, x.values[at]!)
  }
}

/** Panel p of x · factor in fp32, feature by feature: [roundUp(cols, 16), height]. */
export function columnsOfPanel(
  x: AnyMatrix,
  {rows, height}: PanelPlan,
  p: number,
  factor = 1,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(roundUp(x.cols, 16) * height)
  const first = p * height
  const last = Math.min(rows, first + height)
  if ('indptr' in x) {
    eachValue(x, first, last, (i, t, value) => {
      out[t * height + i - first] = value * factor
    })
    return out
  }
  // A cache line of `out` at a time: one row after another would touch `cols` lines for each row.
  for (let from = first; from < last; from += LINE) {
    const to = Math.min(last, from + LINE)
    for (let t = 0; t < x.cols; t++) {
      for (let i = from; i < to; i++) out[t * height + i - first] = x.data[i * x.cols + t]! * factor
    }
  }
  return out
}

/** Panel p of x in fp32, row by row: [height, width]. */
export function rowsOfPanel(
  x: AnyMatrix,
  {rows, height}: PanelPlan,
  p: number,
  width: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(height * width)
  const first = p * height
  const last = Math.min(rows, first + height)
  if ('indptr' in x) {
    eachValue(x, first, last, (i, t, value) => {
      out[(i - first) * width + t] = value
    })
    return out
  }
  for (let i = first; i < last; i++) out.set(x.data.subarray(i * x.cols, (i + 1) * x.cols), (i - first) * width)
  return out
}

/** The first `cols` columns of a block [height, width] that begins at row `first`, into x [rows, cols]. */
export function placeRows(block: Float32Array, width: number, x: Dense, first: number): void {
  const rows = Math.min(x.rows, first + block.length / width) - first
  for (let i = 0; i < rows; i++) x.data.set(block.subarray(i * width, i * width + x.cols), (first + i) * x.cols)
}

/** Calls `visit` for each set bit of bits [rows / 32, cols], with its row and column, in the order of the words. */
export function eachBit(bits: Uint32Array, cols: number, visit: (row: number, col: number) => void): void {
  for (let at = 0; at < bits.length; at++) {
    let word = bits[at]!
    while (word !== 0) {
      const bit = 31 - Math.clz32(word)
      visit(32 * Math.floor(at / cols) + bit, at % cols)
      word &= ~(1 << bit)
    }
  }
}

/** Columns from … to − 1, or to the last. */
export function columns(v: Dense, from: number, to: number): Dense {
  const cols = Math.min(to, v.cols) - from
  if (cols === v.cols) return v
  return {
    rows: v.rows,
    cols,
    data: Float64Array.from(
      {length: v.rows * cols},
      (_, at) => v.data[Math.floor(at / cols) * v.cols + from + (at % cols)]!,
    ),
  }
}

/** The parts side by side: the inverse of cutting with `columns`. */
export function beside(rows: number, cols: number, parts: readonly Dense[]): Dense {
  if (parts.length === 1) return parts[0]!
  const data = new Float64Array(rows * cols)
  let from = 0
  for (const part of parts) {
    for (let i = 0; i < rows; i++) data.set(part.data.subarray(i * part.cols, (i + 1) * part.cols), i * cols + from)
    from += part.cols
  }
  return {rows, cols, data}
}

import type {BoundedRows} from '../volatility-rows.js'
import {ROW_WORDS} from './volatility-shader.js'

/** Rows first … first + count − 1 as structs Row of the shader; losses as the sum of two fp32 numbers. */
export function rowStructs(
  rows: BoundedRows,
  first: number,
  count: number,
  lossUnit: number,
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(Math.max(1, count) * ROW_WORDS)
  const floats = new Float32Array(words.buffer)
  for (let i = 0; i < count; i++) {
    const loss = rows.loss[first + i]! / lossUnit
    const at = i * ROW_WORDS
    floats[at] = loss
    floats[at + 1] = loss - floats[at]
    floats[at + 2] = rows.slack[first + i]!
    words[at + 3] = rows.twin[first + i]!
    words[at + 4] = rows.rank[first + i]!
    words[at + 5] = rows.label[first + i]!
  }
  return words
}

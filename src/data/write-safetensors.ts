import type {NamedArray, NumericArray} from './named-array.js'

const TYPES = {f8: 'F64', f4: 'F32', i4: 'I32', u4: 'U32', u1: 'U8'} as const

/** An array that is written as it lies in memory. */
export interface WrittenArray extends NamedArray {
  readonly type: keyof typeof TYPES
  readonly data: NumericArray
}

/**
 * A .safetensors file of arrays, not compressed: the same arrays and metadata give the same bytes.
 *
 * Source  format description of huggingface/safetensors.   Deviation: none.
 */
export function writeSafetensors(arrays: readonly WrittenArray[], metadata: Record<string, string>): Uint8Array {
  let at = 0
  const tensors = arrays.map(({name, type, shape, data}) => {
    const entry = [name, {dtype: TYPES[type], shape, data_offsets: [at, at + data.byteLength]}] as const
    at += data.byteLength
    return entry
  })
  const text = JSON.stringify({__metadata__: metadata, ...Object.fromEntries(tensors)})
  const header = Buffer.from(text)
  // Spaces after the header, so that the data begin at a multiple of 8.
  const padded = Math.ceil(header.length / 8) * 8
  const out = Buffer.alloc(8 + padded + at, ' ')
  out.writeBigUInt64LE(BigInt(padded), 0)
  header.copy(out, 8)
  let offset = 8 + padded
  for (const {data} of arrays) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return out
}

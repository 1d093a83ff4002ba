import protobuf from 'protobufjs/minimal.js'
import {InputError} from '../errors.js'

/** A field to encode: number, and a string, a non-negative integer, raw bytes or a nested message. */
export type Field = [field: number, value: string | number | Uint8Array | Field[]]

/** A protobuf message from a plain list of its fields, in order: enough to write small ONNX graphs. */
export function encodeMessage(fields: Field[]): Uint8Array {
  const writer = protobuf.Writer.create()
  for (const [field, value] of fields) {
    if (typeof value === 'number') writer.uint32(field << 3).int64(value)
    else if (typeof value === 'string') writer.uint32((field << 3) | 2).string(value)
    else writer.uint32((field << 3) | 2).bytes(value instanceof Uint8Array ? value : encodeMessage(value))
  }
  return writer.finish()
}

/** A field as it lies in a message: an integer, or the bytes of a string, a packed list or a nested message. */
export interface RawField {
  number: number
  /** the value of an integer field; NaN for every other */
  integer: number
  /** the content of a length-delimited field, a view into the message; empty for every other */
  bytes: Uint8Array
}

const NOTHING = new Uint8Array(0)

/**
 * The fields of one protobuf message, in order, without a schema; nested messages are read by calling it again on their
 * bytes, so the depth is the caller's.
 *
 * Precision  integers above 2⁵³ are rounded.
 * Cost       one pass; no copy of length-delimited content.
 * Empty      no bytes → no field.
 * Throws     InputError  the bytes are not a message (names `place` and the offset in it).
 * Source     protobuf.dev, "Encoding". Deviation: groups and fixed-width values are skipped; ONNX's structure has none.
 */
export function* fields(message: Uint8Array, place: string): Generator<RawField> {
  const reader = protobuf.Reader.create(message)
  const guard = <T>(read: () => T): T => {
    const offset = reader.pos
    try {
      return read()
    } catch (cause) {
      throw new InputError(
        `${place} is not a valid protobuf message: it breaks off or is corrupt at byte ${offset} of ${message.length}`,
        [],
        {cause},
      )
    }
  }
  while (reader.pos < reader.len) {
    yield guard(() => {
      const tag = reader.uint32()
      const number = tag >>> 3
      const wire = tag & 7
      if (number === 0) throw new RangeError('field number 0')
      if (wire === 0) return {number, integer: Number(reader.int64()), bytes: NOTHING}
      if (wire === 2) return {number, integer: Number.NaN, bytes: reader.bytes()}
      reader.skipType(wire)
      return {number, integer: Number.NaN, bytes: NOTHING}
    })
  }
}

/** The text of a string field; bytes that are not UTF-8 become replacement characters. */
export const utf8Text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The values of a repeated integer field: one, or a packed list of them. */
export function integers({integer, bytes}: RawField): number[] {
  if (!Number.isNaN(integer)) return [integer]
  const reader = protobuf.Reader.create(bytes)
  const values: number[] = []
  try {
    while (reader.pos < reader.len) values.push(Number(reader.int64()))
  } catch {
    return values
  }
  return values
}

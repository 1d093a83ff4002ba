import protobuf from 'protobufjs/minimal.js'

/** A field to encode: number, and a string, a non-negative integer or a nested message. */
export type Field = [field: number, value: string | number | Field[]]

/** A protobuf message from a plain list of its fields, in order: enough to write small ONNX graphs. */
export function encodeMessage(fields: Field[]): Uint8Array {
  const writer = protobuf.Writer.create()
  for (const [field, value] of fields) {
    if (typeof value === 'number') writer.uint32(field << 3).int64(value)
    else if (typeof value === 'string') writer.uint32((field << 3) | 2).string(value)
    else writer.uint32((field << 3) | 2).bytes(encodeMessage(value))
  }
  return writer.finish()
}

import {InputError} from '../errors.js'
import {fromBfloat16, fromFloat16} from './half-precision.js'
import {fromInteger64} from './integers64.js'
import {isJsonObject, parseJson} from './json.js'
import {elementCount, type ElementType, type NamedArray, type NumericArray} from './named-array.js'
import {describeContent} from './sniff.js'

/** The limit of the safetensors library itself. */
const MAX_HEADER_BYTES = 100_000_000
const AGAIN = ['write the file again, or copy it again from its source']

const TYPES: Record<string, [type: ElementType, bytes: number]> = {
  F64: ['f8', 8],
  F32: ['f4', 4],
  F16: ['f2', 2],
  BF16: ['bf16', 2],
  I64: ['i8', 8],
  I32: ['i4', 4],
  I16: ['i2', 2],
  I8: ['i1', 1],
  U64: ['u8', 8],
  U32: ['u4', 4],
  U16: ['u2', 2],
  U8: ['u1', 1],
  BOOL: ['b1', 1],
}

interface Tensor {
  name: string
  type: ElementType
  shape: number[]
  start: number
  end: number
}

/** Tensors of a .safetensors file, each decoded only when it is read. */
export interface SafetensorsFile {
  /** sorted by their place in the file */
  readonly names: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  readonly has: (name: string) => boolean
  readonly read: (name: string) => NamedArray
}

/**
 * Opens a .safetensors file: 8 bytes of header length, a JSON header, then the data without gaps.
 *
 * Throws  InputError  not safetensors, a header beyond the limit or the file, an unknown type, a tensor whose size does
 *                     not match its shape, tensors that overlap or leave gaps.
 * Source  format description of huggingface/safetensors.   Deviation: none.
 */
export function openSafetensors(bytes: Uint8Array, place: string): SafetensorsFile {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.length < 8 ? Infinity : Number(view.readBigUInt64LE(0))
  if (length > MAX_HEADER_BYTES || view[8] !== 0x7b) {
    throw new InputError(`${place}: is not a safetensors file, it looks like ${describeContent(bytes)}`, [
      'give the file the extension of its content',
    ])
  }
  if (8 + length > view.length)
    throw new InputError(`${place}: is truncated: the header has ${length} bytes, the file has ${view.length}`, AGAIN)
  const header = parseJson(view.subarray(8, 8 + length), `${place}, header`)
  if (!isJsonObject(header)) throw new InputError(`${place}: has a header that is not a JSON object`, AGAIN)
  const data = view.subarray(8 + length)
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => tensorOf(name, value, `${place}, tensor ${name}`))
    .sort((a, b) => a.start - b.start || a.end - b.end)
  let at = 0
  for (const tensor of tensors) {
    if (tensor.start !== at)
      throw new InputError(
        `${place}, tensor ${tensor.name}: starts at byte ${tensor.start}, expected ${at}: tensors overlap or leave a gap`,
        AGAIN,
      )
    at = tensor.end
  }
  if (at !== data.length)
    throw new InputError(
      `${place}: is ${at > data.length ? 'truncated' : 'corrupt'}: its tensors have ${at} bytes, the file holds ${data.length}`,
      AGAIN,
    )
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  return {
    names: tensors.map(({name}) => name),
    metadata: metadataOf(header),
    has: (name) => byName.has(name),
    read: (name) => {
      const tensor = byName.get(name)
      if (tensor === undefined)
        throw new InputError(
          `${place}: has no tensor ${name}, its tensors are ${[...byName.keys()].join(', ') || 'none'}`,
          ['choose one of these tensors'],
        )
      const {type, shape} = tensor
      return {
        name,
        type,
        shape,
        data: decode(data.subarray(tensor.start, tensor.end), type, `${place}, tensor ${name}`),
      }
    },
  }
}

function tensorOf(name: string, value: unknown, where: string): Tensor {
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0
  const {dtype, shape, data_offsets: offsets} = isJsonObject(value) ? value : {}
  if (
    !Array.isArray(shape) ||
    !shape.every(isCount) ||
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every(isCount)
  ) {
    throw new InputError(`${where}: has a corrupt header entry`, AGAIN)
  }
  const known = typeof dtype === 'string' && Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined
  if (known === undefined)
    throw new InputError(
      `${where}: has the type ${JSON.stringify(dtype)}, known are ${Object.keys(TYPES).join(', ')}`,
      ['store it as F32'],
    )
  const [type, itemBytes] = known
  const [start, end] = offsets as [number, number]
  const expected = elementCount(shape) * itemBytes
  if (end - start !== expected)
    throw new InputError(
      `${where}: has ${end - start} bytes, the shape [${shape.join(', ')}] of ${String(dtype)} needs ${expected}`,
      AGAIN,
    )
  return {name, type, shape, start, end}
}

function metadataOf(header: Record<string, unknown>): Record<string, string> {
  const metadata = header['__metadata__']
  if (!isJsonObject(metadata)) return {}
  return Object.fromEntries(
    Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function decode(view: Uint8Array, type: ElementType, where: string): NumericArray {
  // A copy: tensors start at any byte, typed arrays do not.
  const bytes = new Uint8Array(view)
  const buffer = bytes.buffer
  switch (type) {
    case 'f8':
      return new Float64Array(buffer)
    case 'f4':
      return new Float32Array(buffer)
    case 'f2':
      return fromFloat16(new Uint16Array(buffer))
    case 'bf16':
      return fromBfloat16(new Uint16Array(buffer))
    case 'i4':
      return new Int32Array(buffer)
    case 'i2':
      return new Int16Array(buffer)
    case 'i1':
      return new Int8Array(buffer)
    case 'u4':
      return new Uint32Array(buffer)
    case 'u2':
      return new Uint16Array(buffer)
    case 'i8':
    case 'u8':
      return fromInteger64(bytes, type === 'i8', where)
    default:
      return bytes
  }
}

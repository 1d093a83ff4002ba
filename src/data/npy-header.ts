import {InputError} from '../errors.js'
import type {ElementType} from './named-array.js'
import {describeContent} from './sniff.js'

const MAGIC = '\x93NUMPY'
/** NumPy itself refuses longer headers. */
const MAX_HEADER_BYTES = 64 * 1024
const MAX_DIMENSIONS = 32
const AGAIN = ['write the file again with numpy.save or numpy.savez, or copy it again from its source']

export interface NpyHeader {
  readonly shape: readonly number[]
  readonly fortran: boolean
  readonly bigEndian: boolean
  readonly dataOffset: number
  readonly itemBytes: number
  /** null: an element type that is not read; `reason` says why */
  readonly type: ElementType | null
  readonly reason: string
}

/**
 * The header of an .npy file: a Python dictionary literal with descr, fortran_order and shape, read without evaluating
 * anything.
 */
export function parseNpyHeader(bytes: Uint8Array, name: string, place: string): NpyHeader {
  const where = `${place}, array ${name}`
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < 10 || buffer.toString('latin1', 0, 6) !== MAGIC) {
    throw new InputError(`${where}: is not npy data, it looks like ${describeContent(bytes)}`, AGAIN)
  }
  const version = buffer[6]!
  if (version < 1 || version > 3) throw new InputError(`${where}: has npy version ${version}, known are 1 to 3`, AGAIN)
  const lengthBytes = version === 1 ? 2 : 4
  if (buffer.length < 8 + lengthBytes) throw new InputError(`${where}: is truncated inside the header`, AGAIN)
  const length = version === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8)
  const dataOffset = 8 + lengthBytes + length
  if (length > MAX_HEADER_BYTES)
    throw new InputError(`${where}: has a header of ${length} bytes, the limit is ${MAX_HEADER_BYTES}`, AGAIN)
  if (buffer.length < dataOffset) throw new InputError(`${where}: is truncated inside the header`, AGAIN)
  const text = buffer.toString(version === 3 ? 'utf8' : 'latin1', 8 + lengthBytes, dataOffset)
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1]
  const shape = shapeOf(/'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1])
  const description = /'descr'\s*:\s*('([^']*)'|\[)/.exec(text)
  if (fortran === undefined || shape === null || description === null)
    throw new InputError(`${where}: has a corrupt header`, AGAIN)
  return {shape, fortran: fortran === 'True', dataOffset, ...elementOf(description[2])}
}

function shapeOf(text: string | undefined): number[] | null {
  if (text === undefined) return null
  const parts = text.split(',').map((part) => part.trim())
  if (parts.at(-1) === '') parts.pop()
  if (parts.length > MAX_DIMENSIONS || !parts.every((part) => /^\d{1,16}L?$/.test(part))) return null
  const shape = parts.map((part) => Number.parseInt(part, 10))
  return Number.isSafeInteger(shape.reduce((product, size) => product * size, 8)) ? shape : null
}

function elementOf(description: string | undefined): Pick<NpyHeader, 'bigEndian' | 'itemBytes' | 'type' | 'reason'> {
  const skip = (reason: string) => ({bigEndian: false, itemBytes: 0, type: null, reason})
  if (description === undefined) return skip('has a structured element type, which is not read')
  const [, order, kind, digits] = /^([<>|=])([A-Za-z])(\d*)/.exec(description) ?? []
  if (kind === 'O') return skip('is an object array (a Python pickle), which is never unpickled')
  const size = Number(digits)
  const bigEndian = order === '>'
  if (kind === 'S') return {bigEndian: false, itemBytes: size, type: 'S', reason: ''}
  if (kind === 'U') return {bigEndian, itemBytes: 4 * size, type: 'U', reason: ''}
  const known = ['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'b1'] as const
  const type = known.find((candidate) => candidate === `${kind}${digits}`)
  if (type === undefined) return skip(`has the element type ${description}, which is not read`)
  return {bigEndian, itemBytes: size, type, reason: ''}
}

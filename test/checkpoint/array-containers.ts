import * as h5 from 'h5wasm'
import {parquetWriteBuffer} from 'hyparquet-writer'
import {toFloat16} from '../../src/data/half-precision.js'
import {toInteger64} from '../../src/data/integers64.js'
import {writeNpz} from '../../src/data/npz.js'

/** The same arrays in every container, element type, byte order and memory order that people store them in. */
export interface Plain {
  name: string
  /** row-major */
  shape: number[]
  values: number[]
  /** whole numbers: labels */
  whole?: boolean
}

const WRITE: Record<string, (view: DataView, at: number, value: number, little: boolean) => void> = {
  f2: (view, at, value, little) => view.setUint16(at, toFloat16(value), little),
  f4: (view, at, value, little) => view.setFloat32(at, value, little),
  f8: (view, at, value, little) => view.setFloat64(at, value, little),
  i1: (view, at, value) => view.setInt8(at, value),
  i2: (view, at, value, little) => view.setInt16(at, value, little),
  i4: (view, at, value, little) => view.setInt32(at, value, little),
  i8: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
}

/** Bytes of values as NumPy's type says, such as `<f4` or `>i8`. */
export function bytesOf(values: readonly number[], type: string): Uint8Array {
  const size = Number(type.at(-1))
  const view = new DataView(new ArrayBuffer(values.length * size))
  values.forEach((value, k) => WRITE[type.slice(1)]!(view, k * size, value, type[0] === '<'))
  return new Uint8Array(view.buffer)
}

/** Row-major values in the order of columns: the first axis runs fastest. */
function columnMajor({shape, values}: Plain): number[] {
  const out = new Array<number>(values.length)
  values.forEach((value, at) => {
    let [rest, to, stride] = [at, 0, 1]
    const places = shape.map(() => 0)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      places[axis] = rest % shape[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    shape.forEach((length, axis) => {
      to += places[axis]! * stride
      stride *= length
    })
    out[to] = value
  })
  return out
}

export function npyBytes(array: Plain, type: string, fortran = false): Uint8Array {
  const shape = `(${array.shape.join(', ')}${array.shape.length === 1 ? ',' : ''})`
  const head = `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`
  const padded = `${head.padEnd(64 * Math.ceil((head.length + 11) / 64) - 11)}\n`
  const length = Buffer.alloc(2)
  length.writeUInt16LE(padded.length)
  const values = fortran ? columnMajor(array) : array.values
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(padded), bytesOf(values, type)])
}

export const npzBytes = (arrays: readonly Plain[], type: string, {fortran = false, whole = '<i8'} = {}): Uint8Array =>
  writeNpz(
    arrays.map((array) => ({name: array.name, npy: npyBytes(array, array.whole === true ? whole : type, fortran)})),
  )

export function safetensorsBytes(arrays: readonly Plain[], type: 'F16' | 'F32' | 'F64'): Uint8Array {
  let at = 0
  const parts = arrays.map(({values, whole}) =>
    whole === true ? toInteger64(values) : bytesOf(values, `<f${Number(type.slice(1)) / 8}`),
  )
  const header = Object.fromEntries(
    arrays.map(({name, shape, whole}, k) => [
      name,
      {dtype: whole === true ? 'I64' : type, shape, data_offsets: [at, (at += parts[k]!.length)]},
    ]),
  )
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, ...parts])
}

let files = 0

export async function hdf5FileBytes(arrays: readonly Plain[], type: string, compressed = false): Promise<Uint8Array> {
  await h5.ready
  const name = `/container-${files++}.h5`
  const file = new h5.File(name, 'w')
  for (const {name: key, shape, values, whole} of arrays)
    file.create_dataset({
      name: key,
      shape,
      data: whole === true ? Int32Array.from(values) : Float64Array.from(values),
      dtype: whole === true ? '<i' : type,
      ...(compressed ? {chunks: shape.map((length) => Math.ceil(length / 2)), compression: 4} : {}),
    })
  file.close()
  const bytes = h5.FS!.readFile(name)
  h5.FS!.unlink(name)
  return bytes
}

/** A column of lists for each array of two axes, of numbers for each of one. */
export function parquetBytes(arrays: readonly Plain[], type: 'FLOAT' | 'DOUBLE'): Uint8Array {
  const rows = (array: Plain) => {
    const width = array.values.length / array.shape[0]!
    return Array.from({length: array.shape[0]!}, (_, row) => array.values.slice(row * width, (row + 1) * width))
  }
  const columnData = arrays.flatMap((array) =>
    array.shape.length === 1
      ? [{name: array.name, data: array.values, type: array.whole === true ? ('INT32' as const) : type}]
      : array.shape.slice(1).flatMap((width) =>
          Array.from({length: width}, (_, k) => ({
            name: `${array.name}_${k}`,
            data: rows(array).map((row) => row[k]!),
            type,
          })),
        ),
  )
  return new Uint8Array(parquetWriteBuffer({columnData}))
}

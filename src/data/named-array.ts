import {InputError} from '../errors.js'

export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array

/** Element types of files, in NumPy's short spelling; bf16 is safetensors' only. */
export type ElementType =
  | 'f2'
  | 'f4'
  | 'f8'
  | 'bf16'
  | 'i1'
  | 'i2'
  | 'i4'
  | 'i8'
  | 'u1'
  | 'u2'
  | 'u4'
  | 'u8'
  | 'b1'
  | 'S'
  | 'U'

/**
 * An array of a file, row-major. `data` holds f2 and bf16 as Float32Array, i8 and u8 as Float64Array (every value is a
 * safe integer, checked when read), b1 as Uint8Array of 0 and 1, S and U as strings.
 */
export interface NamedArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: ElementType
  readonly data: NumericArray | readonly string[]
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)

/** The memory of arrays of numbers, each once. */
export const buffersOf = (arrays: readonly NamedArray[]): ArrayBuffer[] => [
  ...new Set(arrays.flatMap(({data}) => (ArrayBuffer.isView(data) ? [data.buffer as ArrayBuffer] : []))),
]

/** Some rows of `width` numbers each, in the order asked for. */
export function rowsAt(data: NumericArray, width: number, rows: Uint32Array): NumericArray {
  const out = new (data.constructor as Float64ArrayConstructor)(rows.length * width)
  rows.forEach((row, k) => out.set(data.subarray(row * width, (row + 1) * width), k * width))
  return out
}

/** The numbers of an array; text is an InputError that names the place. */
export function numbersOf(array: NamedArray, place: string): NumericArray {
  if (!ArrayBuffer.isView(array.data))
    throw new InputError(`${place}, array ${array.name}: holds text where numbers are expected`)
  return array.data
}

/** The values of an array as whole numbers in min … max (both included); the first other value is an InputError. */
export function integersOf(array: NamedArray, place: string, min: number, max: number): NumericArray {
  const values = numbersOf(array, place)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!(value >= min && value <= max && Number.isInteger(value))) {
      throw new InputError(
        `${place}, array ${array.name}: element ${i} is ${value}, not a whole number in ${min} … ${max}`,
      )
    }
  }
  return values
}

/** Checks the number of dimensions; the message shows the shape that was found. */
export function requireRank(array: Pick<NamedArray, 'name' | 'shape'>, rank: number, place: string): void {
  if (array.shape.length !== rank) {
    throw new InputError(
      `${place}, array ${array.name}: has the shape [${array.shape.join(', ')}], expected ${rank} dimension${rank === 1 ? '' : 's'}`,
    )
  }
}

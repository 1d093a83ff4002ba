import {plainProducts, type Products, type Real, zerosLike} from './products.js'
import type {Dense} from './types.js'
import {type Code, f32x4, f64x2, i32, Locals, loop, Memory, repeatIf} from './wasm.js'

/** Rows of A and vectors of a row of B whose products stay in registers. */
const ROWS = 4
const VECTORS = 2
const VECTOR_BYTES = 16
/** Rows of A, columns of B and terms of a sum that are packed at a time: a panel of A and one of B fit the caches. */
const BLOCK = {rows: 128, columns: 512, terms: 256}
/** Below this number of multiply–adds packing costs more than it saves. */
const SMALL = 2 ** 14

/**
 * Matrix products in WebAssembly, for an install without onnxruntime: a tile of 4 × 4 fp64 or 4 × 8 fp32 sums in vector
 * registers.
 *
 * Precision  that of the inputs; every sum in the order of its terms, so fp64 has the bits of plainProducts.
 * Cost       one thread: 6 (fp64) and 16 (fp32) × plainProducts, a third of the BLAS (bench/README.md); 2 MB a type.
 * Returns    null where WebAssembly has no vectors.
 * Source     Goto & van de Geijn 2008, packed panels.   Deviation: none.
 */
export function wasmProducts(): Products | null {
  const kernels = new Map<boolean, TileKernel>()
  const kernelFor = (data: Real): TileKernel => {
    const isSingle = data instanceof Float32Array
    let kernel = kernels.get(isSingle)
    if (kernel === undefined) kernels.set(isSingle, (kernel = new TileKernel(isSingle)))
    return kernel
  }
  try {
    kernelFor(new Float64Array(0))
  } catch {
    return null
  }
  return {
    name: 'WebAssembly',
    async multiplyTransposed(a, b, into) {
      if (a.rows * b.rows * a.cols < SMALL) return plainProducts.multiplyTransposed(a, b, into)
      return kernelFor(a.data).multiply(a, {columns: b.rows, data: b.data, toColumn: b.cols, toTerm: 1}, into)
    },
    async multiply(a, b, into) {
      if (a.rows * b.cols * a.cols < SMALL) return plainProducts.multiply(a, b, into)
      return kernelFor(a.data).multiply(a, {columns: b.cols, data: b.data, toColumn: 1, toTerm: b.cols}, into)
    },
    close: () => Promise.resolve(),
  }
}

/** The right factor: how far it is from a number to that of the next column, and of the next term of a sum. */
interface Right<T extends Real> {
  readonly columns: number
  readonly data: T
  readonly toColumn: number
  readonly toTerm: number
}

/** One type's memory and function. */
class TileKernel {
  private readonly bytes: number
  /** columns of a tile */
  private readonly width: number
  private readonly a: Real
  private readonly b: Real
  /** [rows, columns] of a block */
  private readonly sums: Real
  private readonly run: Run

  constructor(isSingle: boolean) {
    this.bytes = isSingle ? 4 : 8
    this.width = (VECTORS * VECTOR_BYTES) / this.bytes
    const memory = new Memory()
    const places = [BLOCK.rows * BLOCK.terms, BLOCK.columns * BLOCK.terms, BLOCK.rows * BLOCK.columns].map((length) =>
      memory.place(length, this.bytes),
    )
    const [a, b, sums] = places.map((range) =>
      isSingle ? memory.view(Float32Array, range) : memory.view(Float64Array, range),
    )
    this.a = a!
    this.b = b!
    this.sums = sums!
    this.run = compile(isSingle, memory)
  }

  multiply<T extends Real>({rows: m, cols: k, data}: Dense<T>, right: Right<T>, into?: T): Dense<T> {
    const n = right.columns
    const out = (into?.fill(0) ?? zerosLike(data, m * n)) as T
    for (let j0 = 0; j0 < n; j0 += BLOCK.columns) {
      const columns = Math.min(BLOCK.columns, n - j0)
      for (let t0 = 0; t0 < k; t0 += BLOCK.terms) {
        const terms = Math.min(BLOCK.terms, k - t0)
        const {toColumn, toTerm} = right
        pack(this.b, this.width, [columns, terms], right.data, j0 * toColumn + t0 * toTerm, [toColumn, toTerm])
        for (let i0 = 0; i0 < m; i0 += BLOCK.rows) {
          const rows = Math.min(BLOCK.rows, m - i0)
          pack(this.a, ROWS, [rows, terms], data, i0 * k + t0, [k, 1])
          for (let i = 0, from = i0 * n + j0; i < rows; i++, from += n)
            this.sums.set(out.subarray(from, from + columns), i * BLOCK.columns)
          this.addTiles(rows, columns, terms)
          for (let i = 0, to = i0 * n + j0; i < rows; i++, to += n)
            out.set(this.sums.subarray(i * BLOCK.columns, i * BLOCK.columns + columns), to)
        }
      }
    }
    return {rows: m, cols: n, data: out}
  }

  /** Adds the products of what is packed to the sums. */
  private addTiles(rows: number, columns: number, terms: number): void {
    const {a, b, sums, bytes, width, run} = this
    for (let j = 0; j < columns; j += width) {
      for (let i = 0; i < rows; i += ROWS) {
        const from = a.byteOffset + i * terms * bytes
        run(
          from,
          from + ROWS * terms * bytes,
          b.byteOffset + j * terms * bytes,
          sums.byteOffset + (i * BLOCK.columns + j) * bytes,
        )
      }
    }
  }
}

/**
 * Panels of `width` lines, each with the numbers of a term side by side; lines that are not there are 0.
 *
 * Shapes     lines × terms numbers of `source`, from place `first` on, `toLine` and `toTerm` apart.
 */
function pack(
  into: Real,
  width: number,
  [lines, terms]: readonly [number, number],
  source: Real,
  first: number,
  [toLine, toTerm]: readonly [number, number],
): void {
  for (let line0 = 0, at = 0; line0 < lines; line0 += width) {
    const there = Math.min(width, lines - line0)
    for (let t = 0; t < terms; t++, at += width) {
      let from = first + line0 * toLine + t * toTerm
      for (let q = 0; q < there; q++, from += toLine) into[at + q] = source[from]!
      for (let q = there; q < width; q++) into[at + q] = 0
    }
  }
}

/** Places in bytes: a panel of A and where it ends, one of B, the first sum of the tile. */
type Run = (a: number, end: number, b: number, sums: number) => number

function compile(isSingle: boolean, memory: Memory): Run {
  const {splatLoad, add, mul} = isSingle ? f32x4 : f64x2
  const {load, store} = f64x2
  const bytes = isSingle ? 4 : 8
  const sumNames = Array.from({length: ROWS * VECTORS}, (_, k) => `sum${k}`)
  const locals = new Locals<string>(
    {
      a: 'i32',
      end: 'i32',
      b: 'i32',
      sums: 'i32',
      ...Object.fromEntries(['x', 'b0', 'b1', ...sumNames].map((name) => [name, 'v128' as const])),
    },
    4,
  )
  const {get, set} = locals
  const each = (of: (name: string, row: number, part: number) => Code): Code[] =>
    sumNames.map((name, k) => of(name, Math.floor(k / VECTORS), k % VECTORS))
  const placeOf = (row: number, part: number) => row * BLOCK.columns * bytes + part * VECTOR_BYTES
  const body = [
    ...each((name, row, part) => set(name, load(get('sums'), placeOf(row, part)))),
    loop(
      set('b0', load(get('b'))),
      set('b1', load(get('b'), VECTOR_BYTES)),
      ...each((name, row, part) => [
        ...(part === 0 ? set('x', splatLoad(get('a'), row * bytes)) : []),
        ...set(name, add(get(name), mul(get('x'), get(`b${part}`)))),
      ]),
      set('a', i32.add(get('a'), i32.constant(ROWS * bytes))),
      set('b', i32.add(get('b'), i32.constant(VECTORS * VECTOR_BYTES))),
      repeatIf(i32.isBelow(get('a'), get('end'))),
    ),
    ...each((name, row, part) => store(get('sums'), get(name), placeOf(row, part))),
    i32.constant(0),
  ]
  return locals.compile(body, memory) as Run
}

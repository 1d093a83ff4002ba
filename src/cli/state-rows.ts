import {createReadStream} from 'node:fs'
import {createHash} from 'node:crypto'
import {createInterface} from 'node:readline'
import {cellsOf, numberOf, sniffDelimiter} from '../data/csv.js'
import {isJsonObject, parseJson} from '../data/json.js'
import {numbersOf, type NamedArray} from '../data/named-array.js'
import {parseNpy} from '../data/npy.js'
import {openNpz} from '../data/npz.js'
import {readInput} from '../data/read-file.js'
import {InputError} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import type {Dense} from '../linalg/types.js'

/** Rows per block. */
const BLOCK = 1024

type Block = Dense<Float32Array | Float64Array>

/**
 * Reads the rows of a file of hidden states in blocks: .csv, .tsv and .jsonl are streamed, .npz and .npy are read
 * whole.
 *
 * csv, tsv  one row per line with `dim` numbers; a header of names, or of 0, 1, 2 … as pandas writes, is skipped.
 * jsonl     one array of numbers per line, or an object with one named after the layer, or `state`.
 * npz       the array named after the layer, else the only one with two axes.
 * Returns   the file with its hash, after all rows.
 * Throws    InputError  another format, or a line without `dim` numbers (names it).
 */
export async function* stateRows(
  path: string,
  {layer, dim}: {layer: string; dim: number},
): AsyncGenerator<Block, InputFile> {
  const form = /\.(npz|npy|csv|tsv|jsonl|ndjson)$/i.exec(path)?.[1]?.toLowerCase()
  if (form === undefined)
    throw new InputError(`${path}: is not a .npz, .npy, .csv, .tsv or .jsonl file of hidden states`, [
      'write the hidden states of the layer in one of these formats',
    ])
  if (form !== 'npz' && form !== 'npy') return yield* lines(path, form, layer, dim)
  const {bytes, file} = await readInput(path)
  const array = form === 'npy' ? parseNpy(bytes, layer, path) : chosen(bytes, path, layer)
  const [rows = 0, ...rest] = array.shape
  const cols = rest.reduce((product, size) => product * size, 1)
  if (cols !== dim || rest.length === 0)
    throw new InputError(
      `${path}, array ${array.name}: has the shape ${array.shape.join(' × ')}; the rule's layer has ${dim} values a row`,
      ['pool the states as they were for the certificate'],
    )
  const numbers = numbersOf(array, path)
  const data = numbers instanceof Float32Array || numbers instanceof Float64Array ? numbers : Float64Array.from(numbers)
  for (let first = 0; first < rows; first += BLOCK) {
    const count = Math.min(BLOCK, rows - first)
    yield {rows: count, cols, data: data.subarray(first * cols, (first + count) * cols)}
  }
  return {...file, role: 'data'}
}

function chosen(bytes: Uint8Array, path: string, layer: string): NamedArray {
  const archive = openNpz(bytes, path)
  if (archive.has(layer)) return archive.read(layer)
  const matrices = archive.names.filter((name) => archive.shape(name).length === 2)
  if (matrices.length === 1) return archive.read(matrices[0]!)
  throw new InputError(
    `${path}: has no array ${layer}, and ${matrices.length} arrays of two axes (${archive.names.join(', ')})`,
    [`name the hidden states ${layer}`],
  )
}

async function* lines(path: string, form: string, layer: string, dim: number): AsyncGenerator<Block, InputFile> {
  const hash = createHash('sha256')
  let bytes = 0
  const stream = createReadStream(path)
  stream.on('data', (chunk: Buffer | string) => {
    hash.update(chunk)
    bytes += chunk.length
  })
  const parse = form === 'csv' || form === 'tsv' ? tableLine() : jsonLine(layer)
  let data = new Float64Array(BLOCK * dim)
  let [filled, number] = [0, 0]
  try {
    for await (const text of createInterface({input: stream, crlfDelay: Infinity})) {
      number++
      if (text.trim() === '') continue
      const values = parse(text, `${path}, line ${number}`)
      if (number === 1 && (form === 'csv' || form === 'tsv') && isHeader(values)) continue
      const bad = values.findIndex((x) => !Number.isFinite(x))
      if (values.length !== dim || bad !== -1)
        throw new InputError(
          bad === -1
            ? `${path}, line ${number}: has ${values.length} values; the rule's layer has ${dim}`
            : `${path}, line ${number}: value ${bad + 1} is not a finite number`,
          ['give the hidden states of the rule’s layer, one row per line'],
        )
      data.set(values, filled * dim)
      if (++filled < BLOCK) continue
      yield {rows: filled, cols: dim, data}
      data = new Float64Array(BLOCK * dim)
      filled = 0
    }
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (error instanceof InputError || code === undefined) throw error
    throw new InputError(
      code === 'ENOENT' ? `${path}: there is no such file` : `${path}: cannot be read (${code})`,
      ['check the path'],
      {cause: error},
    )
  }
  if (filled > 0) yield {rows: filled, cols: dim, data: data.subarray(0, filled * dim)}
  return {path, sha256: hash.digest('hex'), bytes, role: 'data'}
}

/** Whether a line is a header: names, or column numbers; a line with other numbers is a row. */
const isHeader = (values: readonly number[]): boolean =>
  values.every(Number.isNaN) || (values.length > 1 && values.every((x, k) => x === k))

function tableLine(): (text: string, place: string) => number[] {
  let delimiter: ReturnType<typeof sniffDelimiter> | null = null
  return (text, place) => {
    delimiter ??= sniffDelimiter(text)
    const own = delimiter
    const cells = cellsOf(text, own)
    if (cells === null) throw new InputError(`${place}: has an open quotation mark`, ['fix the line'])
    return cells.map((cell) => numberOf(cell, own))
  }
}

function jsonLine(layer: string): (text: string, place: string) => number[] {
  return (text, place) => {
    const json: unknown = parseJson(new TextEncoder().encode(text), place)
    const values = isJsonObject(json) ? (json[layer] ?? json['state']) : json
    if (!Array.isArray(values))
      throw new InputError(`${place}: has no list of numbers, and none named ${layer} or state`, [
        'write one list of numbers per line',
      ])
    return values.map((x) => (typeof x === 'number' ? x : NaN))
  }
}

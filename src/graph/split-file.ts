import {gunzip} from '../data/gzip.js'
import {parseTable, requireText} from '../data/csv.js'
import {isJsonObject, parseExactJson} from '../data/json.js'
import type {NamedArray} from '../data/named-array.js'
import {openNpz} from '../data/npz.js'
import {readInput} from '../data/read-file.js'
import {sniffContent} from '../data/sniff.js'
import {InputError} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import type {GraphLimits} from './limits.js'
import type {NodeSet} from './node-set.js'
import {partOf, splitOfArrays, splitOfWords} from './split-arrays.js'
import type {Split} from './types.js'

/** The nodes of a graph that a split file may refer to. */
export interface SplitNodes {
  /** null: those of the largest component, whose count is not known yet */
  readonly count: number | null
  readonly set: NodeSet | null
}

/** A split file whose nodes are looked up once the graph has been read. */
export interface SplitFile {
  readonly file: InputFile
  readonly match: (nodes: SplitNodes) => Split
}

const NEXT = ['name the three lists idx_train, idx_val and idx_test']

/**
 * Train, validation and test nodes from JSON or npz (lists or masks, see splitOfArrays), or from a csv of nodes and
 * the word train, val or test.
 */
export async function readSplitFile(path: string, limits: GraphLimits): Promise<SplitFile> {
  const {bytes, file} = await readInput(path, limits.maxBytes)
  const content = sniffContent(bytes)
  if (content === 'text' || content === 'gzip')
    return {file, match: wordsOf(gunzip(bytes, path, limits.maxBytes), path)}
  if (content !== 'zip' && content !== 'json') {
    requireText(bytes, path)
  }
  const archive = content === 'zip' ? openNpz(bytes, path) : jsonArrays(parseExactJson(bytes, path), path)
  if (!archive.names.some((name) => partOf(name) !== null))
    throw new InputError(
      `${path}: has none of idx_train, idx_val, idx_test (or train_idx, train_mask, index_train, …)`,
      NEXT,
    )
  return {
    file,
    match({count, set}) {
      const split = splitOfArrays(archive.names, archive.read, count, path, set)
      if (split === null) throw new InputError(`${path}: has no split`, NEXT)
      return split
    },
  }
}

function jsonArrays(value: unknown, path: string): {names: readonly string[]; read: (name: string) => NamedArray} {
  if (!isJsonObject(value))
    throw new InputError(`${path}: is not a JSON object`, ['give an object with idx_train, idx_val, idx_test'])
  return {
    names: Object.keys(value),
    read(name) {
      const list = value[name]
      if (
        !Array.isArray(list) ||
        !list.every(
          (item) =>
            typeof item === 'number' ||
            typeof item === 'string' ||
            typeof item === 'bigint' ||
            typeof item === 'boolean',
        )
      ) {
        throw new InputError(`${path}: ${name} is not a list of nodes`, [
          'give node numbers, starting at 0, or names of nodes',
        ])
      }
      if (list.length > 0 && list.every((item) => typeof item === 'boolean'))
        return {name, shape: [list.length], type: 'b1', data: Uint8Array.from(list, Number)}
      if (list.every((item) => typeof item === 'number'))
        return {name, shape: [list.length], type: 'f8', data: Float64Array.from(list)}
      return {name, shape: [list.length], type: 'U', data: list.map(String)}
    },
  }
}

/** A csv with one node per line and the part it belongs to. */
function wordsOf(bytes: Uint8Array, path: string): SplitFile['match'] {
  requireText(bytes, path)
  const {rows, lines} = parseTable(bytes, path)
  return ({count, set}) => {
    const width = rows[0]?.length ?? 0
    const column = Array.from({length: width}, (_, c) => c).findIndex(
      (c) => splitOfWords(rows.map((row) => row[c])) !== null,
    )
    if (column < 0)
      throw new InputError(`${path}: no column says train, val or test`, [
        'columns: node, split',
        'or give JSON or npz with idx_train, idx_val, idx_test',
      ])
    const words = new Array<unknown>(count ?? rows.length).fill(undefined)
    const id = width === 1 ? -1 : column === 0 ? 1 : 0
    const header =
      splitOfWords([rows[0]?.[column]]) === null && !/^(val|valid|validation|dev|test)$/i.test(rows[0]?.[column] ?? '')
        ? 1
        : 0
    rows.slice(header).forEach((row, r) => {
      const node = id < 0 ? r : set === null ? Number(row[id]) : set.find(row[id] ?? '')
      if (node === undefined || !Number.isInteger(node) || node < 0 || node >= words.length)
        throw new InputError(
          `${path}, line ${lines[r + header]}: ${JSON.stringify(row[id] ?? String(r))} is not a node of the graph`,
          ['name nodes as in the graph'],
        )
      words[node] = row[column]
    })
    return splitOfWords(words)!
  }
}

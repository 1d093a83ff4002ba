import type {NamedArray} from '../data/named-array.js'
import type {NpzArchive} from '../data/npz.js'
import type {Note} from '../frame/report.js'
import type {NormalisedGraph} from './document.js'
import {csrMatrix, csrToArrays} from './matrices.js'
import {csrNames} from './npz-arrays.js'
import {renumber, renumbering} from './select-nodes.js'
import {selectRows} from '../linalg/csr.js'
import {isCsr} from '../linalg/types.js'

export type NpzMember = NamedArray | {name: string; npy: Uint8Array}

/**
 * Every array of an archive except `replaced`. If all nodes are kept, arrays are copied byte for byte, object arrays
 * included. After the component cut: arrays with one row per node are cut, pairs `edges*` and index arrays `*_idx`,
 * `idx_*` are renumbered, sparse matrices with one row per node are rebuilt, and object arrays are left out with a
 * note.
 */
export function carriedArrays(
  archive: NpzArchive,
  replaced: ReadonlySet<string>,
  result: NormalisedGraph,
  nodes: number,
): {arrays: NpzMember[]; notes: Note[]} {
  const all = [...archive.names, ...archive.skipped.filter(({isArray}) => isArray).map(({name}) => name)]
  const names = all.filter((name) => !replaced.has(name))
  if (result.nodeOrigin === null) return {arrays: names.map((name) => ({name, npy: archive.raw(name)})), notes: []}
  const cut = cutter(archive, result.nodeOrigin, nodes)
  const notes: Note[] = []
  const arrays = names.flatMap((name): NpzMember[] => {
    if (archive.has(name)) return cut(name)
    notes.push({
      level: 'warning',
      code: 'array-left-out',
      message: `${archive.place}: array ${name} cannot be cut to the largest component and was left out`,
    })
    return []
  })
  return {arrays, notes}
}

function cutter(archive: NpzArchive, kept: Uint32Array, nodes: number): (name: string) => NpzMember[] {
  const number = renumbering(kept, nodes)
  const prefixes = archive.names
    .filter((name) => name.endsWith('indptr') && archive.shape(name)[0] === nodes + 1)
    .map((name) => name.slice(0, -'indptr'.length))
    .filter((prefix) => Object.values(csrNames(prefix)).every(archive.has))
  const sparse = new Map(
    prefixes.flatMap((prefix) => Object.values(csrNames(prefix)).map((name) => [name, prefix] as const)),
  )
  return (name) => {
    const prefix = sparse.get(name)
    if (prefix !== undefined) return name === csrNames(prefix).indptr ? cutSparse(archive, prefix, kept) : []
    const array = archive.read(name)
    const [rows, cols] = array.shape
    if (name.startsWith('edges') && cols === 2) return [cutPairs(array, number)]
    if (
      array.shape.length === 1 &&
      (name.endsWith('_idx') || name.startsWith('idx_')) &&
      ArrayBuffer.isView(array.data)
    ) {
      const data = renumber(Uint32Array.from(array.data as ArrayLike<number>), number)
      return [{...array, shape: [data.length], data}]
    }
    if (name === 'num_nodes') return [{...array, data: Float64Array.of(kept.length)}]
    return rows === nodes ? [cutRows(array, kept)] : [{name, npy: archive.raw(name)}]
  }
}

function cutSparse(archive: NpzArchive, prefix: string, kept: Uint32Array): NamedArray[] {
  const names = csrNames(prefix)
  const data = archive.read(names.data)
  const shape = archive.read(names.shape)
  const matrix = csrMatrix(
    {data, shape, indices: archive.read(names.indices), indptr: archive.read(names.indptr)},
    archive.place,
  )
  const cut = selectRows(matrix, kept)
  return isCsr(cut) ? csrToArrays(cut, names, data.type, shape.type === 'i8' ? 'i8' : 'i4') : []
}

function cutPairs(array: NamedArray, number: Int32Array): NamedArray {
  const values = array.data as ArrayLike<number>
  const pairs: number[] = []
  for (let i = 0; i < values.length; i += 2) {
    const u = number[values[i]!]!
    const v = number[values[i + 1]!]!
    if (u >= 0 && v >= 0) pairs.push(u, v)
  }
  return {...array, shape: [pairs.length / 2, 2], data: Float64Array.from(pairs)}
}

function cutRows(array: NamedArray, kept: Uint32Array): NamedArray {
  const width = array.shape.slice(1).reduce((product, size) => product * size, 1)
  const shape = [kept.length, ...array.shape.slice(1)]
  const source = array.data as ArrayLike<number | string>
  const pick = (i: number) => source[kept[Math.floor(i / width)]! * width + (i % width)]!
  if (!ArrayBuffer.isView(array.data))
    return {...array, shape, data: Array.from({length: kept.length * width}, (_, i) => pick(i) as string)}
  return {...array, shape, data: Float64Array.from({length: kept.length * width}, (_, i) => pick(i) as number)}
}

import type {NamedArray} from '../data/named-array.js'
import type {NpzArchive} from '../data/npz.js'
import type {PairFilter} from './kept-edges.js'
import {cutAxis, edgeArrays} from './npz-roles.js'

/** The arrays that hold an adjacency matrix: compressed rows (or columns), or coordinates. */
export type MatrixNames =
  | {
      readonly kind: 'csr' | 'csc'
      readonly indptr: string
      readonly indices: string
      readonly data: string
      readonly shape: string
    }
  | {readonly kind: 'coo'; readonly row: string; readonly col: string; readonly data: string; readonly shape: string}

/**
 * The arrays of an adjacency matrix without the removed entries. Every other stored entry is unchanged: value,
 * direction, order, stored zeros and repeated entries. An added pair becomes an entry of 1 in both directions. Arrays
 * with one element per stored entry are cut the same way.
 *
 * Cost  O(stored entries).
 */
export function cutMatrix(
  archive: NpzArchive,
  names: MatrixNames,
  filter: PairFilter,
  nodes: number,
  added: Uint32Array | null,
): NamedArray[] {
  const {rows, cols} = entriesOf(archive, names)
  const stays = Uint8Array.from(rows, (row, k) => Number(filter.stays(row, cols[k]!)))
  const extra = (added?.length ?? 0) === 0 ? new Uint32Array(0) : added!
  const number = (node: number) => filter.number?.[node] ?? node
  const order: {row: number; col: number; from: number}[] = []
  for (let k = 0; k < rows.length; k++)
    if (stays[k] === 1) order.push({row: number(rows[k]!), col: number(cols[k]!), from: k})
  for (let a = 0; a < extra.length; a += 2) {
    order.push({row: extra[a]!, col: extra[a + 1]!, from: -1}, {row: extra[a + 1]!, col: extra[a]!, from: -1})
  }
  const byColumn = names.kind === 'csc'
  if (names.kind !== 'coo' && extra.length > 0) {
    const major = ({row, col}: {row: number; col: number}) => (byColumn ? col : row)
    const minor = ({row, col}: {row: number; col: number}) => (byColumn ? row : col)
    order.sort((a, b) => major(a) - major(b) || minor(a) - minor(b))
  }
  const data = archive.read(names.data)
  const shape = {...archive.read(names.shape), data: Float64Array.of(filter.nodes, filter.nodes)}
  const values = Float64Array.from(order, ({from}) => (from < 0 ? 1 : (data.data[from] as number)))
  const list = (name: string, numbers: Float64Array): NamedArray => ({
    ...archive.read(name),
    shape: [numbers.length],
    data: numbers,
  })
  const matrix =
    names.kind === 'coo'
      ? [
          list(
            names.row,
            Float64Array.from(order, ({row}) => row),
          ),
          list(
            names.col,
            Float64Array.from(order, ({col}) => col),
          ),
        ]
      : [
          list(
            names.indices,
            Float64Array.from(order, ({row, col}) => (byColumn ? row : col)),
          ),
          list(
            names.indptr,
            starts(
              order.map(({row, col}) => (byColumn ? col : row)),
              filter.nodes,
            ),
          ),
        ]
  const own = new Set<string>(Object.values(names))
  const perEntry = edgeArrays(archive, rows.length, nodes, own).filter(({name}) => name.startsWith('edge'))
  return [
    ...matrix,
    {...data, shape: [values.length], data: data.type === 'b1' ? Uint8Array.from(values) : values},
    shape,
    ...perEntry.map(({name, axis}) => cutAxis(archive.read(name), axis, stays, extra.length)),
  ]
}

const starts = (major: readonly number[], nodes: number): Float64Array => {
  const out = new Float64Array(nodes + 1)
  for (const one of major) out[one + 1]!++
  for (let i = 0; i < nodes; i++) out[i + 1]! += out[i]!
  return out
}

function entriesOf(archive: NpzArchive, names: MatrixNames): {rows: Float64Array; cols: Float64Array} {
  if (names.kind === 'coo') return {rows: numbers(archive.read(names.row)), cols: numbers(archive.read(names.col))}
  const minor = numbers(archive.read(names.indices))
  const indptr = numbers(archive.read(names.indptr))
  const major = new Float64Array(minor.length)
  for (let i = 0; i + 1 < indptr.length; i++) major.fill(i, indptr[i], indptr[i + 1])
  return names.kind === 'csr' ? {rows: major, cols: minor} : {rows: minor, cols: major}
}

const numbers = (array: NamedArray): Float64Array => Float64Array.from(array.data as ArrayLike<number>)

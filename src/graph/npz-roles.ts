import type {NamedArray} from '../data/named-array.js'
import type {NpzArchive} from '../data/npz.js'
import type {AttributeColumn} from './document.js'
import {InputError} from '../errors.js'
import {DENSE_FEATURES, LABEL_ARRAYS, NAME_ARRAYS} from './npz-arrays.js'
import {partOf} from './split-arrays.js'

/** An array with one entry per edge record along this axis. */
export interface EdgeArray {
  readonly name: string
  readonly axis: number
}

/**
 * The arrays of an archive that belong to edge records: those named edge… with one entry per record, and others whose
 * row count equals the number of records but not the number of nodes.
 *
 * Throws  InputError  as many nodes as records, and a name that does not tell which.
 */
export function edgeArrays(
  archive: NpzArchive,
  records: number,
  nodes: number,
  without: ReadonlySet<string>,
): EdgeArray[] {
  const known = new Set<string>([...DENSE_FEATURES, ...LABEL_ARRAYS, ...NAME_ARRAYS])
  return archive.names.flatMap((name): EdgeArray[] => {
    const shape = archive.shape(name)
    if (without.has(name) || shape.length === 0) return []
    if (/^edge/i.test(name) && !isPairs(name, shape)) {
      const axis = shape[0] === records ? 0 : shape.length === 2 && shape[1] === records ? 1 : -1
      return axis < 0 ? [] : [{name, axis}]
    }
    if (/^edge/i.test(name) || shape[0] !== records || records < 2) return []
    if (
      known.has(name) ||
      /^(node|num_|feat|attr|adj|idx_|target_idx)/i.test(name) ||
      partOf(name) !== null ||
      /(_idx|_data|_indices|_indptr|_shape)$/.test(name)
    )
      return []
    if (records === nodes)
      throw new InputError(
        `${archive.place}, array ${name}: has ${records} rows, and the graph as many nodes as edges, so it is unclear whether they belong to nodes or edges`,
        [`name it edge_${name} or node_${name}`],
      )
    return [{name, axis: 0}]
  })
}

/** Whether the name says this is a list of node pairs: edges, edges_added, edge_index. */
export const isPairs = (name: string, shape: readonly number[]): boolean =>
  shape.length === 2 && (shape[0] === 2 || shape[1] === 2) && /^edges|^edge_index/.test(name)

/** An array without the removed entries along one axis, with zeros or empty values appended for `added` new ones. */
export function cutAxis(array: NamedArray, axis: number, stays: Uint8Array, added: number): NamedArray {
  const before = array.shape.slice(0, axis).reduce((product, size) => product * size, 1)
  const behind = array.shape.slice(axis + 1).reduce((product, size) => product * size, 1)
  const kept = stays.reduce((sum, one) => sum + one, 0)
  const isText = !ArrayBuffer.isView(array.data)
  const out: (number | string)[] = []
  const source = array.data as ArrayLike<number | string>
  for (let b = 0; b < before; b++) {
    for (let k = 0; k < stays.length; k++)
      if (stays[k] === 1) for (let i = 0; i < behind; i++) out.push(source[(b * stays.length + k) * behind + i]!)
    for (let i = 0; i < added * behind; i++) out.push(isText ? '' : 0)
  }
  const shape = array.shape.map((size, at) => (at === axis ? kept + added : size))
  return {
    ...array,
    shape,
    data: isText
      ? (out as string[])
      : array.type === 'b1'
        ? Uint8Array.from(out as number[])
        : Float64Array.from(out as number[]),
  }
}

/** Arrays with one entry per record as columns, for other formats. */
export const edgeColumns = (
  archive: NpzArchive,
  records: number,
  nodes: number,
  without: ReadonlySet<string>,
): AttributeColumn[] =>
  edgeArrays(archive, records, nodes, without).flatMap(({name, axis}) =>
    axis === 0 ? [columnOf(archive.read(name), 'edge_')] : [],
  )

/** Arrays with one row per node that have no other meaning. */
export function nodeColumns(
  archive: NpzArchive,
  records: number,
  nodes: number,
  without: ReadonlySet<string> = new Set(),
): AttributeColumn[] {
  const known = new Set<string>([...DENSE_FEATURES, ...LABEL_ARRAYS, ...NAME_ARRAYS])
  return archive.names.flatMap((name) => {
    const own =
      archive.shape(name)[0] === nodes &&
      !known.has(name) &&
      !without.has(name) &&
      partOf(name) === null &&
      !/^(edge|feat_|attr_|adj)/i.test(name)
    return own && (nodes !== records || name.startsWith('node_')) ? [columnOf(archive.read(name), 'node_')] : []
  })
}

function columnOf({name, shape, type, data}: NamedArray, prefix: string): AttributeColumn {
  const width = shape.slice(1).reduce((product, size) => product * size, 1)
  const value = (i: number): unknown => (type === 'b1' ? data[i] === 1 : data[i])
  const values = Array.from({length: shape[0]!}, (_, row) =>
    shape.length === 1 ? value(row) : Array.from({length: width}, (_, i) => value(row * width + i)),
  )
  return {name: name.startsWith(prefix) ? name.slice(prefix.length) : name, values}
}

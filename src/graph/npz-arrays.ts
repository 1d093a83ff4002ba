import {integersOf, type NamedArray, requireRank} from '../data/named-array.js'
import type {NpzArchive} from '../data/npz.js'
import {InputError, option} from '../errors.js'
import type {Csr, Matrix} from '../linalg/types.js'
import type {Note} from '../frame/report.js'
import type {NormalisedGraph} from './document.js'
import {type Labels, labelsOfArray} from './labels.js'
import {csrMatrix, denseMatrix} from './matrices.js'

/** Names of the four arrays of a sparse matrix with a prefix such as `attr_`. */
export const csrNames = (prefix: string) => ({
  data: `${prefix}data`,
  indices: `${prefix}indices`,
  indptr: `${prefix}indptr`,
  shape: `${prefix}shape`,
})

export const FEATURE_PREFIXES = [
  'feat_',
  'attr_',
  'attr_matrix.',
  'attr_matrix_',
  'features_',
  'feature_',
  'x_',
] as const
export const DENSE_FEATURES = [
  'features',
  'attr_matrix',
  'x',
  'X',
  'node_features',
  'node_feat',
  'node_attr',
  'node_attributes',
  'feat',
  'feats',
  'feature',
] as const
export const LABEL_ARRAYS = ['labels', 'label', 'y', 'node_labels', 'node_label', 'classes', 'Y'] as const
export const NAME_ARRAYS = ['node_names', 'node_ids', 'node_id', 'ids'] as const

/** The sparse matrix under a prefix. */
export function readCsr(archive: NpzArchive, prefix: string): Csr {
  const names = csrNames(prefix)
  const {place} = archive
  return csrMatrix(
    {
      data: archive.read(names.data),
      indices: archive.read(names.indices),
      indptr: archive.read(names.indptr),
      shape: archive.read(names.shape),
    },
    place,
  )
}

/** Which array of an archive holds what, if its name does not tell. */
export interface ArrayRoles {
  readonly edges?: string
  readonly weights?: string
  readonly features?: string
  readonly labels?: string
  readonly names?: string
  readonly train?: string
  readonly val?: string
  readonly test?: string
}

export const ARRAY_ROLES = ['edges', 'weights', 'features', 'labels', 'names', 'train', 'val', 'test'] as const

/**
 * Node features of an archive: the array (or sparse matrix prefix) that was asked for, or one with a known name; null:
 * none.
 *
 * Throws  InputError  several arrays with known names that differ.
 */
export function readFeatures(archive: NpzArchive, asked?: string): Matrix | null {
  if (asked !== undefined)
    return [asked, `${asked}_`, `${asked}.`].some((prefix) => archive.has(csrNames(prefix).data))
      ? readCsr(archive, [asked, `${asked}_`, `${asked}.`].find((prefix) => archive.has(csrNames(prefix).data))!)
      : denseMatrix(archive.read(asked), archive.place)
  const sparse = FEATURE_PREFIXES.filter((prefix) => archive.has(csrNames(prefix).data))
  const dense = onlyOne(archive, DENSE_FEATURES, 'features')
  if (sparse.length + Number(dense !== null) > 1)
    throw severalArrays(
      archive,
      [...sparse.map((prefix) => csrNames(prefix).data), ...(dense === null ? [] : [dense])],
      'features',
    )
  if (sparse.length > 0) return readCsr(archive, sparse[0]!)
  return dense === null ? null : denseMatrix(archive.read(dense), archive.place)
}

/** The only array with a known name, or the first of several equal ones. */
function onlyOne(archive: NpzArchive, known: readonly string[], role: 'features' | 'labels'): string | null {
  const found = known.filter(archive.has)
  const [first, ...others] = found
  if (first === undefined) return null
  const isSame = (name: string) => {
    const [a, b] = [archive.read(first), archive.read(name)]
    return (
      a.shape.join() === b.shape.join() &&
      Array.from(a.data as ArrayLike<unknown>).every((x, k) => Object.is(x, b.data[k]))
    )
  }
  if (!others.every(isSame)) throw severalArrays(archive, found, role)
  return first
}

const severalArrays = ({place}: NpzArchive, names: readonly string[], role: string): InputError =>
  new InputError(`${place}: arrays ${names.join(' and ')} could both be ${role}, but they differ`, [
    `choose one with ${option('arrays')} ${role}=${names[0]}`,
  ])

/** One row of sources and one of targets, as in edge_index; for shape [2, 2] the name decides. */
export const isWide = ({name, shape}: Pick<NamedArray, 'name' | 'shape'>): boolean =>
  shape[0] === 2 && (shape[1] !== 2 || name.startsWith('edge_index'))

/** Pairs [m, 2] (or [2, m] as in PyTorch Geometric) of node numbers below `nodes`; flat [2 m]. */
export function pairsOf(array: NamedArray, nodes: number, place: string): Uint32Array {
  if (array.shape.length === 2 && array.shape[0] === array.shape[1] && array.shape[0]! > 2)
    throw new InputError(
      `${place}, array ${array.name}: is a square matrix [${array.shape.join(', ')}], edges are pairs [m, 2]`,
      ['for an adjacency matrix: scipy.sparse.save_npz("graph.npz", scipy.sparse.csr_matrix(A))'],
    )
  if (!ArrayBuffer.isView(array.data))
    throw new InputError(`${place}, array ${array.name}: holds names of nodes, but edges of an npz are node numbers`, [
      'write the names as a table instead: numpy.savetxt("edges.csv", edges, fmt="%s", delimiter=",")',
    ])
  requireRank(array, 2, place)
  const wide = isWide(array)
  if (!wide && array.shape[1] !== 2) {
    throw new InputError(`${place}, array ${array.name}: has the shape [${array.shape.join(', ')}], expected [m, 2]`)
  }
  const values = integersOf(array, place, 0, 2 ** 32 - 2)
  const m = values.length / 2
  const edges = wide
    ? Uint32Array.from({length: values.length}, (_, i) => values[(i & 1) * m + (i >> 1)]!)
    : Uint32Array.from(values)
  const bad = edges.findIndex((node) => node >= nodes)
  if (bad >= 0) {
    throw new InputError(
      `${place}, array ${array.name}: edge ${bad >> 1} names node ${edges[bad]}, the graph has ${nodes} nodes`,
      ['check num_nodes and that node numbers start at 0'],
    )
  }
  return edges
}

/**
 * The added edges as a separate array of pairs; none if nothing was added. (`edges_added` holds what an attack added.)
 */
export const repairedArray = ({added}: Pick<NormalisedGraph, 'added'>): NamedArray[] =>
  added === null ? [] : [{name: 'edges_repaired', shape: [added.length / 2, 2], type: 'i4', data: added}]

/** One note per array that was not read. */
export const skippedNotes = (archive: NpzArchive): Note[] =>
  archive.skipped.map(({name, reason}) => ({
    level: 'info',
    code: 'array-skipped',
    message: `${archive.place}: array ${name} ${reason}`,
  }))

/** One name per node: text, or whole numbers as exact text. */
export const namesOf = (archive: NpzArchive, name: string): readonly string[] => {
  const {shape} = archive.header(name)
  requireRank({name, shape}, 1, archive.place)
  return archive.text(name)
}

/** Node names in an archive, or null. */
export const nodeNames = (archive: NpzArchive, asked?: string): readonly string[] | null => {
  const name = asked ?? NAME_ARRAYS.find(archive.has)
  return name === undefined ? null : namesOf(archive, name)
}

/** Labels from the array that was asked for, or from one with a known name; null: none. Throws as readFeatures does. */
export const readLabels = (archive: NpzArchive, maxClasses: number, asked?: string): Labels | null => {
  const name = asked ?? onlyOne(archive, LABEL_ARRAYS, 'labels')
  return name === null ? null : labelsOfArray(archive.read(name), archive.place, maxClasses)
}

/** Arrays whose meaning the options give. */
export const askedArrays = (roles: ArrayRoles): readonly string[] =>
  ARRAY_ROLES.flatMap((role) => (roles[role] === undefined ? [] : [roles[role]]))

/** The arrays that the options name as parts of a split. */
export const askedSplit = ({train, val, test}: ArrayRoles) => ({train, validation: val, test})

import {integersOf, type NamedArray, requireRank} from '../data/named-array.js'
import type {NpzArchive} from '../data/npz.js'
import {InputError} from '../errors.js'
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

/** Node features of an archive under any of the known names, or null. */
export function readFeatures(archive: NpzArchive): Matrix | null {
  const prefix = FEATURE_PREFIXES.find((candidate) => archive.has(csrNames(candidate).data))
  if (prefix !== undefined) return readCsr(archive, prefix)
  const name = DENSE_FEATURES.find((candidate) => archive.has(candidate))
  return name === undefined ? null : denseMatrix(archive.read(name), archive.place)
}

/** One row of sources and one of targets, as edge_index has it; of [2, 2] the name tells. */
export const isWide = ({name, shape}: Pick<NamedArray, 'name' | 'shape'>): boolean =>
  shape[0] === 2 && (shape[1] !== 2 || name.startsWith('edge_index'))

/** Pairs [m, 2] (or [2, m], as PyTorch Geometric has it) of node numbers below `nodes`; flat [2 m]. */
export function pairsOf(array: NamedArray, nodes: number, place: string): Uint32Array {
  requireRank(array, 2, place)
  const wide = isWide(array)
  if (!wide && array.shape[1] !== 2) {
    throw new InputError(`${place}, array ${array.name}: has the shape [${array.shape.join(', ')}], edges have [m, 2]`)
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
 * The added edges as pairs of their own, beside the list that holds them; none where nothing was added. `edges_added`
 * is what an attack added.
 */
export const repairedArray = ({added}: Pick<NormalisedGraph, 'added'>): NamedArray[] =>
  added === null ? [] : [{name: 'edges_repaired', shape: [added.length / 2, 2], type: 'i4', data: added}]

/** One note for each array that was not read. */
export const skippedNotes = (archive: NpzArchive): Note[] =>
  archive.skipped.map(({name, reason}) => ({
    level: 'info',
    code: 'array-skipped',
    message: `${archive.place}: array ${name} ${reason}`,
  }))

/** One name a node: text, or whole numbers as exact text. */
export const namesOf = (archive: NpzArchive, name: string): readonly string[] => {
  const {shape} = archive.header(name)
  requireRank({name, shape}, 1, archive.place)
  return archive.text(name)
}

/** What an archive calls its nodes, or null. */
export const nodeNames = (archive: NpzArchive): readonly string[] | null => {
  const name = NAME_ARRAYS.find(archive.has)
  return name === undefined ? null : namesOf(archive, name)
}

/** Labels under any of the known names, or null. */
export const readLabels = (archive: NpzArchive, maxClasses: number): Labels | null => {
  const name = LABEL_ARRAYS.find(archive.has)
  return name === undefined ? null : labelsOfArray(archive.read(name), archive.place, maxClasses)
}

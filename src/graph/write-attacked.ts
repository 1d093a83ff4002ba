import type {NamedArray} from '../data/named-array.js'
import {openNpz, writeNpz} from '../data/npz.js'
import type {GraphDocument, NormalisedGraph, WriteResult} from './document.js'
import {writeSimpleNpz} from './formats/write-plain-npz.js'
import {csrNames, DENSE_FEATURES, FEATURE_PREFIXES} from './npz-arrays.js'

/** Flat pairs [2 k], u < v, sorted. */
export interface AttackedEdges {
  readonly edges: Uint32Array
  readonly added: Uint32Array
  readonly removed: Uint32Array
}

/** Arrays that an attack writes, replacing those of an earlier attack. */
const REPLACED = ['edges_attacked', 'edges_added', 'edges_removed', 'edges_removed_original']

/**
 * An attacked graph as plain npz: `edges` (before), `edges_attacked`, `edges_added`, `edges_removed`, and everything
 * else the graph had; `target_idx` holds the attacked nodes, if they were given.
 */
export function writeAttacked(
  document: GraphDocument,
  normalised: NormalisedGraph,
  attacked: AttackedEdges,
  targets: Uint32Array | null,
): WriteResult {
  const nothing = new Uint8Array(normalised.graph.edges.length / 2)
  const clean =
    document.format === 'plain-npz'
      ? document.carried.rewrite(normalised, nothing)
      : writeSimpleNpz(normalised, nothing)
  const place = document.inputs[0]!.path
  const archive = openNpz(clean.bytes, place)
  // Data from separate files replaces that of the npz.
  const beside = document.inputs.length > 1 ? openNpz(writeSimpleNpz(normalised, nothing).bytes, place) : null
  const given = beside?.names.filter((name) => !name.startsWith('edge')) ?? []
  const features = [...FEATURE_PREFIXES.flatMap((prefix) => Object.values(csrNames(prefix))), ...DENSE_FEATURES]
  const replaced = new Set([
    ...REPLACED,
    ...(targets === null ? [] : ['target_idx']),
    ...given,
    ...(beside === null ? [] : features),
  ])
  const names = [...archive.names, ...archive.skipped.filter(({isArray}) => isArray).map(({name}) => name)]
  const pairs = (name: string, list: Uint32Array): NamedArray => ({
    name,
    shape: [list.length / 2, 2],
    type: 'i4',
    data: Int32Array.from(list),
  })
  const arrays = [
    ...names.filter((name) => !replaced.has(name)).map((name) => ({name, npy: archive.raw(name)})),
    ...given.map((name) => ({name, npy: beside!.raw(name)})),
    pairs('edges_attacked', attacked.edges),
    pairs('edges_added', attacked.added),
    pairs('edges_removed', attacked.removed),
    ...(targets === null
      ? []
      : [{name: 'target_idx', shape: [targets.length], type: 'i4' as const, data: Int32Array.from(targets)}]),
  ]
  return {bytes: writeNpz(arrays), notes: clean.notes}
}

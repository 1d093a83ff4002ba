import {integersOf, type NamedArray, numbersOf} from '../../data/named-array.js'
import {type NpzArchive, writeNpz} from '../../data/npz.js'
import {InputError} from '../../errors.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {keptEdges, type PairFilter, pairFilter} from '../kept-edges.js'
import {cutAxis, edgeArrays, edgeColumns, isPairs, nodeColumns} from '../npz-roles.js'
import type {GraphLimits} from '../limits.js'
import {
  askedArrays,
  askedSplit,
  type ArrayRoles,
  nodeNames,
  isWide,
  pairsOf,
  repairedArray,
  readFeatures,
  readLabels,
  skippedNotes,
} from '../npz-arrays.js'
import {splitOfArrays} from '../split-arrays.js'
import type {Note} from '../../frame/report.js'
import {carriedArrays, type NpzMember} from '../npz-carry.js'

/**
 * Plain arrays: a list [m, 2] of undirected edges (with `edges` also `edge_weights` [m]), and optionally feat_* (CSR)
 * or features (dense), labels, train_idx/val_idx/test_idx, num_nodes, node_names. Every other array is carried over.
 */
export function readPlainNpz(
  archive: NpzArchive,
  edgesName: string,
  limits: GraphLimits,
  roles: ArrayRoles = {},
): ReadResult {
  const {place} = archive
  const features = readFeatures(archive, roles.features)
  const labelled = readLabels(archive, limits.maxClasses, roles.labels)
  const edgesArray = archive.read(edgesName)
  const names = nodeNames(archive, roles.names)
  const nodes = nodeCount(archive, edgesArray, features?.rows ?? labelled?.labels.length ?? names?.length)
  const pairs = pairsOf(edgesArray, nodes, place)
  const weightName =
    roles.weights ??
    ['edge_weights', 'edge_weight'].find((name) => archive.has(name) && archive.shape(name)[0] === pairs.length / 2)
  const weights = weightName === undefined ? null : Float64Array.from(numbersOf(archive.read(weightName), place))
  if (weights !== null && weights.length !== pairs.length / 2)
    throw new InputError(`${place}, array ${weightName}: has ${weights.length} weights for ${pairs.length / 2} edges`, [
      'give one weight per edge',
    ])
  const taken = new Set([edgesName, weightName ?? '', 'edge_undirected', ...askedArrays(roles)])
  const inBoth = edgesName.startsWith('edge_index')
  const directed = inBoth || (archive.has('directed') && archive.read('directed').data[0] === 1)
  return {
    raw: {
      nodes,
      edges: pairs,
      weights,
      directed,
      nodeNames: names,
      features,
      labels: labelled?.labels ?? null,
      classNames: labelled?.classNames ?? null,
      split: splitOfArrays(archive.names, archive.read, nodes, place, null, askedSplit(roles)),
    },
    notes: [...skippedNotes(archive), ...fromOneNote(pairs, nodes, place, features !== null || labelled !== null)],
    carried: {
      rewrite: (result, pruned) => rewritePlainNpz(archive, edgesName, nodes, result, pruned),
      edgeColumns: () => edgeColumns(archive, pairs.length / 2, nodes, taken),
      nodeColumns: () => nodeColumns(archive, pairs.length / 2, nodes, taken),
      undirectedRecords: archive.has('edge_undirected')
        ? Uint8Array.from(archive.read('edge_undirected').data as Uint8Array)
        : null,
    },
  }
}

/** A note if the node numbers seem to start at 1. */
function fromOneNote(pairs: Uint32Array, nodes: number, place: string, hasRows: boolean): Note[] {
  if (hasRows || pairs.length === 0 || pairs.includes(0)) return []
  return [
    {
      level: 'warning',
      code: 'node-zero-unused',
      message: `${place}: no edge names node 0, which is one of the ${nodes} nodes: if the numbers count from 1, subtract 1`,
    },
  ]
}

function nodeCount(archive: NpzArchive, edges: NamedArray, rows: number | undefined): number {
  if (archive.has('num_nodes')) return integersOf(archive.read('num_nodes'), archive.place, 0, 2 ** 32 - 2)[0] ?? 0
  if (rows !== undefined) return rows
  let most = -1
  for (const value of integersOf(edges, archive.place, 0, 2 ** 32 - 2)) if (value > most) most = value
  return most + 1
}

/**
 * The file without the records of pruned edges: cuts each array of pairs with the same name stem as the edges, and
 * every array with one entry per record. If the edges were read from `edges_attacked` or similar, the result is written
 * to `edges`; an array that this would overwrite is kept as `<name>_original`.
 */
function rewritePlainNpz(
  archive: NpzArchive,
  edgesName: string,
  nodes: number,
  result: NormalisedGraph,
  pruned: Uint8Array,
): WriteResult {
  const inPlace = !edgesName.startsWith('edges')
  const target = inPlace ? edgesName : 'edges'
  const filter = pairFilter(result, pruned, nodes)
  const source = cutPairs(archive, edgesName, nodes, filter, result.added)
  const records = source.stays.length
  const {removed} = keptEdges(result, pruned)
  const removedArray: NamedArray[] =
    inPlace && removed.length === 0
      ? []
      : [{name: 'edges_removed', shape: [removed.length / 2, 2], type: 'i4', data: removed}]
  // A second list of the same edges must be cleaned too.
  const others = archive.names.filter(
    (name) =>
      name !== edgesName &&
      (/^edge_index/.test(name) || (inPlace && name === 'edges')) &&
      isPairs(name, archive.shape(name)),
  )
  const second = others.map((name) => cutPairs(archive, name, nodes, filter, result.added))
  const cut = [source, ...second]
  const taken = new Set([edgesName, target, ...others, ...(inPlace ? [] : ['edges', 'edges_removed'])])
  const perEdge = cut.flatMap(({stays}, k) =>
    cut.slice(0, k).some((earlier) => earlier.stays.length === stays.length)
      ? []
      : edgeArrays(archive, stays.length, nodes, taken).map(({name, axis}) =>
          cutAxis(
            archive.read(name),
            axis,
            stays,
            ((result.added?.length ?? 0) / 2) * (stays.length === records ? source.copies : 1),
          ),
        ),
  )
  const replaced = new Set([...taken, ...perEdge.map(({name}) => name), 'edges_repaired'])
  const {arrays, notes} = carriedArrays(archive, replaced, result, nodes)
  const present = new Set(archive.names)
  const saved = inPlace
    ? []
    : ['edges', 'edges_removed'].filter(
        (name) => name !== edgesName && present.has(name) && !present.has(`${name}_original`),
      )
  const everythingElse = new Set(
    [...archive.names, ...archive.skipped.map(({name}) => name)].filter((name) => !saved.includes(name)),
  )
  const originals = carriedArrays(archive, everythingElse, result, nodes).arrays.map(
    (array): NpzMember => ({...array, name: `${array.name}_original`}),
  )
  const keptSource = !inPlace && edgesName !== 'edges' ? [{name: edgesName, npy: archive.raw(edgesName)}] : []
  const sourceCarried =
    keptSource.length > 0
      ? carriedArrays(
          archive,
          new Set(archive.names.filter((name) => name !== edgesName).concat(archive.skipped.map(({name}) => name))),
          result,
          nodes,
        ).arrays
      : []
  return {
    bytes: writeNpz([
      {...source.array, name: target},
      ...second.map(({array}) => array),
      ...removedArray,
      ...repairedArray(result),
      ...perEdge,
      ...arrays,
      ...sourceCarried,
      ...originals,
    ]),
    notes,
  }
}

/** A list of pairs without the pruned ones, in its own orientation, and which records stay. */
function cutPairs(
  archive: NpzArchive,
  name: string,
  nodes: number,
  {stays, number}: PairFilter,
  added: Uint32Array | null,
) {
  const array = archive.read(name)
  const pairs = pairsOf(array, nodes, archive.place)
  const records = pairs.length / 2
  const mask = new Uint8Array(records)
  const out: number[] = []
  for (let r = 0; r < records; r++) {
    const [u, v] = [pairs[2 * r]!, pairs[2 * r + 1]!]
    if (!stays(u, v)) continue
    mask[r] = 1
    out.push(number?.[u] ?? u, number?.[v] ?? v)
  }
  // If every edge is stored in both directions, added ones are too.
  const copies = added !== null && bothWays(pairs, nodes) ? 2 : 1
  for (let a = 0; a < (added?.length ?? 0); a += 2) {
    out.push(added![a]!, added![a + 1]!)
    if (copies === 2) out.push(added![a + 1]!, added![a]!)
  }
  const k = out.length / 2
  const wide = isWide(array)
  const data = Float64Array.from({length: out.length}, (_, i) =>
    wide ? out[2 * (i % k) + Math.floor(i / k)]! : out[i]!,
  )
  return {array: {...array, shape: wide ? [2, k] : [k, 2], data} as NamedArray, stays: mask, copies}
}

const bothWays = (pairs: Uint32Array, nodes: number): boolean => {
  const known = new Set<number>()
  for (let i = 0; i < pairs.length; i += 2) known.add(pairs[i]! * nodes + pairs[i + 1]!)
  for (let i = 0; i < pairs.length; i += 2) if (!known.has(pairs[i + 1]! * nodes + pairs[i]!)) return false
  return true
}

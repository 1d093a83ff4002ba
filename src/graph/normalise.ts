import {InputError} from '../errors.js'
import {largestComponent} from './components.js'
import {DROPPED, type GraphDocument, LOOP, type NormalisedGraph, type RawGraph} from './document.js'
import {renumbering, renumberSplit} from './select-nodes.js'
import {selectRows} from '../linalg/csr.js'
import {checkSplit} from './split.js'
import type {Graph, NormalisationCounts} from './types.js'

export interface NormaliseOptions {
  /** keep only the largest connected component; ties go to the one with the smallest node */
  largestComponent?: boolean
  /** 'refuse': the first one is an InputError */
  loops?: 'drop' | 'refuse'
  duplicates?: 'merge' | 'refuse'
  /** what to do with an edge present in one direction only */
  directions?: 'symmetrise' | 'refuse'
  /**
   * how repeated records of one direction combine; the two directions of an edge combine by max, which keeps the
   * weights of a symmetric matrix
   */
  weights?: 'ignore' | 'sum' | 'max'
}

/**
 * The undirected simple graph of a document, and counts of what changed: drops loops, merges duplicates, ignores
 * directions, and keeps only the largest component on request.
 *
 * Shapes  raw edges [2 r] → edges [2 m] with u < v, sorted by u then v.
 * Cost    O(nodes + r): two counting sorts; 20 r + 16 nodes bytes.
 * Counts  directedEdges = selfLoopsDropped + duplicatesMerged + (m + edgesDropped) + pairs with both directions.
 * Empty   no edge left (loops only) → InputError.
 * Throws  InputError  what an option refuses; if weights are used, a weight that is not positive and finite.
 */
export function normalise(document: GraphDocument, options: NormaliseOptions = {}): NormalisedGraph {
  return normaliseRaw(document.raw, document.inputs[0]!.path, options, document.splitNumbers)
}

/** The same for a graph in memory; `place` is for messages. */
export function normaliseRaw(
  raw: RawGraph,
  place: string,
  options: NormaliseOptions = {},
  splitNumbers: GraphDocument['splitNumbers'] = 'file',
): NormalisedGraph {
  const records = raw.edges.length / 2
  const weighted = options.weights !== undefined && options.weights !== 'ignore'
  const weights = weighted ? raw.weights : null
  if (weights !== null) checkWeights(weights, place)
  const order = sortedRecords(raw)
  const recordEdge = new Int32Array(records).fill(LOOP)
  const edges = new Uint32Array(2 * order.length)
  const origin = new Uint32Array(order.length)
  const combined = new Float64Array(weights === null ? 0 : order.length)
  const counts: NormalisationCounts = {
    directedEdges: records,
    selfLoopsDropped: records - order.length,
    duplicatesMerged: 0,
    symmetrised: 0,
    nodesDropped: 0,
    edgesDropped: 0,
    isolatedNodes: 0,
  }
  if (options.loops === 'refuse' && order.length < records) throw refusal(place, 'a self loop', findLoop(raw), raw)
  let m = 0
  for (let i = 0; i < order.length; m++) {
    const [u, v] = endsOf(raw, order[i]!)
    const first = order[i]!
    // Forward is u → v with u < v; an undirected document has forward only.
    const seen: [forward: boolean, backward: boolean] = [false, false]
    const total: [number, number] = [0, 0]
    for (; i < order.length; i++) {
      const record = order[i]!
      const source = raw.edges[2 * record]!
      const target = raw.edges[2 * record + 1]!
      if ((source !== u || target !== v) && (source !== v || target !== u)) break
      const direction = raw.directed && source > target ? 1 : 0
      const weight = weights === null ? 1 : weights[record]!
      if (seen[direction]) {
        if (options.duplicates === 'refuse') throw refusal(place, 'a repeated edge', record, raw)
        counts.duplicatesMerged++
      }
      recordEdge[record] = m
      total[direction] = options.weights === 'sum' ? total[direction] + weight : Math.max(total[direction], weight)
      seen[direction] = true
    }
    if (raw.directed && seen[0] !== seen[1]) {
      if (options.directions === 'refuse') throw refusal(place, 'an edge in one direction only', first, raw)
      counts.symmetrised++
    }
    edges[2 * m] = u
    edges[2 * m + 1] = v
    origin[m] = first
    if (weights !== null) combined[m] = Math.max(total[0], total[1])
  }
  if (m === 0)
    throw new InputError(`${place}: the graph has no edge besides self loops`, [
      'check that you chose the right columns or arrays',
    ])
  const simple: Simple = {
    edges: edges.slice(0, 2 * m),
    origin: origin.slice(0, m),
    weights: weights === null ? null : combined.slice(0, m),
  }
  const cut = options.largestComponent === true ? largestComponent(raw.nodes, simple.edges) : null
  const kept = cut === null || cut.length === raw.nodes ? null : cut
  const result = assemble(raw, simple, recordEdge, counts, kept, splitNumbers)
  if (result.graph.split !== null) checkSplit(result.graph.split, result.graph.nodes, place)
  return result
}

interface Simple {
  edges: Uint32Array
  origin: Uint32Array
  weights: Float64Array | null
}

function assemble(
  raw: RawGraph,
  simple: Simple,
  recordEdge: Int32Array,
  counts: NormalisationCounts,
  kept: Uint32Array | null,
  splitNumbers: GraphDocument['splitNumbers'],
): NormalisedGraph {
  const number = kept === null ? null : renumbering(kept, raw.nodes)
  const final = number === null ? simple : cutEdges(raw, simple, number, recordEdge)
  const nodes = kept?.length ?? raw.nodes
  counts.nodesDropped = raw.nodes - nodes
  counts.edgesDropped = simple.origin.length - final.origin.length
  counts.isolatedNodes = isolated(nodes, final.edges)
  const labels = kept === null || raw.labels === null ? raw.labels : Int32Array.from(kept, (node) => raw.labels![node]!)
  const split =
    number === null || raw.split === null || splitNumbers === 'component' ? raw.split : renumberSplit(raw.split, number)
  const graph: Graph = {
    nodes,
    edges: final.edges,
    weights: final.weights,
    features: kept === null || raw.features === null ? raw.features : selectRows(raw.features, kept),
    labels,
    classes:
      raw.labels === null
        ? 0
        : (raw.classNames?.length ?? raw.labels.reduce((most, label) => Math.max(most, label), -1) + 1),
    split,
    // After the cut, the file's node numbers become names.
    nodeNames: kept === null ? raw.nodeNames : Array.from(kept, (node) => raw.nodeNames?.[node] ?? String(node)),
  }
  const writeWeights =
    final.weights ??
    (raw.weights === null ? null : Float64Array.from(final.origin, (record) => presentWeight(raw.weights![record]!)))
  return {
    graph,
    counts,
    edgeOrigin: final.origin,
    recordEdge,
    nodeOrigin: kept,
    writeWeights,
    added: null,
    classNames: raw.classNames,
  }
}

/** Records that are not loops, sorted by smaller then larger end; ties keep file order. */
function sortedRecords(raw: RawGraph): Uint32Array {
  const records = raw.edges.length / 2
  let order = new Uint32Array(records)
  let m = 0
  for (let r = 0; r < records; r++) if (raw.edges[2 * r] !== raw.edges[2 * r + 1]) order[m++] = r
  order = order.subarray(0, m)
  order = countingSort(order, raw.nodes, (r) => Math.max(raw.edges[2 * r]!, raw.edges[2 * r + 1]!))
  return countingSort(order, raw.nodes, (r) => Math.min(raw.edges[2 * r]!, raw.edges[2 * r + 1]!))
}

/** Stable sort by a key in 0 … keys − 1. */
function countingSort(order: Uint32Array, keys: number, key: (record: number) => number): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(keys + 1)
  for (const record of order) starts[key(record) + 1]!++
  for (let k = 0; k < keys; k++) starts[k + 1]! += starts[k]!
  const out = new Uint32Array(order.length)
  for (const record of order) out[starts[key(record)]!++] = record
  return out
}

function endsOf(raw: RawGraph, record: number): [number, number] {
  const a = raw.edges[2 * record]!
  const b = raw.edges[2 * record + 1]!
  return a < b ? [a, b] : [b, a]
}

function cutEdges(raw: RawGraph, simple: Simple, number: Int32Array, recordEdge: Int32Array): Simple {
  const inside: number[] = []
  const newEdge = new Int32Array(simple.origin.length).fill(DROPPED)
  for (let e = 0; e < simple.origin.length; e++) if (number[simple.edges[2 * e]!]! >= 0) newEdge[e] = inside.push(e) - 1
  for (let r = 0; r < recordEdge.length; r++) {
    if (recordEdge[r]! >= 0) recordEdge[r] = newEdge[recordEdge[r]!]!
    else if (number[raw.edges[2 * r]!]! < 0) recordEdge[r] = DROPPED
  }
  return {
    edges: Uint32Array.from(
      {length: 2 * inside.length},
      (_, i) => number[simple.edges[2 * inside[i >> 1]! + (i & 1)]!]!,
    ),
    origin: Uint32Array.from(inside, (e) => simple.origin[e]!),
    weights: simple.weights === null ? null : Float64Array.from(inside, (e) => simple.weights![e]!),
  }
}

/** In a weighted graph, a record without a weight has weight 1. */
const presentWeight = (weight: number) => (Number.isNaN(weight) ? 1 : weight)

function isolated(nodes: number, edges: Uint32Array): number {
  const touched = new Uint8Array(nodes)
  for (const node of edges) touched[node] = 1
  return touched.reduce((count, one) => count + 1 - one, 0)
}

function checkWeights(weights: Float64Array, place: string): void {
  const bad = weights.findIndex((weight) => !(weight > 0 && weight < Infinity))
  if (bad >= 0) {
    throw new InputError(
      `${place}: edge record ${bad} has the weight ${weights[bad]}, weights are positive and finite`,
      ['fix the weight, or ignore weights'],
    )
  }
}

const findLoop = (raw: RawGraph) => {
  let record = 0
  while (raw.edges[2 * record] !== raw.edges[2 * record + 1]) record++
  return record
}

function refusal(place: string, what: string, record: number, raw: RawGraph): InputError {
  const name = (node: number) => raw.nodeNames?.[node] ?? String(node)
  const ends = `${name(raw.edges[2 * record]!)} – ${name(raw.edges[2 * record + 1]!)}`
  return new InputError(`${place}: edge record ${record} (${ends}) is ${what}, which the options refuse`, [
    'fix the file, or allow it',
  ])
}

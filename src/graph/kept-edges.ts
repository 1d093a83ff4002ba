import {LOOP, type NormalisedGraph} from './document.js'
import {renumbering} from './select-nodes.js'

export interface KeptEdges {
  /** [2 k] kept and added edges, sorted */
  readonly kept: Uint32Array
  readonly removed: Uint32Array
  /** [k] 1 for an added edge; null: unweighted */
  readonly weights: Float64Array | null
  /** [k] 1: added; null: none is */
  readonly isAdded: Uint8Array | null
}

/** Splits the edges of a graph by the mask [m] of pruned ones; added edges are sorted in among the kept ones. */
export function keptEdges({graph: {edges}, writeWeights, added}: NormalisedGraph, pruned: Uint8Array): KeptEdges {
  const extra = added ?? new Uint32Array(0)
  const count = pruned.reduce((sum, one) => sum + one, 0)
  const kept = new Uint32Array(edges.length - 2 * count + extra.length)
  const removed = new Uint32Array(2 * count)
  const weights = writeWeights === null ? null : new Float64Array(kept.length / 2)
  const isAdded = added === null ? null : new Uint8Array(kept.length / 2)
  let k = 0
  let r = 0
  let a = 0
  const put = (u: number, v: number, weight: number, fresh: 0 | 1) => {
    if (weights !== null) weights[k >> 1] = weight
    if (isAdded !== null) isAdded[k >> 1] = fresh
    kept[k++] = u
    kept[k++] = v
  }
  const putAdded = () => put(extra[a++]!, extra[a++]!, 1, 1)
  for (let e = 0; e < pruned.length; e++) {
    const u = edges[2 * e]!
    const v = edges[2 * e + 1]!
    while (a < extra.length && (extra[a]! - u || extra[a + 1]! - v) < 0) putAdded()
    if (pruned[e] === 1) {
      removed[r++] = u
      removed[r++] = v
    } else put(u, v, writeWeights?.[e] ?? 1, 0)
  }
  while (a < extra.length) putAdded()
  return {kept, removed, weights, isAdded}
}

/** Added edges for a rewritten file, with the file's own node names. */
export function addedByName({graph, nodeOrigin, added}: NormalisedGraph): {source: string; target: string}[] {
  const name = (node: number) => graph.nodeNames?.[node] ?? String(nodeOrigin?.[node] ?? node)
  return Array.from({length: (added?.length ?? 0) / 2}, (_, e) => ({
    source: name(added![2 * e]!),
    target: name(added![2 * e + 1]!),
  }))
}

/** [records] Records that a rewritten file keeps: all records of a kept edge, and loops. */
export function keptRecords(result: NormalisedGraph, pruned: Uint8Array): Uint8Array {
  return Uint8Array.from(result.recordEdge, (edge) => (edge === LOOP || (edge >= 0 && pruned[edge] === 0) ? 1 : 0))
}

/** [nodes of the file] Nodes that a rewritten file keeps. */
export function keptNodes(result: NormalisedGraph, nodes: number): Uint8Array {
  if (result.nodeOrigin === null) return new Uint8Array(nodes).fill(1)
  const kept = new Uint8Array(nodes)
  for (const node of result.nodeOrigin) kept[node] = 1
  return kept
}

/** Which nodes and pairs of the file are kept. */
export interface PairFilter {
  /** both nodes are kept, and the pair is not pruned */
  readonly stays: (u: number, v: number) => boolean
  /** new number of each node of the file, −1: left out; null: unchanged */
  readonly number: Int32Array | null
  /** number of kept nodes */
  readonly nodes: number
}

export function pairFilter(result: NormalisedGraph, pruned: Uint8Array, nodes: number): PairFilter {
  const {graph, nodeOrigin} = result
  const origin = (node: number) => nodeOrigin?.[node] ?? node
  const out = new Set<number>()
  for (let e = 0; e < pruned.length; e++) {
    if (pruned[e] === 1) out.add(origin(graph.edges[2 * e]!) * nodes + origin(graph.edges[2 * e + 1]!))
  }
  const number = nodeOrigin === null ? null : renumbering(nodeOrigin, nodes)
  const isKept = (node: number) => number === null || number[node]! >= 0
  return {
    stays: (u, v) => isKept(u) && isKept(v) && !out.has(Math.min(u, v) * nodes + Math.max(u, v)),
    number,
    nodes: graph.nodes,
  }
}

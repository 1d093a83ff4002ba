import type {NormalisedGraph} from './document.js'
import type {Graph} from './types.js'

export interface KeptEdges {
  /** [2 k] the edges that stay, and those that were pruned, in the graph's order */
  readonly kept: Uint32Array
  readonly removed: Uint32Array
  /** [k] or null */
  readonly weights: Float64Array | null
}

/** Splits the edges of a graph by the mask [m] of pruned ones. */
export function keptEdges(result: NormalisedGraph, pruned: Uint8Array): KeptEdges {
  const {edges} = result.graph
  const count = pruned.reduce((sum, one) => sum + one, 0)
  const kept = new Uint32Array(edges.length - 2 * count)
  const removed = new Uint32Array(2 * count)
  const weights = result.writeWeights === null ? null : new Float64Array(kept.length / 2)
  let k = 0
  let r = 0
  for (let e = 0; e < pruned.length; e++) {
    if (pruned[e] === 1) {
      removed[r++] = edges[2 * e]!
      removed[r++] = edges[2 * e + 1]!
    } else {
      if (weights !== null) weights[k >> 1] = result.writeWeights![e]!
      kept[k++] = edges[2 * e]!
      kept[k++] = edges[2 * e + 1]!
    }
  }
  return {kept, removed, weights}
}

/** Records of the file that a rewritten file keeps: of a kept edge, and not merged into another record. [records] */
export function keptRecords(result: NormalisedGraph, pruned: Uint8Array): Uint8Array {
  return Uint8Array.from(result.recordEdge, (edge) => (edge >= 0 && pruned[edge] === 0 ? 1 : 0))
}

/** Nodes of the file that a rewritten file keeps. [nodes of the file] */
export function keptNodes(result: NormalisedGraph, nodes: number): Uint8Array {
  if (result.nodeOrigin === null) return new Uint8Array(nodes).fill(1)
  const kept = new Uint8Array(nodes)
  for (const node of result.nodeOrigin) kept[node] = 1
  return kept
}

/** The graph without its pruned edges, with the weights that are written. */
export function withoutPruned(result: NormalisedGraph, pruned: Uint8Array): Graph {
  const {kept, weights} = keptEdges(result, pruned)
  return {...result.graph, edges: kept, weights}
}

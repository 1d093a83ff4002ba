import {writeFileSync} from 'node:fs'
import {writeNpz} from '../src/data/npz.js'
import {random} from '../src/stats/random.js'

export interface GeneratedSize {
  nodes: number
  edges: number
  features: number
  classes: number
  /** share of nodes in the training split */
  labelled: number
}

/** The sizes of ogbn-arxiv, and the same proportions for any number of nodes. */
export const ARXIV: GeneratedSize = {nodes: 169_343, edges: 1_166_243, features: 128, classes: 40, labelled: 0.54}
export const arxivLike = (nodes: number): GeneratedSize => ({
  ...ARXIV,
  nodes,
  edges: Math.round((ARXIV.edges * nodes) / ARXIV.nodes),
})

/**
 * Share of edges within a class (.655 in ogbn-arxiv), and the exponent of the weights nodes are drawn with (degrees
 * with a heavy tail).
 */
const HOMOPHILY = 0.65
const TAIL = 0.5

/**
 * Writes a degree-corrected stochastic block model with dense features, class mean plus noise, as a plain npz: edges,
 * features, labels, train_idx. The same size and seed give the same file.
 */
export function writeGeneratedGraph(
  path: string,
  {nodes, edges, features, classes, labelled}: GeneratedSize,
  seed = 0,
): void {
  const {uniform, integer, normal, permutation} = random(seed)
  const labels = Int32Array.from({length: nodes}, () => integer(classes))
  const members = Array.from({length: classes}, (_, c) => permutation(nodes).filter((i) => labels[i] === c))
  const everyone = permutation(nodes)
  // The k-th of a list is drawn with a density ∝ k^(−TAIL): k = u^(1 / (1 − TAIL)) · length.
  const draw = (list: Uint32Array) => list[Math.floor(uniform() ** (1 / (1 - TAIL)) * list.length)]!
  const seen = new Set<number>()
  const pairs = new Int32Array(2 * edges)
  for (let e = 0; e < edges; ) {
    const u = draw(everyone)
    const v = draw(uniform() < HOMOPHILY ? members[labels[u]!]! : everyone)
    const key = Math.min(u, v) * nodes + Math.max(u, v)
    if (u === v || seen.has(key)) continue
    seen.add(key)
    pairs[2 * e] = Math.min(u, v)
    pairs[2 * e + 1] = Math.max(u, v)
    e++
  }
  const means = Float32Array.from({length: classes * features}, normal)
  const x = Float32Array.from(
    {length: nodes * features},
    (_, t) => 0.5 * means[labels[Math.floor(t / features)]! * features + (t % features)]! + normal(),
  )
  const train = Int32Array.from(
    permutation(nodes)
      .slice(0, Math.round(labelled * nodes))
      .sort(),
  )
  writeFileSync(
    path,
    writeNpz([
      {name: 'edges', shape: [edges, 2], type: 'i4', data: pairs},
      {name: 'features', shape: [nodes, features], type: 'f4', data: x},
      {name: 'labels', shape: [nodes], type: 'i4', data: labels},
      {name: 'num_nodes', shape: [1], type: 'i4', data: Int32Array.of(nodes)},
      {name: 'train_idx', shape: [train.length], type: 'i4', data: train},
      {name: 'val_idx', shape: [0], type: 'i4', data: new Int32Array(0)},
      {name: 'test_idx', shape: [0], type: 'i4', data: new Int32Array(0)},
    ]),
  )
}

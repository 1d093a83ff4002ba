import type {Graph} from '../../src/graph/types.js'
import type {Kinds} from '../../src/sanitize/strata.js'
import {random} from '../../src/stats/random.js'

/** A graph whose edges or nodes are of several kinds, and the edges that were wired into it at random. */
export interface TypedGraph {
  graph: Graph
  kinds: Kinds
  added: Uint32Array
}

const CLASSES = 4
const WORDS = 24

/** Rows of flags: those of the own class are set with chance .5, of others with .05, of the own kind with .5. */
function flags(classOf: Int32Array, kindOf: (i: number) => number, uniform: () => number) {
  const cols = (CLASSES + 2) * WORDS
  const data = new Float64Array(classOf.length * cols)
  classOf.forEach((c, i) => {
    for (let w = 0; w < cols; w++) {
      const group = Math.floor(w / WORDS)
      const chance = group < CLASSES ? (group === c ? 0.5 : 0.05) : group - CLASSES === kindOf(i) ? 0.5 : 0
      if (uniform() < chance) data[i * cols + w] = 1
    }
  })
  return {rows: classOf.length, cols, data}
}

function finished(
  keys: ReadonlyMap<number, number>,
  added: readonly number[],
  parts: Pick<Graph, 'nodes' | 'features' | 'labels'>,
  uniform: () => number,
): {graph: Graph; types: Uint32Array; added: Uint32Array} {
  const {nodes} = parts
  const sorted = [...keys].sort(([a], [b]) => a - b)
  const ends = (key: number) => [Math.floor(key / nodes), key % nodes]
  const train = Uint32Array.from({length: nodes}, (_, i) => i).filter(() => uniform() < 0.15)
  return {
    graph: {
      ...parts,
      edges: Uint32Array.from(sorted.flatMap(([key]) => ends(key))),
      weights: null,
      classes: CLASSES,
      split: {train, validation: new Uint32Array(0), test: new Uint32Array(0)},
      nodeNames: null,
    },
    types: Uint32Array.from(sorted, ([, type]) => type),
    added: Uint32Array.from([...added].sort((a, b) => a - b).flatMap(ends)),
  }
}

/**
 * Buyers and sellers: buyers buy mostly from sellers of their class, 12 times each; a share of further purchases joins
 * any buyer and any seller. Both have flags of their class, in the same columns, and flags of what they are: a buyer is more
 * like a buyer than like the sellers it buys from. Kinds: of the nodes.
 */
export function buyersAndSellers(seed: number, share = 0.15, buyers = 600, sellers = 200): TypedGraph {
  const generator = random(seed)
  const uniform = () => generator.uniform()
  const nodes = buyers + sellers
  const classOf = Int32Array.from({length: nodes}, () => Math.floor(uniform() * CLASSES))
  const features = flags(classOf, (i) => Number(i >= buyers), uniform)
  const key = (u: number, v: number) => Math.min(u, v) * nodes + Math.max(u, v)
  const keys = new Map<number, number>()
  const seller = () => buyers + Math.floor(uniform() * sellers)
  for (let u = 0; u < buyers; u++)
    for (let k = 0; k < 12; k++) {
      let v = seller()
      while (classOf[v] !== classOf[u] && uniform() < 0.98) v = seller()
      keys.set(key(u, v), 0)
    }
  const added: number[] = []
  const more = Math.round(keys.size * share)
  while (added.length < more) {
    const pair = key(Math.floor(uniform() * buyers), seller())
    if (keys.has(pair)) continue
    keys.set(pair, 0)
    added.push(pair)
  }
  const {graph, added: pairs} = finished(keys, added, {nodes, features, labels: classOf}, uniform)
  return {
    graph,
    kinds: {edges: null, nodes: Uint32Array.from({length: nodes}, (_, i) => Number(i >= buyers))},
    added: pairs,
  }
}

/**
 * Edges of two types among the same nodes: friends (type 0) are of one class, payments (type 1) of one class in about
 * half of the cases; a share of further payments joins any two nodes. Kinds: of the edges.
 */
export function friendsAndPayments(seed: number, share = 0.15, nodes = 1000): TypedGraph {
  const generator = random(seed)
  const uniform = () => generator.uniform()
  const classOf = Int32Array.from({length: nodes}, () => Math.floor(uniform() * CLASSES))
  const features = flags(classOf, () => -1, uniform)
  const key = (u: number, v: number) => Math.min(u, v) * nodes + Math.max(u, v)
  const keys = new Map<number, number>()
  const any = () => Math.floor(uniform() * nodes)
  const join = (type: number, strict: number) => {
    const u = any()
    let v = any()
    while (v === u || (classOf[v] !== classOf[u] && uniform() < strict)) v = any()
    if (!keys.has(key(u, v))) keys.set(key(u, v), type)
  }
  for (let k = 0; k < 5 * nodes; k++) join(0, 0.98)
  for (let k = 0; k < 3 * nodes; k++) join(1, 0.8)
  const added: number[] = []
  const more = Math.round(keys.size * share)
  while (added.length < more) {
    const [u, v] = [any(), any()]
    if (u === v || keys.has(key(u, v))) continue
    keys.set(key(u, v), 1)
    added.push(key(u, v))
  }
  const {graph, types, added: pairs} = finished(keys, added, {nodes, features, labels: classOf}, uniform)
  return {graph, kinds: {edges: types, nodes: null}, added: pairs}
}

import {edgeSet} from '../../src/attack/edge-set.js'
import type {Victim} from '../../src/attack/surrogate.js'
import {type AttackOptions, ATTACK_DEFAULTS} from '../../src/attack/types.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import type {Graph} from '../../src/graph/types.js'
import {normaliseRows} from '../../src/linalg/csr.js'
import {dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'

/** The bundled graph of 240 nodes in five communities. */
export const communityGraph = async (): Promise<Graph> =>
  normalise(await readGraph('fixtures/community-graph/small-community-graph.npz')).graph

/** A small random graph with dense features and three classes, every third node labelled. */
export function smallGraph(seed: number, nodes = 14): Graph {
  const rng = random(seed)
  const set = edgeSet(nodes, new Uint32Array(0))
  for (let u = 1; u < nodes; u++) set.flip(u, rng.integer(u))
  for (let k = 0; k < nodes; k++) {
    const [u, v] = [rng.integer(nodes), rng.integer(nodes)]
    if (u !== v && !set.has(u, v)) set.flip(u, v)
  }
  const features = dense(
    nodes,
    6,
    Float64Array.from({length: 6 * nodes}, () => rng.uniform()),
  )
  const labels = Int32Array.from({length: nodes}, (_, i) => i % 3)
  const all = Uint32Array.from({length: nodes}, (_, i) => i)
  const train = all.filter((i) => i % 3 === 0 || i < 3)
  return {
    nodes,
    edges: set.edges(),
    weights: null,
    features,
    labels,
    classes: 3,
    split: {train, validation: new Uint32Array(0), test: all.filter((i) => !train.includes(i))},
    nodeNames: null,
  }
}

export function victimOf(graph: Graph, ridge = 0.3): Victim {
  const train = graph.split!.train
  return {
    nodes: graph.nodes,
    features: normaliseRows(graph.features!).unit,
    classes: graph.classes,
    train,
    trainLabels: Int32Array.from(train, (i) => graph.labels![i]!),
    ridge,
  }
}

export const options = (changes: Partial<AttackOptions>): AttackOptions => ({
  method: 'metattack',
  count: null,
  targets: null,
  ...ATTACK_DEFAULTS,
  ...changes,
})

export const keysOf = (pairs: Uint32Array): string[] =>
  Array.from({length: pairs.length / 2}, (_, e) => `${pairs[2 * e]}-${pairs[2 * e + 1]}`)

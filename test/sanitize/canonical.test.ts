import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Graph} from '../../src/graph/types.js'
import {csrFromDense} from '../../src/linalg/csr.js'
import {dense} from '../../src/linalg/types.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {canonicalOrder} from '../../src/sanitize/canonical.js'
import {random} from '../../src/stats/random.js'

/** A random graph whose rows of features all differ. */
function anyGraph(nodes: number, seed: number) {
  const generator = random(seed)
  const features = dense(nodes, 3)
  for (let t = 0; t < features.data.length; t++)
    features.data[t] = generator.uniform() < 0.4 ? 0 : Math.floor(8 * generator.uniform()) / 4
  for (let i = 0; i < nodes; i++) features.data[3 * i] = 1 + generator.uniform()
  const edges: number[] = []
  for (let u = 0; u < nodes; u++) for (let v = u + 1; v < nodes; v++) if (generator.uniform() < 0.3) edges.push(u, v)
  return {nodes, features, edges: Uint32Array.from(edges)}
}

const orderOf = ({nodes, features, edges}: Pick<Graph, 'nodes' | 'features' | 'edges'>) =>
  Array.from(canonicalOrder({nodes, features}, new Int32Array(nodes), aggregation(nodes, edges, 'row', 1)))

describe('canonical order', () => {
  it('is the same of dense and of sparse features', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({min: 2, max: 15}), (seed, nodes) => {
        const graph = anyGraph(nodes, seed)
        expect(orderOf({...graph, features: csrFromDense(graph.features)})).toEqual(orderOf(graph))
      }),
    )
  })

  it('moves with the nodes when they are numbered in another way', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({min: 2, max: 15}), (seed, nodes) => {
        const graph = anyGraph(nodes, seed)
        const place = random(seed + 1).permutation(nodes)
        const features = dense(nodes, 3)
        for (let i = 0; i < nodes; i++)
          for (let t = 0; t < 3; t++) features.data[3 * place[i]! + t] = graph.features.data[3 * i + t]!
        const moved = orderOf({nodes, features, edges: graph.edges.map((i) => place[i]!)})
        expect(moved).toEqual(orderOf(graph).map((i) => place[i]!))
      }),
    )
  })
})

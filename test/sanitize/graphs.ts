import {existsSync, readFileSync} from 'node:fs'
import {numbersOf} from '../../src/data/named-array.js'
import {openNpz} from '../../src/data/npz.js'
import type {Graph} from '../../src/graph/types.js'

const FOLDER = new URL('../../../shared/data/graphs/', import.meta.url)

/** Where the measurement graphs are absent, tests that need them are skipped visibly. */
export const hasSharedGraphs = existsSync(new URL('kces_reference.json', FOLDER))

export const sharedJson = (name: string): unknown => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))

/** A graph of the shared folder as the command line would read it, and its known adversarial edges. */
export function sharedGraph(
  name: string,
  edges = 'edges_attacked',
  root: URL = FOLDER,
): {graph: Graph; added: Uint32Array} {
  const file = openNpz(readFileSync(new URL(`${name}.npz`, root)), name)
  const numbers = (key: string) => numbersOf(file.read(key), name)
  const nodes = numbers('num_nodes')[0]!
  const labels = Int32Array.from(numbers('labels'))
  const index = (key: string) => Uint32Array.from(numbers(key))
  return {
    graph: {
      nodes,
      edges: index(edges),
      weights: null,
      features: file.has('feat_data')
        ? {
            rows: nodes,
            cols: numbers('feat_shape')[1]!,
            indptr: index('feat_indptr'),
            indices: index('feat_indices'),
            values: Float64Array.from(numbers('feat_data')),
          }
        : null,
      labels,
      classes: Math.max(...labels) + 1,
      split: file.has('train_idx')
        ? {train: index('train_idx'), validation: index('val_idx'), test: index('test_idx')}
        : null,
      nodeNames: null,
    },
    added: file.has('edges_added') ? index('edges_added') : new Uint32Array(0),
  }
}

const FIXTURE = new URL('../../fixtures/community-graph/', import.meta.url)

export interface Attacked {
  graph: Graph
  /** The adversarial edges. */
  added: Uint32Array
  /** The edges before the attack. */
  clean: Uint32Array
}

/** The bundled attacked graph: 600 nodes, 1,765 edges. */
export function communityGraph(): Attacked {
  return {
    ...sharedGraph('community-graph', 'edges_attacked', FIXTURE),
    clean: sharedGraph('community-graph', 'edges', FIXTURE).graph.edges,
  }
}

/** Made alike, with 240 nodes and 706 edges: for what holds of any graph, in a fraction of the time. */
export function smallCommunityGraph(): Attacked {
  return {
    ...sharedGraph('small-community-graph', 'edges_attacked', FIXTURE),
    clean: sharedGraph('small-community-graph', 'edges', FIXTURE).graph.edges,
  }
}

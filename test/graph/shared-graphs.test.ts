import {existsSync, readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {writeGraph} from '../../src/graph/write-graph.js'
import {testFolder} from './files.js'

const SHARED = '../shared/data/graphs'
const present = existsSync(`${SHARED}/manifest.json`)
interface Entry {
  file: string
  nodes: number
  edges: number
  classes: number
  features: [number, number] | null
  train: number | null
  val: number | null
  test: number | null
  edges_attacked?: number
}
const manifest = present ? (JSON.parse(readFileSync(`${SHARED}/manifest.json`, 'utf8')) as Entry[]) : []
const {put} = testFolder()

describe.skipIf(!present)('shared graphs', () => {
  it.each(manifest.map((entry) => [entry.file, entry] as const))('%s agrees with the manifest', async (file, entry) => {
    const document = await readGraph(`${SHARED}/${file}`)
    const {graph, counts} = normalise(document)
    expect(document.format).toBe('plain-npz')
    expect([graph.nodes, graph.edges.length / 2, graph.classes]).toEqual([entry.nodes, entry.edges, entry.classes])
    expect(graph.features && [graph.features.rows, graph.features.cols]).toEqual(entry.features)
    expect([
      graph.split?.train.length ?? null,
      graph.split?.validation.length ?? null,
      graph.split?.test.length ?? null,
    ]).toEqual([entry.train, entry.val, entry.test])
    expect(counts).toMatchObject({selfLoopsDropped: 0, duplicatesMerged: 0})
    expect(graph.edges).toEqual(document.raw.edges)
    if (entry.edges_attacked !== undefined) {
      const attacked = normalise(await readGraph(`${SHARED}/${file}`, {edges: 'edges_attacked'}))
      expect(attacked.graph.edges.length / 2).toBe(entry.edges_attacked)
    }
  })

  it('raw/cora.npz cut to its largest component is cora.npz, with its published split', async () => {
    const document = await readGraph(`${SHARED}/raw/cora.npz`, {
      split: `${SHARED}/raw/cora_prognn_splits.json`,
      splitNumbers: 'component',
    })
    expect([document.format, document.raw.nodes]).toEqual(['deeprobust-npz', 2708])
    expect(document.notes.filter(({code}) => code === 'array-skipped')).toHaveLength(2)
    const cut = normalise(document, {largestComponent: true})
    const {graph} = normalise(await readGraph(`${SHARED}/cora.npz`))
    expect([cut.graph.nodes, cut.graph.edges.length / 2]).toEqual([2485, 5069])
    expect(cut.graph.edges).toEqual(graph.edges)
    expect(cut.graph.labels).toEqual(graph.labels)
    expect(cut.graph.features).toEqual(graph.features)
    expect(cut.graph.split).toEqual(graph.split)
    expect(cut.counts).toMatchObject({directedEdges: 5429, nodesDropped: 223, edgesDropped: 209})
    const again = normalise(
      await readGraph(put('cora.npz', writeGraph(document, cut, new Uint8Array(5069), 'o.npz').bytes)),
    )
    expect(again.graph).toEqual({...graph, split: null})
  })

  it('raw/cora_meta_adj_0.25.npz is the attacked graph of cora_meta_0.25.npz', async () => {
    const {graph} = normalise(await readGraph(`${SHARED}/raw/cora_meta_adj_0.25.npz`))
    expect(graph.edges).toEqual(
      normalise(await readGraph(`${SHARED}/cora_meta_0.25.npz`, {edges: 'edges_attacked'})).graph.edges,
    )
  })
})

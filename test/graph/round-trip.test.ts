import {gunzipSync} from 'node:zlib'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {NormalisedGraph} from '../../src/graph/document.js'
import {normalise, normaliseRaw} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {writeGraph} from '../../src/graph/write-graph.js'
import {writeSimpleNpz} from '../../src/graph/formats/write-plain-npz.js'
import {testFolder} from './files.js'

const {put} = testFolder()
/** Names that need quoting or escaping somewhere, but that every format can hold. */
const name = fc.stringMatching(/^[a-z][a-z "'&<>,;é#%]{0,6}[a-z]$/)

/** A connected-enough graph with names, labels, weights. */
const graphs = fc
  .record({
    names: fc.uniqueArray(name, {minLength: 6, maxLength: 10}),
    weighted: fc.boolean(),
    named: fc.boolean(),
    picks: fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.integer({min: 1, max: 9})), {maxLength: 20}),
  })
  .map(({names, weighted, named, picks}) => {
    const n = names.length
    const ring = names.map((_, i): [number, number, number] => [i, (i + 1) % n, 1 + (i % 3)])
    const pairs = [...ring, ...picks.map(([u, v, w]): [number, number, number] => [u % n, v % n, w])]
    return normaliseRaw(
      {
        nodes: n,
        edges: Uint32Array.from(pairs.flatMap(([u, v]) => [u, v])),
        weights: weighted ? Float64Array.from(pairs, ([, , w]) => w / 4) : null,
        directed: false,
        nodeNames: named ? names : null,
        features: {rows: n, cols: 2, data: Float64Array.from({length: 2 * n}, (_, i) => i / 8)},
        labels: Int32Array.from({length: n}, (_, i) => (i === 0 ? -1 : i % 2)),
        classNames: null,
        split: null,
      },
      'made',
      {weights: 'max'},
    )
  })

/** Edges by name with their weights, sorted: what two files must agree on whatever order they give the nodes. */
function edgesByName({graph, writeWeights}: NormalisedGraph, leftOut: Uint8Array): string[] {
  const name = (node: number) => graph.nodeNames?.[node] ?? String(node)
  const out: string[] = []
  for (let e = 0; e < graph.edges.length / 2; e++) {
    if (leftOut[e] === 1) continue
    out.push(
      JSON.stringify([[name(graph.edges[2 * e]!), name(graph.edges[2 * e + 1]!)].sort(), writeWeights?.[e] ?? 1]),
    )
  }
  return out.sort()
}
const labelsByName = ({graph, classNames}: NormalisedGraph) =>
  Array.from(
    graph.labels ?? [],
    (label, node) => `${graph.nodeNames?.[node] ?? node}: ${classNames?.[label] ?? label}`,
  ).sort()

const none = (graph: NormalisedGraph) => new Uint8Array(graph.graph.edges.length / 2)
const isEdgeList = (extension: string) => /csv|tsv|txt/.test(extension)

describe.each(['npz', 'graphml', 'gexf', 'json', 'csv', 'tsv', 'csv.gz'])('a graph converted to %s', (extension) => {
  it('is read back, and rewriting it takes away exactly the pruned edges', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(), async (graph, pick) => {
        const source = await readGraph(put('source.npz', writeSimpleNpz(graph, none(graph)).bytes))
        const first = normalise(source, {weights: 'max'})
        expect(edgesByName(first, none(first))).toEqual(edgesByName(graph, none(graph)))
        const options = {
          featureAttributes: extension === 'json' ? ['features'] : [],
          ...(isEdgeList(extension) ? {} : {labelAttribute: 'class'}),
        }
        const document = await readGraph(
          put(`converted.${extension}`, writeGraph(source, first, none(first), `x.${extension}`).bytes),
          options,
        )
        const converted = normalise(document, {weights: 'max'})
        expect(edgesByName(converted, none(converted))).toEqual(edgesByName(graph, none(graph)))
        if (!isEdgeList(extension)) expect(labelsByName(converted)).toEqual(labelsByName(graph))
        if (extension === 'npz' || extension === 'json')
          expect(Array.from((converted.graph.features as {data: Float64Array}).data)).toEqual(
            Array.from((graph.graph.features as {data: Float64Array}).data),
          )

        const pruned = none(converted)
        pruned[pick % pruned.length] = 1
        const rewritten = writeGraph(document, converted, pruned, `y.${extension}`).bytes
        const again = normalise(await readGraph(put(`rewritten.${extension}`, rewritten), options), {weights: 'max'})
        expect(edgesByName(again, none(again))).toEqual(edgesByName(converted, pruned))
        if (!isEdgeList(extension)) expect(labelsByName(again)).toEqual(labelsByName(graph))
      }),
      {seed: 9, numRuns: 25},
    )
  })
  it('gives the same bytes every time, and is rewritten byte by byte where nothing is pruned', async () => {
    const [graph] = fc.sample(graphs, {seed: 10, numRuns: 1})
    const source = await readGraph(put('source.npz', writeSimpleNpz(graph!, none(graph!)).bytes))
    const first = normalise(source)
    const bytes = writeGraph(source, first, none(first), `x.${extension}`).bytes
    expect(Buffer.compare(writeGraph(source, first, none(first), `x.${extension}`).bytes, bytes)).toBe(0)
    const document = await readGraph(put(`one.${extension}`, bytes))
    const result = normalise(document, {weights: 'max'})
    const plain = (b: Uint8Array) =>
      extension.endsWith('gz') ? gunzipSync(b).toString() : Buffer.from(b).toString('latin1')
    if (extension !== 'npz')
      expect(plain(writeGraph(document, result, none(result), `y.${extension}`).bytes)).toBe(plain(bytes))
  })
})

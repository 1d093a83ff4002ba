import {describe, expect, it} from 'vitest'
import {numbersOf} from '../../src/data/named-array.js'
import {openNpz} from '../../src/data/npz.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {writeGraph} from '../../src/graph/write-graph.js'

describe('edge_index for PyTorch Geometric', () => {
  it('holds both directions sorted by source, dense features, labels and masks, without the pruned edges', async () => {
    const document = await readGraph('fixtures/community-graph/community-graph.npz', {edges: 'edges_attacked'})
    const result = normalise(document)
    const {graph} = result
    const m = graph.edges.length / 2
    const pruned = Uint8Array.from({length: m}, (_, e) => Number(e % 5 === 0))
    const weights = Float64Array.from({length: m}, (_, e) => (e + 1) / m)
    const file = openNpz(writeGraph(document, result, pruned, 'out.pyg.npz', weights).bytes, 'out')
    const index = numbersOf(file.read('edge_index'), 'out')
    const k = index.length / 2
    const weight = numbersOf(file.read('edge_weight'), 'out')
    const seen = new Map<string, number>()
    for (let t = 0; t < k; t++) {
      if (t > 0)
        expect(index[t - 1]! < index[t]! || (index[t - 1] === index[t] && index[k + t - 1]! < index[k + t]!)).toBe(true)
      seen.set(`${index[t]!},${index[k + t]!}`, weight[t]!)
    }
    const kept = Array.from({length: m}, (_, e) => e).filter((e) => pruned[e] === 0)
    expect(seen.size).toBe(2 * kept.length)
    for (const e of kept) {
      const [u, v] = [graph.edges[2 * e]!, graph.edges[2 * e + 1]!]
      for (const key of [`${u},${v}`, `${v},${u}`]) expect(seen.get(key)).toBe(Math.fround(weights[e]!))
    }
    expect(file.shape('x')).toEqual([graph.nodes, graph.features!.cols])
    expect(Array.from(numbersOf(file.read('y'), 'out'))).toEqual(Array.from(graph.labels!))
    const mask = numbersOf(file.read('train_mask'), 'out')
    expect(Array.from(mask.keys()).filter((i) => mask[i] === 1)).toEqual(Array.from(graph.split!.train))
  })
})

import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {invertPositiveDefinite} from '../../src/linalg/inverse.js'
import {onnxProducts} from '../../src/linalg/onnx-products.js'
import {plainProducts, type Products} from '../../src/linalg/products.js'
import {aggregation, type Norm} from '../../src/sanitize/aggregate.js'
import {kernelGram, kernelOf, solveComplexity} from '../../src/sanitize/complexity.js'
import {exactRemoval} from '../../src/sanitize/exact.js'
import {kernelFeatures} from '../../src/sanitize/features.js'
import {firstOrderChanges, gradientsFromGram, joinGradients} from '../../src/sanitize/first-order.js'
import {type LabelCoding, labelMatrix} from '../../src/sanitize/labels.js'
import type {Graph} from '../../src/graph/types.js'
import {pearson} from '../support/pearson.js'
import {hasSharedGraphs, sharedGraph, sharedJson} from './graphs.js'

interface Reference {
  karate_club: {cases: {norm: Norm; S_idx: number[]; ridge: number; gkc: number; kc: number[]}[]}
  'cora_meta_0.25': {norm: Norm; ridge: number; gkc: number; gkc_clean: number; edge_index: number[]; kc: number[]}[]
}

let products: Products

beforeAll(async () => {
  products = (await onnxProducts(2)) ?? plainProducts
})
afterAll(() => products.close())

async function solved(graph: Graph, norm: Norm, nodeSet: Uint32Array, ridge: number, coding: LabelCoding = 'signed') {
  const features = kernelFeatures(graph)
  const mixing = aggregation(graph.nodes, graph.edges, norm, 1)
  const gram = await kernelGram(features, mixing, nodeSet, products)
  const {kernel, slope} = kernelOf(gram, true)
  const y = labelMatrix(graph.labels!, nodeSet, graph.classes, coding)
  return {
    features,
    mixing,
    gram,
    kernel,
    slope: slope!,
    ridge,
    solution: await solveComplexity(kernel, y, ridge, products),
  }
}

async function exact(s: Awaited<ReturnType<typeof solved>>, graph: Graph, which: ArrayLike<number>) {
  return exactRemoval(
    {
      gram: s.gram,
      kernel: s.kernel,
      inverse: await invertPositiveDefinite(s.kernel, products, s.ridge),
      solved: s.solution,
      features: s.features,
      graph: s.mixing,
      edges: graph.edges,
    },
    which,
    products,
  )
}

async function firstOrder(s: Awaited<ReturnType<typeof solved>>, graph: Graph) {
  const weights = await products.multiplyTransposed(s.solution.alpha, s.solution.alpha)
  return firstOrderChanges(s.mixing, graph.edges, [
    joinGradients(gradientsFromGram(s.gram, [weights], s.slope, s.mixing), s.mixing, s.gram.nodeSet),
  ])[0]!
}

const every = (graph: Graph) => Uint32Array.from({length: graph.edges.length / 2}, (_, e) => e)

describe.skipIf(!hasSharedGraphs)('against the independent reference (shared graphs)', () => {
  it('GKC and exact removal of all karate edges, every case, to 1e-8', async () => {
    const {graph} = sharedGraph('karate_club', 'edges')
    for (const item of (sharedJson('kces_reference.json') as Reference).karate_club.cases) {
      // The file lists node sets in its own order; GKC does not depend on it.
      const s = await solved(graph, item.norm, Uint32Array.from(item.S_idx), item.ridge)
      expect(Math.abs(s.solution.gkc - item.gkc)).toBeLessThan(1e-8)
      const kc = await exact(s, graph, every(graph))
      kc.forEach((x, e) => expect(Math.abs(x - item.kc[e]!)).toBeLessThan(1e-8))
    }
  })

  it('GKC and exact removal of 25 edges of the attacked Cora, to 1e-8; GKC of the clean graph', async () => {
    const {graph} = sharedGraph('cora_meta_0.25')
    const clean = sharedGraph('cora_meta_0.25', 'edges').graph
    for (const item of (sharedJson('kces_reference.json') as Reference)['cora_meta_0.25']) {
      const s = await solved(graph, item.norm, graph.split!.train, item.ridge)
      expect(Math.abs(s.solution.gkc - item.gkc)).toBeLessThan(1e-8)
      const kc = await exact(s, graph, item.edge_index)
      kc.forEach((x, t) => expect(Math.abs(x - item.kc[t]!)).toBeLessThan(1e-8))
      expect(
        Math.abs((await solved(clean, item.norm, graph.split!.train, item.ridge)).solution.gkc - item.gkc_clean),
      ).toBeLessThan(1e-8)
    }
  })

  it('the closed form follows exact removal: Pearson ≥ .95 on karate and on the labelled set of Cora', async () => {
    const karate = sharedGraph('karate_club', 'edges').graph
    const all = Uint32Array.from({length: 34}, (_, i) => i)
    for (const ridge of [1e-3, 1, 10]) {
      const s = await solved(karate, 'row', all, ridge, 'centred')
      expect(pearson(await firstOrder(s, karate), await exact(s, karate, every(karate)))).toBeGreaterThan(0.95)
    }
    const cora = sharedGraph('cora_meta_0.25').graph
    const s = await solved(cora, 'row', cora.split!.train, 10, 'centred')
    expect(pearson(await firstOrder(s, cora), await exact(s, cora, every(cora)))).toBeGreaterThan(0.95)
  })
})

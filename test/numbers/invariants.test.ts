import fc from 'fast-check'
import {EVD, Matrix as SmallMatrix} from 'ml-matrix'
import {describe, expect, it} from 'vitest'
import {certify} from '../../src/certify/certify.js'
import type {Embeddings} from '../../src/certify/types.js'
import type {Graph} from '../../src/graph/types.js'
import {plainProducts} from '../../src/linalg/products.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {kernelGram, kernelOf, solveComplexity} from '../../src/sanitize/complexity.js'
import {kernelFeatures} from '../../src/sanitize/features.js'
import {type LabelCoding, labelMatrix} from '../../src/sanitize/labels.js'
import {ratioUpperBound} from '../../src/stats/betting.js'
import {clopperPearsonUpper} from '../../src/stats/clopper-pearson.js'
import {klUpper} from '../../src/stats/kl-bound.js'
import {maurerPontilUpper} from '../../src/stats/maurer-pontil.js'
import {random} from '../../src/stats/random.js'
import {engine, mixture, options} from '../certify/fixtures.js'

/** A graph of `nodes` nodes in `classes` classes, without isolated ones. */
function someGraph(seed: number, nodes: number, classes: number): Graph {
  const r = random(seed)
  const pairs = new Set<string>()
  for (let u = 1; u < nodes; u++) pairs.add(`${r.integer(u)},${u}`)
  for (let k = 0; k < nodes; k++) {
    const [u, v] = [r.integer(nodes), r.integer(nodes)].sort((a, b) => a - b) as [number, number]
    if (u !== v) pairs.add(`${u},${v}`)
  }
  return {
    nodes,
    classes,
    edges: Uint32Array.from([...pairs].flatMap((pair) => pair.split(',').map(Number))),
    weights: null,
    split: null,
    nodeNames: null,
    features: {rows: nodes, cols: 4, data: Float64Array.from({length: 4 * nodes}, () => r.normal())},
    labels: Int32Array.from({length: nodes}, (_, i) => (i < classes ? i : r.integer(classes))),
  }
}

async function kernelAndGkc(
  graph: Graph,
  coding: LabelCoding = 'centred',
  nodeSet = Uint32Array.from({length: graph.nodes}, (_, i) => i),
) {
  const gram = await kernelGram(
    kernelFeatures(graph),
    aggregation(graph.nodes, graph.edges, 'row', 1),
    nodeSet,
    plainProducts,
  )
  const {kernel} = kernelOf(gram, false)
  return {
    kernel,
    gkc: (await solveComplexity(kernel, labelMatrix(graph.labels!, nodeSet, graph.classes, coding), 0.1, plainProducts))
      .gkc,
  }
}

const graphs = fc.record({
  seed: fc.nat(1e6),
  nodes: fc.integer({min: 4, max: 24}),
  classes: fc.integer({min: 2, max: 4}),
})

describe('graph kernel complexity', () => {
  it('the kernel is positive semi-definite with ½ on its diagonal', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async ({seed, nodes, classes}) => {
        const {kernel} = await kernelAndGkc(someGraph(seed, nodes, classes))
        const {realEigenvalues} = new EVD(SmallMatrix.from1DArray(nodes, nodes, Array.from(kernel.data)), {
          assumeSymmetric: true,
        })
        expect(Math.min(...realEigenvalues)).toBeGreaterThan(-1e-13 * nodes)
        for (let i = 0; i < nodes; i++) expect(kernel.data[i * nodes + i]).toBe(0.5)
      }),
      {seed: 11, numRuns: 40},
    )
  })

  it('does not change when classes are renamed, or when there is a name for a class without a node', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.constantFrom<LabelCoding>('centred', 'one-hot', 'signed'),
        async ({seed, nodes, classes}, coding) => {
          const graph = someGraph(seed, nodes, classes)
          const {gkc} = await kernelAndGkc(graph, coding)
          const names = random(seed).permutation(classes)
          const renamed = {...graph, labels: graph.labels!.map((c) => names[c]!)}
          expect(Math.abs((await kernelAndGkc(renamed, coding)).gkc / gkc - 1)).toBeLessThan(1e-12)
          // A class without a node is a column of zeros; ±1 coding gives it −1 everywhere instead.
          if (coding !== 'signed')
            expect(Math.abs((await kernelAndGkc({...graph, classes: classes + 1}, coding)).gkc / gkc - 1)).toBeLessThan(
              1e-12,
            )
        },
      ),
      {seed: 12, numRuns: 40},
    )
  })

  it('does not change for the same node set when an isolated node is added', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async ({seed, nodes, classes}) => {
        const graph = someGraph(seed, nodes, classes)
        const set = Uint32Array.from({length: nodes}, (_, i) => i)
        const {data} = graph.features as {data: Float64Array}
        const more: Graph = {
          ...graph,
          nodes: nodes + 1,
          labels: Int32Array.from([...graph.labels!, 0]),
          features: {rows: nodes + 1, cols: 4, data: Float64Array.from([...data, 1, -2, 3, 0.5])},
        }
        expect((await kernelAndGkc(more, 'centred', set)).gkc).toBe((await kernelAndGkc(graph, 'centred', set)).gkc)
      }),
      {seed: 13, numRuns: 40},
    )
  })
})

describe('certify', () => {
  const close = (a: number, b: number, tolerance = 1e-9) =>
    expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(a)))

  it('without a split the statistics of all pairs do not depend on the order of the rows', async () => {
    for (const seed of [1, 2, 3]) {
      const data = mixture(seed, 90)
      const order = random(seed).permutation(90)
      const rows = <T extends Float32Array | Float64Array | Int32Array>(x: T): T => {
        const width = x.length / 90
        return x.map((_, at) => x[order[Math.floor(at / width)]! * width + (at % width)]!) as T
      }
      const moved: Embeddings = {
        ...data,
        layers: data.layers.map((layer) => ({...layer, data: rows(layer.data)})),
        labels: rows(data.labels!),
        output: {...data.output!, data: rows(data.output!.data)},
      }
      const [a, b] = [
        await certify(data, options({split: null, bootstrap: 0}), engine),
        await certify(moved, options({split: null, bootstrap: 0}), engine),
      ]
      a.metrics.layers.forEach((layer, k) => {
        const other = b.metrics.layers[k]!
        close(layer.epsilon.raw.estimate, other.epsilon.raw.estimate)
        close(layer.diameter, other.diameter)
        close(layer.medianDistance, other.medianDistance)
        close(layer.crossLabelShare!, other.crossLabelShare!)
      })
    }
  })

  it('renaming the classes, in labels and output alike, changes no bound', async () => {
    const data = mixture(4, 200)
    const names = [2, 0, 3, 1]
    const logits = new Float64Array(200 * 4)
    for (let i = 0; i < 200; i++) for (let c = 0; c < 4; c++) logits[i * 4 + names[c]!] = data.output!.data[i * 4 + c]!
    const renamed: Embeddings = {
      ...data,
      labels: data.labels!.map((c) => names[c]!),
      output: {...data.output!, data: logits},
    }
    const [a, b] = [
      await certify(data, options({bootstrap: 0}), engine),
      await certify(renamed, options({bootstrap: 0}), engine),
    ]
    expect(b.verdict.status).toBe(a.verdict.status)
    a.metrics.layers.forEach((layer, k) => close(layer.epsilon.raw.upper!, b.metrics.layers[k]!.epsilon.raw.upper!))
    a.metrics.cells.forEach((cell, k) => close(cell.direct, b.metrics.cells[k]!.direct))
    for (const row of a.metrics.classes!)
      close(
        row.bound,
        b.metrics.classes!.find((other) => other.layer === row.layer && other.label === names[row.label])!.bound,
      )
  })
})

describe('bounds fall as the sample grows and as α grows', () => {
  const ascending = fc.record({
    n: fc.integer({min: 2, max: 120}),
    times: fc.integer({min: 2, max: 5}),
    alpha: fc.double({min: 1e-5, max: 0.2, noNaN: true}),
    seed: fc.nat(1e6),
  })
  const bets = [
    {stake: 0.5, weight: 0.5, from: 0},
    {stake: 0.9, weight: 0.5, from: 0},
  ]

  it('for the same statistics on several times as many points', () => {
    fc.assert(
      fc.property(ascending, ({n, times, alpha, seed}) => {
        const r = random(seed)
        const [a, successes] = [Float64Array.from({length: n}, () => r.uniform() ** 3), r.integer(n + 1)]
        const repeated = Float64Array.from({length: n * times}, (_, j) => a[j % n]!)
        const bounds: [number, number, number][] = [
          [
            clopperPearsonUpper(successes, n, alpha),
            clopperPearsonUpper(successes * times, n * times, alpha),
            clopperPearsonUpper(successes, n, 2 * alpha),
          ],
          [klUpper(a[0]!, 1, n, alpha), klUpper(a[0]!, 1, n * times, alpha), klUpper(a[0]!, 1, n, 2 * alpha)],
          [maurerPontilUpper(a, 1, alpha), maurerPontilUpper(repeated, 1, alpha), maurerPontilUpper(a, 1, 2 * alpha)],
          [
            ratioUpperBound(a, null, bets, alpha, 1),
            ratioUpperBound(repeated, null, bets, alpha, 1),
            ratioUpperBound(a, null, bets, 2 * alpha, 1),
          ],
        ]
        for (const [bound, ofMore, ofLess] of bounds) {
          expect(ofMore).toBeLessThanOrEqual(bound + 1e-12)
          expect(ofLess).toBeLessThanOrEqual(bound + 1e-12)
        }
      }),
      {seed: 14, numRuns: 200},
    )
  })
})

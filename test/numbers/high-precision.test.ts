import {readFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Graph} from '../../src/graph/types.js'
import {invertPositiveDefinite} from '../../src/linalg/inverse.js'
import {onnxProducts} from '../../src/linalg/onnx-products.js'
import {plainProducts, type Products} from '../../src/linalg/products.js'
import type {Dense} from '../../src/linalg/types.js'
import {kappa, kappaSlope} from '../../src/pairwise/arc-cosine.js'
import {BlockRunner} from '../../src/pairwise/cpu/runner.js'
import {cpuVolatility} from '../../src/pairwise/cpu/volatility.js'
import type {VolatilityTask} from '../../src/pairwise/engine.js'
import {aggregation, type Norm} from '../../src/sanitize/aggregate.js'
import {kernelGram, kernelOf, solveComplexity} from '../../src/sanitize/complexity.js'
import {exactRemoval} from '../../src/sanitize/exact.js'
import {kernelFeatures} from '../../src/sanitize/features.js'
import {labelMatrix} from '../../src/sanitize/labels.js'
import {ratioUpperBound} from '../../src/stats/betting.js'
import {clopperPearsonUpper} from '../../src/stats/clopper-pearson.js'
import {incompleteBeta, logGamma} from '../../src/stats/special.js'
import {klUpper} from '../../src/stats/kl-bound.js'
import {maurerPontilUpper} from '../../src/stats/maurer-pontil.js'
import {normalCdf} from '../../src/stats/normal.js'

/** Computed with 50 digits by fixtures/high-precision/make-high-precision.py, which shares no line with surety. */
interface Expected {
  functions: {
    kappa: [number, number][]
    kappaSlope: [number, number][]
    normalCdf: [number, number][]
    logGamma: [number, number][]
    incompleteBeta: [number, number, number, number][]
  }
  bounds: {
    clopperPearson: [number, number, number, number][]
    kl: [number, number, number, number, number][]
    maurerPontil: [number[], number, number, number][]
    ratio: {a: number[]; b: number[]; bets: [number, number, number][]; max: number; cases: [number, number][]}
  }
  volatility: {
    task: {
      anchors: number[][]
      references: number[][]
      anchorLoss: number[]
      referenceLoss: number[]
      anchorLabels: number[]
      referenceLabels: number[]
      scale: number
      floor: number
      lossMax: number
      etas: number[]
    }
    cases: {
      metric: VolatilityTask['metric']
      deltas: number[]
      sums: Record<'total' | 'within' | 'windowed' | 'exceed' | 'anchorTotal', number[]> & {
        crossLabelTotal: number
        diameter: number
      }
    }[]
  }
  complexity: {
    nodes: number
    edges: [number, number][]
    features: number[][]
    labels: number[]
    cases: {norm: Norm; hops: 1 | 2; ridge: number; nodeSet: number[]; gkc: number; kc: number[]}[]
  }
}

const {functions, bounds, volatility, complexity} = JSON.parse(
  readFileSync('fixtures/high-precision/high-precision.json', 'utf8'),
) as Expected

let every: Products[] = [plainProducts]
beforeAll(async () => {
  const onnx = await onnxProducts(1)
  if (onnx !== null) every = [plainProducts, onnx]
})
afterAll(() => Promise.all(every.map((products) => products.close())))

const error = (got: number, truth: number) => Math.abs(got - truth) / Math.max(Math.abs(truth), 1e-3)

describe('special functions', () => {
  it('κ to 10⁻¹⁴ absolute, κ′ to 10⁻¹² relative, up to where it is clamped', () => {
    for (const [c, truth] of functions.kappa) expect(Math.abs(kappa(c) - truth), `κ(${c})`).toBeLessThan(1e-14)
    for (const [c, truth] of functions.kappaSlope) expect(error(kappaSlope(c), truth), `κ′(${c})`).toBeLessThan(1e-12)
  })

  it('the normal distribution and log Γ to 10⁻¹⁴, the incomplete beta function to 10⁻¹¹, relative', () => {
    for (const [x, truth] of functions.normalCdf) expect(Math.abs(normalCdf(x) - truth), `Φ(${x})`).toBeLessThan(1e-14)
    for (const [x, truth] of functions.logGamma)
      expect(Math.abs(logGamma(x) - truth) / Math.max(1, Math.abs(truth)), `log Γ(${x})`).toBeLessThan(1e-14)
    for (const [x, a, b, truth] of functions.incompleteBeta)
      expect(error(incompleteBeta(x, a, b), truth), `I_${x}(${a}, ${b})`).toBeLessThan(1e-11)
  })
})

/** Upper bounds may err upwards by the last bits, but not downwards by more. */
function isBound(got: number, truth: number, what: string, tolerance = 1e-10): void {
  expect(got / truth - 1, what).toBeLessThan(tolerance)
  expect(1 - got / truth, what).toBeLessThan(tolerance)
}

describe('confidence bounds, root by root', () => {
  it.each(bounds.clopperPearson)('Clopper–Pearson: %d of %d at α = %d', (k, n, alpha, truth) =>
    isBound(clopperPearsonUpper(k, n, alpha), truth, 'upper'),
  )
  it.each(bounds.kl)('Chernoff: mean %d of at most %d, n = %d, α = %d', (u, max, n, alpha, truth) =>
    isBound(klUpper(u, max, n, alpha), truth, 'upper'),
  )
  it('Maurer–Pontil, of values that vary', () => {
    for (const [values, max, alpha, truth] of bounds.maurerPontil)
      isBound(
        maurerPontilUpper(Float64Array.from(values), max, alpha),
        truth,
        `${values.length} values at ${alpha}`,
        1e-14,
      )
  })
  it('the betting bound of a ratio', () => {
    const {a, b, bets, max, cases} = bounds.ratio
    for (const [alpha, truth] of cases)
      isBound(
        ratioUpperBound(
          Float64Array.from(a),
          Float64Array.from(b),
          bets.map(([stake, weight, from]) => ({stake, weight, from})),
          alpha,
          max,
        ),
        truth,
        `α = ${alpha}`,
      )
  })
})

describe('volatility sums', () => {
  const {task} = volatility
  const matrix = (rows: number[][]): Dense => ({
    rows: rows.length,
    cols: rows[0]!.length,
    data: Float64Array.from(rows.flat()),
  })

  it.each(volatility.cases)('$metric: every sum to 10⁻¹³, every count', async ({metric, deltas, sums}) => {
    for (const products of every) {
      const got = await cpuVolatility(
        {
          ...task,
          metric,
          deltas: Float64Array.from(deltas),
          etas: Float64Array.from(task.etas),
          anchors: matrix(task.anchors),
          references: matrix(task.references),
          anchorLoss: Float64Array.from(task.anchorLoss),
          referenceLoss: Float64Array.from(task.referenceLoss),
          anchorLabels: Int32Array.from(task.anchorLabels),
          referenceLabels: Int32Array.from(task.referenceLabels),
        },
        new BlockRunner(products),
      )
      expect(Array.from(got.within)).toEqual(sums.within)
      expect(Array.from(got.exceed)).toEqual(sums.exceed)
      for (const name of ['total', 'windowed', 'anchorTotal'] as const)
        sums[name].forEach((truth, at) => expect(error(got[name][at]!, truth), `${name}[${at}]`).toBeLessThan(1e-13))
      for (const name of ['crossLabelTotal', 'diameter'] as const)
        expect(error(got[name], sums[name]), name).toBeLessThan(1e-13)
    }
  })
})

describe('graph kernel complexity', () => {
  const {nodes, edges, features, labels, cases} = complexity
  const graph: Graph = {
    nodes,
    edges: Uint32Array.from(edges.flat()),
    weights: null,
    labels: Int32Array.from(labels),
    classes: 3,
    split: null,
    nodeNames: null,
    features: {rows: nodes, cols: features[0]!.length, data: Float64Array.from(features.flat())},
  }

  it.each(cases)(
    '$norm, $hops hops, λ = $ridge: GKC to 10⁻¹², and exact removal of every edge to 10⁻¹⁰',
    async ({norm, hops, ridge, nodeSet, gkc, kc}) => {
      for (const products of every) {
        const set = Uint32Array.from(nodeSet)
        const x = kernelFeatures(graph)
        const mixing = aggregation(nodes, graph.edges, norm, hops)
        const gram = await kernelGram(x, mixing, set, products)
        const {kernel} = kernelOf(gram, false)
        const solved = await solveComplexity(kernel, labelMatrix(graph.labels!, set, 3, 'one-hot'), ridge, products)
        expect(error(solved.gkc, gkc)).toBeLessThan(1e-12)
        const changes = await exactRemoval(
          {
            gram,
            kernel,
            inverse: await invertPositiveDefinite(kernel, products, ridge),
            solved,
            features: x,
            graph: mixing,
            edges: graph.edges,
          },
          edges.map((_, e) => e),
          products,
        )
        kc.forEach((truth, e) =>
          expect(Math.abs(changes[e]! - truth), `edge ${edges[e]!.join('–')}`).toBeLessThan(1e-10 * gkc),
        )
      }
    },
  )
})

import {inverse, Matrix as Oracle} from 'ml-matrix'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {denseRows, selectRows} from '../../../src/linalg/csr.js'
import {onnxProducts} from '../../../src/linalg/onnx-products.js'
import {plainProducts, type Products} from '../../../src/linalg/products.js'
import type {Csr, Dense} from '../../../src/linalg/types.js'
import {kappa} from '../../../src/pairwise/arc-cosine.js'
import {createCpuEngine} from '../../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../../src/pairwise/engine.js'
import {aggregateFeatures, aggregation} from '../../../src/sanitize/aggregate.js'
import {kernelFeatures} from '../../../src/sanitize/features.js'
import {allBlocks, solveBlocks} from '../../../src/sanitize/kernel-scores.js'
import {unitRows} from '../../../src/sanitize/kernel-rows.js'
import {labelMatrix} from '../../../src/sanitize/labels.js'
import {LandmarkChunks} from '../../../src/sanitize/landmark-chunks.js'
import {solveLandmarks} from '../../../src/sanitize/landmark-scores.js'
import {featureChunk, featureChunks, landmarkError, landmarkKernel} from '../../../src/sanitize/landmarks.js'
import {gramSolver} from '../../../src/sanitize/solvers/gram.js'
import {landmarkSolver} from '../../../src/sanitize/solvers/landmark.js'
import type {KernelProblem, KernelSolver} from '../../../src/sanitize/solvers/solver.js'
import {streamSolver} from '../../../src/sanitize/solvers/stream.js'
import {random} from '../../../src/stats/random.js'
import {pearson} from '../../support/pearson.js'
import {communityGraph} from '../graphs.js'

const {graph} = communityGraph()
let engine: PairwiseEngine
let products: Products
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
  products = (await onnxProducts(1)) ?? plainProducts
})
afterAll(() => Promise.all([engine.close(), products.close()]))

function problem(
  ridge: number,
  nodeSet = Uint32Array.from({length: graph.nodes}, (_, i) => i),
  norm: 'row' | 'sym' = 'row',
): KernelProblem {
  return {
    features: kernelFeatures(graph),
    graph: aggregation(graph.nodes, graph.edges, norm, 1),
    nodeSet,
    y: labelMatrix(graph.labels!, nodeSet, graph.classes, 'centred'),
    ridge,
    labelFreeRidge: 0.01,
  }
}
const gram = (p: KernelProblem) => gramSolver(p, graph.edges, 'first-order', {exact: engine, fast: engine, products})
const landmarks = (p: KernelProblem, count: number) =>
  landmarkSolver(p, graph.edges, count, {random: random(0), exact: engine, fast: engine, products})
const stream = (p: KernelProblem) => streamSolver(p, graph.edges, {random: random(0), engine, exact: engine, products})
const scores = async (solver: KernelSolver) => solver.scores(await solveBlocks(solver, allBlocks(solver)))
const largest = (x: Float64Array) => x.reduce((max, v) => Math.max(max, Math.abs(v)), 0)
const difference = (a: Float64Array, b: Float64Array) => largest(a.map((x, e) => x - b[e]!)) / largest(b)
const half = Uint32Array.from({length: graph.nodes}, (_, i) => i).filter((i) => i % 2 === 0)

describe('landmarks', () => {
  it.each([
    ['all nodes, row', undefined, 'row'],
    ['half of the nodes, row', half, 'row'],
    ['half of the nodes, sym', half, 'sym'],
  ] as const)('with every node a landmark they are the Gram matrices: %s', async (_, nodeSet, norm) => {
    const p = problem(10, nodeSet, norm)
    const [exact, through] = [await gram(p), await landmarks(p, p.nodeSet.length)]
    expect(through.facts.gkc!).toBeCloseTo(exact.facts.gkc!, 6)
    expect(through.facts.landmarks!.error).toBeLessThan(1e-6)
    expect(difference((await scores(through)).kc, (await scores(exact)).kc)).toBeLessThan(1e-4)
  })

  it.each(['row', 'sym'] as const)(
    'sparse features, whose products are mixed, give what their rows written out give: %s',
    async (norm) => {
      const p = problem(10, half, norm)
      const written = denseRows(p.features, 0, p.features.rows)
      const [mixed, plain] = [await landmarks(p, 40), await landmarks({...p, features: written}, 40)]
      expect(mixed.facts.gkc!).toBeCloseTo(plain.facts.gkc!, 7)
      expect(mixed.facts.landmarks!.error).toBeCloseTo(plain.facts.landmarks!.error, 9)
      expect(difference((await scores(mixed)).kc, (await scores(plain)).kc)).toBeLessThan(1e-5)
    },
  )

  it('fewer of them follow the Gram matrices, better the more there are, and say by how much they err', async () => {
    const p = problem(10)
    const exact = await gram(p)
    const {kc} = await scores(exact)
    const errors: number[] = []
    const correlations: number[] = []
    for (const count of [10, 40, 160]) {
      const through = await landmarks(p, count)
      errors.push(through.facts.landmarks!.error)
      correlations.push(pearson((await scores(through)).kc, kc))
    }
    expect(errors[1]!).toBeLessThan(errors[0]!)
    expect(errors[2]!).toBeLessThan(errors[1]!)
    expect(correlations[2]!).toBeGreaterThan(0.97)
    expect(correlations[2]!).toBeGreaterThan(correlations[0]!)
  })

  it('the error stated on held-out columns is that of the whole kernel', async () => {
    const {unit} = aggregateFeatures(problem(10).graph.matrix, problem(10).features)
    const kernel = await landmarkKernel(unitRows(unit, engine), 40, random(3), products)
    const h = kernelByDefinition(unit as Csr)
    const {phi} = await featureChunk(kernel, unitRows(unit, engine), 0, unit.rows, products)
    const rest = Oracle.sub(h, low(phi))
    for (let i = 0; i < unit.rows; i++) rest.set(i, i, 0)
    const error = await landmarkError(kernel, unitRows(unit, engine), random(4), products)
    expect(error / (rest.norm() / h.norm())).toBeGreaterThan(0.8)
    expect(error / (rest.norm() / h.norm())).toBeLessThan(1.25)
  })

  it('GKC and its derivative are those of the landmark kernel written out and inverted', async () => {
    const p = problem(2, half)
    const {unit} = aggregateFeatures(selectRows(p.graph.matrix, p.nodeSet) as Csr, p.features)
    const kernel = await landmarkKernel(unitRows(unit, engine), 25, random(1), products)
    const {y} = p
    const dense = denseRows(unit, 0, unit.rows)
    const points = selectRows(dense, kernel.places) as Dense
    const gkcSquared = (x: Dense) => {
      const c = kernelOf(x, points)
      const phi = c.mmul(Oracle.from1DArray(25, 25, Array.from(kernel.whiten.data)).transpose())
      const k = phi.mmul(phi.transpose())
      for (let i = 0; i < x.rows; i++) k.set(i, i, 0.5 + p.ridge)
      const targets = Oracle.from1DArray(y.rows, y.cols, Array.from(y.data))
      return (2 / x.rows) * targets.transpose().mmul(inverse(k)).mmul(targets).trace()
    }
    const solution = await solveLandmarks(
      (...range) => featureChunks(kernel, unitRows(unit, engine), products, ...range),
      25,
      y,
      p.ridge,
      products,
    )
    expect(solution.gkc ** 2).toBeCloseTo(gkcSquared(dense), 8)

    const sums = new Float64Array(dense.data.length)
    const chunks = new LandmarkChunks(kernel, unitRows(unit, engine), products)
    await chunks.rowSums(y, solution, [0, unit.rows], (first, block) => sums.set(block.data, first * block.cols))
    // A row that is not a landmark turns a little towards a random direction; d GKC² = −(4/s) s_i · dx̂_i.
    const isLandmark = new Set(kernel.places)
    const {normal} = random(2)
    for (const i of [3, 51].map((k) => (isLandmark.has(k) ? k + 1 : k))) {
      const row = dense.data.subarray(i * dense.cols, (i + 1) * dense.cols)
      const turn = Float64Array.from(row, () => normal())
      const along = turn.reduce((total, x, t) => total + x * row[t]!, 0)
      const step = 1e-5
      const moved = (sign: number) => {
        const data = dense.data.slice()
        turn.forEach((x, t) => (data[i * dense.cols + t] = row[t]! + sign * step * (x - along * row[t]!)))
        const length = Math.sqrt(
          data.subarray(i * dense.cols, (i + 1) * dense.cols).reduce((total, x) => total + x * x, 0),
        )
        for (let t = 0; t < dense.cols; t++) data[i * dense.cols + t]! /= length
        return gkcSquared({...dense, data})
      }
      const numeric = (moved(1) - moved(-1)) / (2 * step)
      const analytic =
        (-4 / unit.rows) * turn.reduce((total, x, t) => total + (x - along * row[t]!) * sums[i * dense.cols + t]!, 0)
      expect(Math.abs(analytic - numeric)).toBeLessThan(1e-4 * Math.abs(numeric) + 1e-9)
    }
  })

  it.each([10, 0.01])(
    'after pruning the same nodes are landmarks, with the rows they have then, λ = %d',
    async (ridge) => {
      const p = problem(ridge)
      const after = aggregation(graph.nodes, graph.edges.subarray(0, graph.edges.length - 400), 'row', 1)
      const [exact, through] = [await gram(p), await landmarks(p, graph.nodes)]
      expect(await through.complexityOf(after)).toBeCloseTo(await exact.complexityOf(after), 5)
      expect(await through.complexityOf(p.graph)).toBeCloseTo(through.facts.gkc!, 10)
    },
  )
})

describe('passes over all pairs', () => {
  it('give what the Gram matrices give', async () => {
    const p = problem(10)
    const [exact, streamed] = [await gram(p), await stream(p)]
    expect(streamed.facts.gkc!).toBeCloseTo(exact.facts.gkc!, 8)
    const [a, b] = [await scores(streamed), await scores(exact)]
    expect(difference(a.kc, b.kc)).toBeLessThan(1e-5)
    expect(streamed.facts.condition).toBeGreaterThan(0.9 * exact.facts.condition)
    const after = aggregation(graph.nodes, graph.edges.subarray(100), 'row', 1)
    expect(await streamed.complexityOf(after)).toBeCloseTo(await exact.complexityOf(after), 7)
  })

  it('estimate the label-free complexity within its standard error, and its scores in order', async () => {
    const p = problem(10)
    const [exact, streamed] = [await gram(p), await stream(p)]
    expect(Math.abs(streamed.facts.labelFree!.gkc - exact.facts.labelFree!.gkc)).toBeLessThan(
      4 * streamed.facts.labelFree!.standardError,
    )
    expect(streamed.facts.labelFree!.standardError).toBeGreaterThan(0)
    expect(pearson((await scores(streamed)).labelFree!, (await scores(exact)).labelFree!)).toBeGreaterThan(0.8)
  })
})

describe('an infinite ridge', () => {
  it('gives the limit of λ² times the change of GKC², and the alignment that GKC turns into', async () => {
    const limit = await gram(problem(Infinity))
    const lambda = 1e7
    const large = await gram(problem(lambda))
    const {kc} = await scores(large)
    const change = kc.map((x) => 2 * large.facts.gkc! * x * lambda * lambda)
    expect(difference(change, (await scores(limit)).kc)).toBeLessThan(1e-3)
    const {y, graph: mixing, features} = problem(1)
    const h = kernelByDefinition(aggregateFeatures(mixing.matrix, features).unit as Csr)
    const targets = Oracle.from1DArray(y.rows, y.cols, Array.from(y.data))
    expect(limit.facts.alignment!).toBeCloseTo(targets.transpose().mmul(h).mmul(targets).trace() / y.rows, 8)
    expect(limit.facts.gkc).toBeNull()
  })

  it('needs one pass over pairs and no solve; the alignment comes through landmarks', async () => {
    const p = problem(Infinity)
    const [exact, streamed] = [await gram(p), await stream(p)]
    expect(Math.abs(streamed.facts.alignment! / exact.facts.alignment! - 1)).toBeLessThan(
      2 * streamed.facts.landmarks!.error,
    )
    expect(await streamed.complexityOf(p.graph)).toBeCloseTo(streamed.facts.alignment!, 12)
    expect(difference((await scores(streamed)).kc, (await scores(exact)).kc)).toBeLessThan(1e-10)
    expect((await scores(streamed)).labelFree).toBeNull()
  })
})

describe('blocks of work', () => {
  it.each([
    ['gram', (p: KernelProblem) => gram(p)],
    [
      'exact removal',
      (p: KernelProblem) => gramSolver(p, graph.edges, 'exact', {exact: engine, fast: engine, products}),
    ],
    ['landmarks', (p: KernelProblem) => landmarks(p, 60)],
  ] as const)('%s: measured in any order they give the same scores', async (_, make) => {
    const solver = await make(problem(10, half))
    const parts = await solveBlocks(solver, allBlocks(solver))
    const backwards = []
    for (let block = solver.blocks - 1; block >= 0; block--) backwards.unshift(await solver.measure(block))
    expect(solver.scores(backwards)).toEqual(solver.scores(parts))
  })
})

function kernelOf(x: Dense, y: Dense): Oracle {
  const c = Oracle.from1DArray(x.rows, x.cols, Array.from(x.data)).mmul(
    Oracle.from1DArray(y.rows, y.cols, Array.from(y.data)).transpose(),
  )
  return new Oracle(c.to2DArray().map((row) => row.map(kappa)))
}

function kernelByDefinition(unit: Csr): Oracle {
  const x = denseRows(unit, 0, unit.rows)
  const h = kernelOf(x, x)
  for (let i = 0; i < unit.rows; i++) h.set(i, i, 0.5)
  return h
}

const low = (phi: Dense) => {
  const f = Oracle.from1DArray(phi.rows, phi.cols, Array.from(phi.data))
  return f.mmul(f.transpose())
}

import {rowsOf} from '../../linalg/blocks.js'
import {csrFromTriplets, rowRange, selectRows} from '../../linalg/csr.js'
import type {Products} from '../../linalg/products.js'
import type {Csr, Dense} from '../../linalg/types.js'
import type {GramStage, HostGram, PairwiseEngine} from '../../pairwise/engine.js'
import {type Aggregated, aggregateFeatures, type Aggregation} from '../aggregate.js'
import {addScaled, kernelGram, type KernelGram, kernelOf, solveComplexity} from '../complexity.js'
import {gradientsFromGram, type PatternGradient} from '../first-order.js'
import {gradientFromSums} from '../tangents.js'
import {type KernelProblem, stretch} from './solver.js'

/** The engines of a run: see SolverEngines. */
export interface GramTools {
  readonly exact: PairwiseEngine
  readonly fast: PairwiseEngine
  readonly products: Products
}

/** Gram matrices in memory. */
export interface GramMatrices {
  readonly gram: KernelGram
  readonly kernel: Dense
  /** κ′; null: no gradients are asked for */
  readonly slope: Dense | null
}

/** The stage on the processor, with its matrices, which are made when they are first asked for. */
export interface GramOnHost extends HostGram<PatternGradient> {
  matrices(): Promise<GramMatrices>
  /** what of them can be spent on another graph's; undefined: they were never made */
  spent(): Promise<KernelGram | undefined>
  /** the rows x̃ of the node set, with their unit rows */
  aggregated(): Aggregated
  /** [s] ‖x̃‖ */
  norms(): Promise<Float64Array>
}

/** What is asked of a stage besides `solve`. */
export interface GramDemand {
  /** products with H */
  products: number
  /** gradients, in so many stretches; 0: none */
  stretches: number
}

/**
 * The stage on the engine asked for, where that has one and it pays, else `host`.
 *
 * Cost   nothing where the engine has none: the rows are aggregated for the device only.
 */
export async function openGramStage(
  {y, ridge}: KernelProblem,
  host: GramOnHost,
  {fast}: Pick<GramTools, 'fast'>,
): Promise<GramStage<PatternGradient>> {
  if (fast.openGram === undefined) return host
  return fast.openGram({rows: host.aggregated().unit, y, ridge}, host)
}

/**
 * The stage on the processor: all Gram matrices in memory, in fp64.
 *
 * Cost   see gramSolver; `spent` is a graph's whose matrices are done with.
 */
export function gramOnHost(
  problem: KernelProblem,
  tools: GramTools,
  demand: GramDemand,
  spent?: KernelGram,
): GramOnHost {
  const {features, graph, nodeSet, y, ridge} = problem
  const {exact, products} = tools
  let made: Promise<GramMatrices> | undefined
  let rows: Aggregated | undefined
  const matrices = () => (made ??= makeMatrices(problem, products, demand.stretches > 0, spent))
  const aggregated = () => (rows ??= aggregateFeatures(selectRows(graph.matrix, nodeSet) as Csr, features))
  return {
    precision: 'fp64',
    matrices,
    aggregated,
    norms: async () => (await made)?.gram.norms ?? aggregated().norms,
    spent: async () => (await made)?.gram,
    async solve() {
      if (ridge === Infinity) return {alpha: y, residual: null, leftToHost: null}
      const {alpha} = await solveComplexity((await matrices()).kernel, y, ridge, products)
      return {alpha, residual: null, leftToHost: null}
    },
    apply: async (v) => products.multiply((await matrices()).kernel, v),
    async gradient(from, to, alpha) {
      const {gram, slope} = await matrices()
      const weights = await products.multiplyTransposed(rowsOf(alpha, from, to), alpha)
      return gradientsFromGram(gram, [weights], slope!, graph, from, to)[0]!
    },
    async residual(x) {
      const {unit} = aggregated()
      const image = addScaled(await exact.kernelApply(unit, unit, x), ridge, x)
      return {...image, data: image.data.map((value, t) => y.data[t]! - value)}
    },
    gather(from, to, pass) {
      const {unit, norms} = aggregated()
      return gradientFromSums(
        {graph, features, nodeSet},
        from,
        {rows: rowRange(unit, from, to), norms: norms.subarray(from, to)},
        pass,
      )
    },
    sample(count) {
      const part = sampleOf(problem, count)
      const host = gramOnHost(part, tools, demand)
      return {task: {rows: host.aggregated().unit, y: part.y, ridge}, host, ask: (stage) => askAll(stage, part, demand)}
    },
    close: () => Promise.resolve(),
  }
}

async function makeMatrices(
  {features, graph, nodeSet}: KernelProblem,
  products: Products,
  withSlope: boolean,
  spent?: KernelGram,
): Promise<GramMatrices> {
  const gram = await kernelGram(features, graph, nodeSet, products, spent)
  return {gram, ...kernelOf(gram, withSlope)}
}

async function askAll(stage: GramStage<unknown>, {y}: KernelProblem, {products, stretches}: GramDemand): Promise<void> {
  const {alpha} = await stage.solve()
  for (let k = 0; k < products; k++) await stage.apply(rowsOf({rows: y.data.length, cols: 1, data: y.data}, 0, y.rows))
  for (let k = 0; k < stretches; k++) await stage.gradient(...stretch(y.rows, k, stretches), alpha)
}

/**
 * The first `count` nodes of the set as a problem of their own with as many neighbours each, so that each part of the
 * work shrinks as it would for a smaller graph: the neighbours are others, taken from among the first nodes.
 */
function sampleOf(problem: KernelProblem, count: number): KernelProblem {
  const {features, graph, nodeSet, y} = problem
  const s = Math.min(count, nodeSet.length)
  const nodes = Math.max(s, Math.round((graph.nodes * s) / nodeSet.length))
  const {indptr, indices, values} = selectRows(graph.matrix, nodeSet.subarray(0, s)) as Csr
  const rowOf = Uint32Array.from(indices)
  for (let i = 0; i < s; i++) rowOf.fill(i, indptr[i], indptr[i + 1])
  const matrix = csrFromTriplets(
    nodes,
    nodes,
    rowOf,
    indices.map((column) => column % nodes),
    values,
  )
  return {
    ...problem,
    features: rowRange(features, 0, nodes),
    graph: {...graph, nodes, matrix} satisfies Aggregation,
    nodeSet: Uint32Array.from({length: s}, (_, i) => i),
    y: rowRange(y, 0, s) as Dense,
  }
}

import {symmetricProduct} from '../linalg/blocks.js'
import {invertPositiveDefinite} from '../linalg/inverse.js'
import {conjugateGradients} from '../linalg/conjugate-gradients.js'
import {selectRows} from '../linalg/csr.js'
import type {Products} from '../linalg/products.js'
import {largestEigenvalue} from '../linalg/spectrum.js'
import type {Csr, Dense, Matrix} from '../linalg/types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {random} from '../stats/random.js'
import {type Aggregation, aggregateFeatures, changedRows} from './aggregate.js'
import {addScaled, complexityOf, kernelGram, kernelOf, solveComplexity} from './complexity.js'
import {exactRemoval} from './exact.js'
import {firstOrderChanges, gradientFromStream, gradientsFromGram} from './first-order.js'
import type {SanitizeSettings} from './settings.js'

/** Up to here the [n, s] and [s, s] matrices stay in memory: 320 MB each, about 6,300 nodes when all are in the set. */
const GRAM_VALUES = 4e7
/** `auto` removes exactly up to this node-set size: a second or two for a few thousand edges. */
const EXACT_NODES = 1000
const CG = {tolerance: 1e-6, maxIterations: 500}
const POWER_STEPS = 8

/** A graph seen by the kernel: everything GKC depends on but the edges' scores. */
export interface KernelProblem {
  features: Matrix
  graph: Aggregation
  nodeSet: Uint32Array
  /** [s, classes] */
  y: Dense
}

export interface KernelScores {
  /** [m] KC(e), signed */
  kc: Float64Array
  /** [m] the same with Y = I; null where the node set is too large for it */
  labelFree: Float64Array | null
  method: 'exact' | 'first-order'
  gkc: number
  /** an upper estimate of the condition number of H + λI */
  condition: number
  zeroRows: number
}

const fitsMemory = (problem: KernelProblem) => problem.graph.nodes * problem.nodeSet.length <= GRAM_VALUES

/**
 * GKC and both KC scores of every edge.
 *
 * Plan       Gram matrices in memory up to 4·10⁷ values (see GRAM_VALUES); above, conjugate gradients and one gradient
 *            pass over streamed tiles of the engine, without the label-free score, whose small ridge would need
 *            thousands of passes.
 * First order  KC ≈ (GKC²(G) − GKC²(G∖e)) / (2 GKC).
 * Condition  (λ_max(H) + λ) / λ, since H is positive semi-definite: an upper estimate.
 */
export async function kernelScores(problem: KernelProblem, edges: Uint32Array, settings: SanitizeSettings, engine: PairwiseEngine, products: Products): Promise<KernelScores> {
  return fitsMemory(problem) ? scoresInMemory(problem, edges, settings, products) : scoresStreamed(problem, edges, settings, engine)
}

/** GKC alone: after pruning, with the same node set, labels and ridge. */
export async function kernelComplexity(problem: KernelProblem, ridge: number, engine: PairwiseEngine, products: Products): Promise<number> {
  if (!fitsMemory(problem)) {
    const {unit} = aggregateNodeSet(problem)
    return complexityOf(problem.y, await streamedSolve(unit, problem.y, ridge, engine))
  }
  const {kernel} = kernelOf(await kernelGram(problem.features, problem.graph, problem.nodeSet, products), false)
  return (await solveComplexity(kernel, problem.y, ridge, products)).gkc
}

async function scoresInMemory(problem: KernelProblem, edges: Uint32Array, settings: SanitizeSettings, products: Products): Promise<KernelScores> {
  const {features, graph, nodeSet, y} = problem
  const gram = await kernelGram(features, graph, nodeSet, products)
  const {kernel, slope} = kernelOf(gram, true)
  const solved = await solveComplexity(kernel, y, settings.ridge, products)
  const method = settings.method === 'auto' ? (nodeSet.length <= EXACT_NODES ? 'exact' : 'first-order') : settings.method
  const free = await freeOfLabels(kernel, settings.labelFreeRidge, products)
  const weights = [free.weights]
  if (method === 'first-order') weights.push(await products.multiplyTransposed(solved.alpha, solved.alpha))
  const [freeChange, change] = firstOrderChanges(graph, edges, gradientsFromGram(gram, weights, slope!, graph))
  const all = Uint32Array.from({length: edges.length / 2}, (_, e) => e)
  return {
    kc: change === undefined ? await exactRemoval(gram, kernel, settings.ridge, solved, features, graph, edges, all, products) : toComplexity(change, solved.gkc),
    labelFree: toComplexity(freeChange!, free.gkc),
    method,
    gkc: solved.gkc,
    condition: await conditionEstimate((v) => products.multiply(kernel, v), nodeSet.length, settings.ridge),
    zeroRows: gram.norms.filter((norm) => norm === 0).length,
  }
}

/** Y = I: GKC = √((2/s) tr (H + λI)⁻¹), pair weights M = (H + λI)⁻². */
async function freeOfLabels(kernel: Dense, ridge: number, products: Products): Promise<{gkc: number; weights: Dense}> {
  const inverse = await invertPositiveDefinite(kernel, products, ridge)
  let trace = 0
  for (let i = 0; i < inverse.rows; i++) trace += inverse.data[i * inverse.cols + i]!
  return {gkc: Math.sqrt((2 / inverse.rows) * trace), weights: await symmetricProduct(inverse, products)}
}

async function scoresStreamed(problem: KernelProblem, edges: Uint32Array, settings: SanitizeSettings, engine: PairwiseEngine): Promise<KernelScores> {
  const {features, graph, nodeSet, y} = problem
  const aggregated = aggregateNodeSet(problem)
  const alpha = await streamedSolve(aggregated.unit, y, settings.ridge, engine)
  const gkc = complexityOf(y, alpha)
  const gradient = await gradientFromStream(engine, aggregated, features, nodeSet, alpha, alpha, graph)
  return {
    kc: toComplexity(firstOrderChanges(graph, edges, [gradient])[0]!, gkc),
    labelFree: null,
    method: 'first-order',
    gkc,
    condition: await conditionEstimate((v) => engine.kernelApply(aggregated.unit, aggregated.unit, v), nodeSet.length, settings.ridge),
    zeroRows: aggregated.norms.filter((norm) => norm === 0).length,
  }
}

const aggregateNodeSet = ({graph, nodeSet, features}: KernelProblem) => aggregateFeatures(selectRows(graph.matrix, nodeSet) as Csr, features)

async function streamedSolve(unit: Matrix, y: Dense, ridge: number, engine: PairwiseEngine): Promise<Dense> {
  const apply = async (v: Dense) => addScaled(await engine.kernelApply(unit, unit, v), ridge, v)
  const diagonal = new Float64Array(unit.rows).fill(0.5 + ridge)
  return (await conjugateGradients(apply, y, {...CG, diagonal})).x
}

async function conditionEstimate(apply: (v: Dense) => Promise<Dense>, n: number, ridge: number): Promise<number> {
  return (await largestEigenvalue(apply, n, random(0), POWER_STEPS)) / ridge + 1
}

function toComplexity(changeOfSquare: Float64Array, gkc: number): Float64Array {
  return changeOfSquare.map((x) => x / (2 * gkc))
}

/** [m] 1 where the removal of an edge changes a row of the node set; elsewhere KC is 0 and says nothing. */
export function withinReach(graph: Aggregation, edges: Uint32Array, nodeSet: Uint32Array): Uint8Array {
  const inside = new Uint8Array(graph.nodes)
  for (const i of nodeSet) inside[i] = 1
  return Uint8Array.from({length: edges.length / 2}, (_, e) => (changedRows(graph, edges[2 * e]!, edges[2 * e + 1]!).some((i) => inside[i] === 1) ? 1 : 0))
}

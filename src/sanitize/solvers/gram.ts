import {rowsOf, symmetricProduct} from '../../linalg/blocks.js'
import {invertPositiveDefinite} from '../../linalg/inverse.js'
import type {Products} from '../../linalg/products.js'
import {largestEigenvalue} from '../../linalg/spectrum.js'
import type {Dense} from '../../linalg/types.js'
import {random} from '../../stats/random.js'
import {kernelGram, type KernelGram, kernelOf, labelAlignment, solveComplexity} from '../complexity.js'
import {exactRemoval} from '../exact.js'
import {firstOrderChanges, gradientsFromGram, joinGradients} from '../first-order.js'
import type {RemovalMethod} from '../settings.js'
import {type KernelProblem, type KernelSolver, patternPlaces, stretch, toComplexity} from './solver.js'

/** `auto` removes exactly up to this node-set size: a second or two for a few thousand edges. */
const EXACT_NODES = 1000
const BLOCKS = 16
const POWER_STEPS = 8

/**
 * All Gram matrices in memory: everything exact but first-order scores.
 *
 * Cost       products of H with Y for λ ≥ 1, below it s³/3 multiply–adds; s³ · 5/3 with the label-free complexity (two
 *            inverses, one square); nnz(Âʰ_S) · s for each gradient; 8 (n + 4 s) s bytes, 8 (n + 9 s) s where something
 *            is factorised.
 */
export async function gramSolver(
  problem: KernelProblem,
  edges: Uint32Array,
  method: RemovalMethod,
  products: Products,
): Promise<KernelSolver> {
  const {features, graph, nodeSet, y, ridge} = problem
  const s = nodeSet.length
  const isLimit = ridge === Infinity
  const gram = await kernelGram(features, graph, nodeSet, products)
  const {kernel, slope} = kernelOf(gram, true)
  const solved = isLimit ? {gkc: NaN, alpha: y} : await solveComplexity(kernel, y, ridge, products)
  const isExact = method === 'exact' || (method === 'auto' && s <= EXACT_NODES && !isLimit)
  const free = problem.labelFreeRidge === null ? null : await freeOfLabels(kernel, problem.labelFreeRidge, products)
  const weightRows: ((from: number, to: number) => Dense | Promise<Dense>)[] = []
  if (free !== null) weightRows.push((from, to) => rowsOf(free.weights, from, to))
  if (!isExact) weightRows.push((from, to) => products.multiplyTransposed(rowsOf(solved.alpha, from, to), solved.alpha))
  const inverse = isExact ? await invertPositiveDefinite(kernel, products, ridge) : null
  const m = edges.length / 2
  return {
    facts: {
      precision: 'fp64',
      method: isExact ? 'exact' : 'first-order',
      gkc: isLimit ? null : solved.gkc,
      alignment: isLimit ? labelAlignment(await products.multiply(kernel, y), y) : null,
      condition: isLimit
        ? 1
        : (await largestEigenvalue((v) => products.multiply(kernel, v), s, random(0), POWER_STEPS)) / ridge + 1,
      labelFree: free === null ? null : {gkc: free.gkc, standardError: 0},
      zeroRows: gram.norms.filter((norm) => norm === 0).length,
      landmarks: null,
    },
    blocks: BLOCKS,
    async measure(block) {
      const [fromEdge, toEdge] = stretch(m, block, BLOCKS)
      const [from, to] = stretch(s, block, BLOCKS)
      const weights = await Promise.all(weightRows.map(async (rows) => rows(from, to)))
      const which = Uint32Array.from({length: toEdge - fromEdge}, (_, k) => fromEdge + k)
      return {
        gradients: gradientsFromGram(gram, weights, slope!, graph, from, to),
        exact:
          inverse === null
            ? new Float64Array(0)
            : await exactRemoval({gram, kernel, inverse, solved, features, graph, edges}, which, products),
      }
    },
    sizes(block) {
      const [fromEdge, toEdge] = stretch(m, block, BLOCKS)
      const places = patternPlaces(problem, stretch(s, block, BLOCKS))
      return {gradients: weightRows.map(() => places), exact: isExact ? toEdge - fromEdge : 0}
    },
    scores(parts) {
      const gradients = weightRows.map((_, g) =>
        joinGradients(
          parts.map((part) => part.gradients[g]!),
          graph,
          nodeSet,
        ),
      )
      const changes = firstOrderChanges(graph, edges, gradients)
      const [freeChange, change] = free === null ? [undefined, ...changes] : changes
      return {
        kc:
          change === undefined
            ? concat(
                parts.map(({exact}) => exact),
                m,
              )
            : isLimit
              ? change
              : toComplexity(change, solved.gkc),
        labelFree: free === null ? null : toComplexity(freeChange!, free.gkc),
      }
    },
    complexityOf: (other) => complexityInMemory({...problem, graph: other}, gram, products),
  }
}

/** GKC of the same nodes in another graph, or the alignment in the limit; in the memory of a Gram matrix that is spent. */
async function complexityInMemory(
  {features, graph, nodeSet, y, ridge}: KernelProblem,
  spent: KernelGram,
  products: Products,
): Promise<number> {
  const {kernel} = kernelOf(await kernelGram(features, graph, nodeSet, products, spent), false)
  return ridge === Infinity
    ? labelAlignment(await products.multiply(kernel, y), y)
    : (await solveComplexity(kernel, y, ridge, products)).gkc
}

/** Y = I: GKC = √((2/s) tr (H + λI)⁻¹), pair weights M = (H + λI)⁻². */
async function freeOfLabels(kernel: Dense, ridge: number, products: Products): Promise<{gkc: number; weights: Dense}> {
  const inverse = await invertPositiveDefinite(kernel, products, ridge)
  let trace = 0
  for (let i = 0; i < inverse.rows; i++) trace += inverse.data[i * inverse.cols + i]!
  return {gkc: Math.sqrt((2 / inverse.rows) * trace), weights: await symmetricProduct(inverse, products)}
}

function concat(parts: readonly Float64Array[], length: number): Float64Array {
  const out = new Float64Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

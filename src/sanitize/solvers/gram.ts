import {rowsOf, symmetricProduct} from '../../linalg/blocks.js'
import {invertPositiveDefinite} from '../../linalg/inverse.js'
import type {Products} from '../../linalg/products.js'
import {largestEigenvalue} from '../../linalg/spectrum.js'
import type {Dense} from '../../linalg/types.js'
import type {GramStage} from '../../pairwise/engine.js'
import {random} from '../../stats/random.js'
import {complexityOf, labelAlignment} from '../complexity.js'
import {exactRemoval} from '../exact.js'
import {firstOrderChanges, gradientsFromGram, joinGradients} from '../first-order.js'
import type {RemovalMethod} from '../settings.js'
import {gramOnHost, type GramTools, openGramStage} from './gram-stage.js'
import {type KernelProblem, type KernelSolver, patternPlaces, stretch, toComplexity} from './solver.js'

/** `auto` removes exactly up to this node-set size: a second or two for a few thousand edges. */
const EXACT_NODES = 1000
const BLOCKS = 16
const POWER_STEPS = 8

/**
 * All Gram matrices in memory: everything exact but first-order scores. First-order scores alone go through the stage of
 * the engine asked for, where it has one (docs/adr/0012).
 *
 * Precision  fp64; of a device's stage products and gradients in fp32, the solve to a relative residual of 1e-10 all the
 *            same.
 * Cost       products of H with Y for λ ≥ 1, below it s³/3 multiply–adds; s³ · 5/3 with the label-free complexity (two
 *            inverses, one square); nnz(Âʰ_S) · s for each gradient; 8 (n + 4 s) s bytes, 8 (n + 9 s) s where something
 *            is factorised.
 */
export async function gramSolver(
  problem: KernelProblem,
  edges: Uint32Array,
  method: RemovalMethod,
  tools: GramTools,
): Promise<KernelSolver> {
  const {graph, nodeSet, y, ridge, labelFreeRidge} = problem
  const {products} = tools
  const s = nodeSet.length
  const isLimit = ridge === Infinity
  const isExact = method === 'exact' || (method === 'auto' && s <= EXACT_NODES && !isLimit)
  const demand = {products: isLimit ? 1 : POWER_STEPS, stretches: BLOCKS}
  const host = gramOnHost(problem, tools, demand)
  // Inverses magnify the rounding of H by its condition: they need it in fp64.
  const stage = isExact || labelFreeRidge !== null ? host : await openGramStage(problem, host, tools)
  const {alpha, residual, leftToHost} = await stage.solve()
  const gkc = isLimit ? NaN : complexityOf(y, alpha)
  const inFull = isExact || labelFreeRidge !== null ? await host.matrices() : null
  const free = labelFreeRidge === null ? null : await freeOfLabels(inFull!.kernel, labelFreeRidge, products)
  const inverse = isExact ? await invertPositiveDefinite(inFull!.kernel, products, ridge) : null
  const gradientsOf = [
    ...(free === null
      ? []
      : [
          async (from: number, to: number) => {
            const {gram, slope} = await host.matrices()
            return gradientsFromGram(gram, [rowsOf(free.weights, from, to)], slope!, graph, from, to)[0]!
          },
        ]),
    ...(isExact ? [] : [(from: number, to: number) => stage.gradient(from, to, alpha)]),
  ]
  const m = edges.length / 2
  return {
    facts: {
      precision: stage.precision,
      method: isExact ? 'exact' : 'first-order',
      gkc: isLimit ? null : gkc,
      alignment: isLimit ? labelAlignment(await stage.apply(y), y) : null,
      condition: isLimit ? 1 : (await largestEigenvalue((v) => stage.apply(v), s, random(0), POWER_STEPS)) / ridge + 1,
      labelFree: free === null ? null : {gkc: free.gkc, standardError: 0},
      zeroRows: (await host.norms()).filter((norm) => norm === 0).length,
      landmarks: null,
      solve: residual === null && leftToHost === null ? null : {residual, leftToHost},
    },
    blocks: BLOCKS,
    async measure(block) {
      const [fromEdge, toEdge] = stretch(m, block, BLOCKS)
      const [from, to] = stretch(s, block, BLOCKS)
      const which = Uint32Array.from({length: toEdge - fromEdge}, (_, k) => fromEdge + k)
      const gradients = []
      for (const gradientOf of gradientsOf) gradients.push(await gradientOf(from, to))
      return {
        gradients,
        exact:
          inverse === null
            ? new Float64Array(0)
            : await exactRemoval(
                {...inFull!, inverse, solved: {gkc, alpha}, features: problem.features, graph, edges},
                which,
                products,
              ),
      }
    },
    sizes(block) {
      const [fromEdge, toEdge] = stretch(m, block, BLOCKS)
      const places = patternPlaces(problem, stretch(s, block, BLOCKS))
      return {gradients: gradientsOf.map(() => places), exact: isExact ? toEdge - fromEdge : 0}
    },
    scores(parts) {
      const gradients = gradientsOf.map((_, g) =>
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
              : toComplexity(change, gkc),
        labelFree: free === null ? null : toComplexity(freeChange!, free.gkc),
      }
    },
    async complexityOf(other) {
      await stage.close()
      const moved = {...problem, graph: other}
      const hostAfter = gramOnHost(moved, tools, {products: demand.products, stretches: 0}, await host.spent())
      const after = stage === host ? hostAfter : await openGramStage(moved, hostAfter, tools)
      return complexityThrough(after, moved).finally(() => after.close())
    },
    close: () => stage.close(),
  }
}

/** GKC, or the alignment in the limit. */
async function complexityThrough(stage: GramStage<unknown>, {y, ridge}: KernelProblem): Promise<number> {
  return ridge === Infinity ? labelAlignment(await stage.apply(y), y) : complexityOf(y, (await stage.solve()).alpha)
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

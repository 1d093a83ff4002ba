import {rowRange, selectRows} from '../../linalg/csr.js'
import type {Products} from '../../linalg/products.js'
import {traceOfInverse} from '../../linalg/trace.js'
import type {Csr, Dense, Matrix} from '../../linalg/types.js'
import type {PairwiseEngine, SolveStage} from '../../pairwise/engine.js'
import type {Random} from '../../stats/random.js'
import {aggregateFeatures} from '../aggregate.js'
import {complexityOf} from '../complexity.js'
import {firstOrderChanges, joinGradients} from '../first-order.js'
import {landmarkAlignment} from '../landmark-scores.js'
import {unitRows} from '../kernel-rows.js'
import {landmarkError, type LandmarkKernel, landmarkKernel, landmarksAt} from '../landmarks.js'
import {gradientFromPass} from '../tangents.js'
import {openSolveStage} from './solve-stage.js'
import {blockCount, blockRows, type KernelProblem, type KernelSolver, patternPlaces, toComplexity} from './solver.js'

/** Relative residual; fp32 products leave about 1e-6. */
const TOLERANCE = {fp64: 1e-8, fp32: 1e-5}
/** Of the preconditioner, or of the alignment: beside passes over all pairs a few hundred are cheap. */
const LANDMARKS = 512
/** Random signs of the label-free trace. */
const PROBES = 64
/**
 * Relative residual of a probe: what 64 probes miss of scores and trace is far more (docs/math-sanitize.md,
 * "Landmarks").
 */
const PROBE_RESIDUAL = 1e-2

/** What the solver works with. */
export interface StreamTools {
  random: Random
  /** for passes over all pairs */
  engine: PairwiseEngine
  /** for landmarks, in fp64 */
  exact: PairwiseEngine
  products: Products
  /** relative residual at which a probe of the trace stops */
  probeResidual?: number
}

/**
 * All pairs, tile by tile, nothing of size s² kept: block conjugate gradients with a landmark preconditioner, then one
 * gradient pass. In the limit λ → ∞ no solve, α = Y: one gradient pass gives the scores, and the alignment, which no
 * score needs, comes through landmarks.
 *
 * Precision    that of `engine`; landmarks in fp64 on `exact`. In fp32 KC errs by about 1e-5 of its size, so edges that
 *              near to the cut may change sides.
 * Label-free   by Hutchinson's estimate with random signs, in the trace and in the pair weights (H + λI)⁻² ≈ XXᵀ/t.
 *              Stopping early lowers the trace, by at most probeResidual² s/λ; measured, by less than 10⁻⁴ of it, a
 *              fiftieth of its standard error.
 * Cost         s² pairs a pass; passes: iterations of both solves, and two gradients. Memory: s · (2 p + 6 (classes +
 *              probes)) numbers.
 */
export async function streamSolver(
  problem: KernelProblem,
  edges: Uint32Array,
  {random, engine, exact, products, probeResidual = PROBE_RESIDUAL}: StreamTools,
): Promise<KernelSolver> {
  const {features, graph, nodeSet, y, ridge} = problem
  const isLimit = ridge === Infinity
  const rowsOfSet = (of: typeof graph) => aggregateFeatures(selectRows(of.matrix, nodeSet) as Csr, features)
  const aggregated = rowsOfSet(graph)
  const {unit} = aggregated
  const kernel = await landmarkKernel(unitRows(unit, exact), LANDMARKS, random, products)
  const columns = problem.labelFreeRidge === null ? y.cols : Math.max(y.cols, PROBES)
  const tolerance = TOLERANCE[engine.precision]
  /** With what a device holds for a solve given back in the end. */
  const withSolves = async <T>(rows: Matrix, landmarks: LandmarkKernel, work: (stage: SolveStage) => Promise<T>) => {
    const stage = await openSolveStage({rows: unitRows(rows, exact), kernel: landmarks, products}, engine, columns)
    return work(stage).finally(() => stage.close())
  }
  const solveBoth = async (stage: SolveStage) => {
    const solved = await stage.solve(y, ridge, tolerance)
    const {labelFreeRidge} = problem
    if (labelFreeRidge === null) return {solved, free: null}
    return {
      solved,
      free: await traceOfInverse(
        unit.rows,
        PROBES,
        random,
        async (v) => (await stage.solve(v, labelFreeRidge, probeResidual)).x,
      ),
    }
  }
  const {solved, free} = isLimit ? {solved: null, free: null} : await withSolves(unit, kernel, solveBoth)
  const freeGkc = free === null ? NaN : Math.sqrt((2 / unit.rows) * free.trace)
  const gkc = solved === null ? null : complexityOf(y, solved.x)
  const alphas = [
    solved?.x ?? y,
    ...(free === null ? [] : [{...free.solved, data: free.solved.data.map((x) => x / Math.sqrt(PROBES))}]),
  ]
  return {
    facts: {
      method: 'first-order',
      precision: engine.precision,
      gkc,
      alignment: isLimit ? await landmarkAlignment(kernel, unitRows(unit, exact), y, products) : null,
      condition: solved?.condition ?? 1,
      labelFree: free === null ? null : {gkc: freeGkc, standardError: free.standardError / (unit.rows * freeGkc)},
      zeroRows: aggregated.norms.filter((norm) => norm === 0).length,
      landmarks: isLimit
        ? {count: kernel.places.length, error: await landmarkError(kernel, unitRows(unit, exact), random, products)}
        : null,
      solve: solved,
    },
    blocks: blockCount(problem),
    async measure(block) {
      const [from, to] = blockRows(problem, block)
      const rows = rowRange(unit, from, to)
      const norms = aggregated.norms.subarray(from, to)
      const gradients = []
      for (const alpha of alphas)
        gradients.push(
          await gradientFromPass(engine, {graph, features, nodeSet}, from, {
            rows,
            norms,
            others: unit,
            left: rowRange(alpha, from, to) as Dense,
            right: alpha,
          }),
        )
      return {gradients, exact: new Float64Array(0)}
    },
    sizes: (block) => ({gradients: alphas.map(() => patternPlaces(problem, blockRows(problem, block))), exact: 0}),
    scores(parts) {
      const gradients = alphas.map((_, g) =>
        joinGradients(
          parts.map((part) => part.gradients[g]!),
          graph,
          nodeSet,
        ),
      )
      const [change, freeChange] = firstOrderChanges(graph, edges, gradients)
      return {
        kc: gkc === null ? change! : toComplexity(change!, gkc),
        labelFree: freeChange === undefined ? null : toComplexity(freeChange, freeGkc),
      }
    },
    async complexityOf(other) {
      const moved = rowsOfSet(other).unit
      const rows = unitRows(moved, exact)
      const landmarks = await landmarksAt(rows, kernel.places, products)
      if (isLimit) return landmarkAlignment(landmarks, rows, y, products)
      return withSolves(moved, landmarks, async (stage) => complexityOf(y, (await stage.solve(y, ridge, tolerance)).x))
    },
  }
}

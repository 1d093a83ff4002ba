import {UsageError, option} from '../errors.js'
import {memoryText, programBytes, raiseMemory} from '../frame/memory.js'
import {isCsr} from '../linalg/types.js'
import {ITERATIVE_RIDGE} from './complexity.js'
import {CROSS_BYTES} from './kernel-rows.js'
import {candidates} from './landmarks.js'
import {SMALLEST_THROUGH_LANDMARKS, type SanitizeSettings, type SolverName} from './settings.js'
import type {KernelProblem} from './solvers/solver.js'

/** The sizes that a plan depends on. */
export type ProblemSizes = Pick<KernelProblem, 'features' | 'graph' | 'nodeSet' | 'ridge' | 'labelFreeRidge'> & {
  classes: number
  hasFeatures: boolean
}

/** What a solver would take; times are rough: nominal speeds of a processor, no GPU. */
export interface SolverCost {
  solver: SolverName
  /** peak of the whole process */
  memoryBytes: number
  /** of matrix products */
  multiplyAdds: number
  /** kernel values, κ or κ′ of a pair */
  kernelValues: number
  seconds: number
  /** what the solver leaves out or estimates, in words */
  scores: string
}

/** What a run may use. */
export interface Resources {
  threads: number
  /** of the whole process */
  memoryLimitBytes: number
  /** what the process held when the graph was read */
  heldBytes: number
}

/** How the kernel scores are computed, and what else there was. */
export interface SolverPlan {
  solver: SolverName
  reason: string
  memoryLimitBytes: number
  costs: SolverCost[]
}

/** Up to here the [n, s] matrices of `gram` stay in memory: 320 MB each, about 6,300 nodes when all are in the set. */
const GRAM_VALUES = 4e7
/** Passes of `stream`: iterations at the usual ridge, and with 64 probes at the label-free one. */
const SOLVE_PASSES = 10
const PROBE_PASSES = 25
const PROBES = 64
const STREAM_LANDMARKS = 512
/** Rows of a chunk that goes through the landmarks (see landmarks). */
const CHUNK_ROWS = 4096
/** Up to this size of the node set `auto` removes edges exactly (see solvers/gram), in batches of so many rows. */
const EXACT_NODES = 1000
const EXACT_ROWS = 4 * 512
/**
 * Profiles of a node: latent directions (see features), and groups of edges where there are no features (see likeness).
 */
const LATENT = 24
const FOLDS = 5
/**
 * What worker threads leave in the allocator and to the collector beside their own: so many bytes and a share of the
 * kernel values; a fit (docs/reliability.md).
 */
const LEFT_BEHIND_BYTES = 60 * 2 ** 20
const LEFT_BEHIND_SHARE = 0.8
/** Nominal speeds of one thread: multiply–adds of products, and κ of a pair. */
const PRODUCT_SPEED = 2e10
const KERNEL_SPEED = 6e7

/**
 * Chooses a solver from the sizes alone, so that the same input takes the same path on every machine; where it needs
 * more memory than the limit, that is an error and never another result. auto: `gram` up to 4·10⁷ kernel values, then
 * `landmarks`; in the limit λ → ∞ `stream`, which is one pass then.
 *
 * Memory   of the whole process, from what it holds (`heldBytes`, the graph included) and a model that a grid of sizes
 *          was measured against (docs/reliability.md).
 * Throws   UsageError  more memory is needed than the limit; names both and what would fit.
 */
export function planSolver(
  problem: ProblemSizes,
  settings: SanitizeSettings,
  {memoryLimitBytes, heldBytes, threads}: Resources,
): SolverPlan {
  const costs = solverCosts(problem, settings, threads, heldBytes + programBytes(threads))
  const cost = (name: SolverName) => costs.find(({solver}) => solver === name)!
  const fits = (name: SolverName) => cost(name).memoryBytes <= memoryLimitBytes
  const plan = (solver: SolverName, reason: string): SolverPlan => ({solver, reason, memoryLimitBytes, costs})
  const named = settings.method === 'exact' ? 'gram' : settings.solver
  if (named !== 'auto') {
    if (!fits(named)) throw tooLarge(named, cost(named), memoryLimitBytes, costs)
    return plan(named, settings.solver === 'auto' ? 'exact removal needs it' : 'asked for')
  }
  const values = problem.graph.nodes * problem.nodeSet.length
  const isSmall = values <= GRAM_VALUES
  const solver = isSmall ? 'gram' : problem.ridge === Infinity ? 'stream' : 'landmarks'
  if (solver === 'landmarks' && problem.ridge < SMALLEST_THROUGH_LANDMARKS)
    throw new UsageError(
      `the ridge is ${problem.ridge}; so large a graph goes through landmarks, which need at least ${SMALLEST_THROUGH_LANDMARKS}`,
      [`raise ${option('ridge')}`],
    )
  if (!fits(solver)) throw tooLarge(solver, cost(solver), memoryLimitBytes, costs)
  return plan(
    solver,
    `${values.toExponential(1)} kernel values ${isSmall ? 'are at most' : 'are more than'} the ${GRAM_VALUES.toExponential(0)} that are kept in memory`,
  )
}

function solverCosts(
  {features, graph, nodeSet, classes, ridge, labelFreeRidge, hasFeatures}: ProblemSizes,
  {landmarks, method}: SanitizeSettings,
  threads: number,
  baseBytes: number,
): SolverCost[] {
  const n = graph.nodes
  const s = nodeSet.length
  const d = features.cols
  const p = Math.min(landmarks, s)
  const pattern = graph.matrix.indices.length
  const sparseWidth = isCsr(features)
    ? Math.min(d, (features.indices.length / Math.max(1, n)) * (pattern / Math.max(1, n)))
    : d
  // Aggregated rows and their copy in shared memory, values and, where sparse, column numbers.
  const rows = 2 * s * sparseWidth * (isCsr(features) ? 12 : 8)
  const tiles = (others: number) => threads * 8 * (512 * d + Math.min(others * d, 2 ** 25) + 4 * 512 * 512)
  // Products of sparse features with landmarks are kept, and no rows go to workers.
  const isMixed = isCsr(features) && 8 * n * landmarks <= CROSS_BYTES
  const leftBehind = (others: number) => (threads > 1 ? LEFT_BEHIND_BYTES + 8 * LEFT_BEHIND_SHARE * s * others : 0)
  const chunk = Math.min(s, CHUNK_ROWS)
  // Kept to the end: profiles with their indices, soft labels and the weighted graph, of every source of likeness.
  const sources =
    (hasFeatures ? 1 : FOLDS) *
    (12 *
      n *
      (LATENT +
        (hasFeatures ? (isCsr(features) ? features.indices.length / Math.max(1, n) : d) : pattern / Math.max(1, n))) +
      8 * n * classes +
      24 * pattern)
  const base = baseBytes + sources
  const isLimit = ridge === Infinity
  const isExact = method === 'exact' || (method === 'auto' && s <= EXACT_NODES && !isLimit)
  const pass = s * s
  const isFree = labelFreeRidge !== null && !isLimit
  const passes = isLimit ? 1 : SOLVE_PASSES + 1 + (isFree ? PROBE_PASSES + 1 : 0)
  const width = classes + (isFree ? PROBES : 0)
  // Gram matrices are factorised for a small ridge, an inverse, or exact removal; else conjugate gradients do.
  const isFactorised = !isLimit && (ridge < ITERATIVE_RIDGE || isFree || isExact)
  const timed = (cost: Omit<SolverCost, 'seconds'>): SolverCost => ({
    ...cost,
    seconds: cost.multiplyAdds / (PRODUCT_SPEED * threads) + cost.kernelValues / (KERNEL_SPEED * threads),
  })
  return [
    timed({
      solver: 'gram',
      memoryBytes: base + 8 * s * (n + (isFactorised ? 9 : 4) * s + (isExact ? s + EXACT_ROWS : 0)),
      multiplyAdds:
        n * s * Math.min(d, 40 * sparseWidth) +
        (isFactorised ? (5 / 3) * s ** 3 : SOLVE_PASSES * pass * classes) +
        2 * pattern * s,
      kernelValues: s * s,
      scores: isFree || isLimit ? 'every score, exact' : 'kc exact, no label-free score',
    }),
    timed({
      solver: 'landmarks',
      memoryBytes:
        base +
        rows +
        tiles(p) +
        (isMixed ? 8 * n * p : leftBehind(p)) +
        8 * (8 * p * p + 4 * chunk * p + 1.5 * Math.min(s, candidates(p)) * p + 2 * pattern + 4 * 512 * d),
      multiplyAdds: s * p * (3 * d + 3.7 * p) + Math.min(s, candidates(p)) * p * (d + p) + 3 * p ** 3,
      kernelValues: 3 * s * p + Math.min(s, candidates(p)) * p,
      scores: 'kc with an estimated error, no label-free score',
    }),
    timed({
      solver: 'stream',
      memoryBytes: base + rows + tiles(s) + 8 * s * (6 * width + 3 * STREAM_LANDMARKS) + 8 * 2 * pattern,
      multiplyAdds: passes * pass * (d + width),
      kernelValues: passes * pass,
      scores: isLimit
        ? 'kc of the limit, no label-free score'
        : `kc exact to the solve, ${isFree ? 'label-free by random probes' : 'no label-free score'}`,
    }),
  ]
}

function tooLarge(
  name: SolverName,
  {memoryBytes}: SolverCost,
  limit: number,
  costs: readonly SolverCost[],
): UsageError {
  const fitting = costs.filter((cost) => cost.memoryBytes <= limit).map(({solver}) => `${option('solver')} ${solver}`)
  return new UsageError(
    `the solver ${name} needs about ${memoryText(memoryBytes)} of memory in all, the limit is ${memoryText(limit)}`,
    [
      raiseMemory(memoryBytes),
      ...(fitting.length > 0
        ? [`use ${fitting.join(' or ')}`]
        : name === 'landmarks'
          ? [`lower ${option('landmarks')}`]
          : []),
    ],
  )
}

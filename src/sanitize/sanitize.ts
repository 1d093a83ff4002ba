import {availableParallelism} from 'node:os'
import type {Graph} from '../graph/types.js'
import {openProducts} from '../linalg/open-products.js'
import {defaultMemoryLimit, residentBytes} from '../frame/memory.js'
import {createCpuEngine} from '../pairwise/cpu/index.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {watchKernels} from '../pairwise/progress-engine.js'
import type {Note, Verdict} from '../frame/report.js'
import {random} from '../stats/random.js'
import {aggregation} from './aggregate.js'
import {degreeChange} from './degree-change.js'
import {decideCut, randomEdgeSummary} from './decide.js'
import {scoreEdges} from './edge-scores.js'
import {graphExcerpt} from './excerpt.js'
import {explainedEdges} from './explain.js'
import {allBlocks, createSolver, solveBlocks} from './kernel-scores.js'
import {partSummaries} from './part-summary.js'
import type {Resources, SolverPlan} from './plan.js'
import {planSanitize, prepareGraph, type PreparedGraph} from './prepare.js'
import {markEdges, softWeights} from './prune.js'
import {type Repair, repairEdges} from './repair.js'
import {reviewQueue} from './review.js'
import type {SanitizeOptions, SanitizeSettings} from './settings.js'
import type {LandmarkWork} from './solvers/landmark.js'
import type {SolvedBlock, KernelSolver} from './solvers/solver.js'
import {
  addedEdges,
  labelAgreement,
  scoreHistogram,
  unmarkedEdges,
  topEdges,
  truthMetrics,
  withAdded,
} from './summary.js'
import type {EdgeScores, SanitizeMetrics} from './types.js'
import {sanitizeNotes, sanitizeVerdict} from './verdict.js'

export interface SanitizeResult {
  scores: EdgeScores
  /** [2 k] the cleaned graph: without the pruned edges, with those that repair adds; sorted */
  edges: Uint32Array
  /** edges that were not in the graph, none without `repair` */
  repair: Repair
  metrics: SanitizeMetrics
  verdict: Verdict
  notes: Note[]
  settings: SanitizeSettings
}

/** How a run is carried out: none of it changes the result, but a memory limit can refuse the run. */
export interface SanitizeRun {
  /** of the matrix products on the processor; default: all cores */
  threads?: number
  /** of the whole process; default: what it holds and half of what is free */
  memoryLimitBytes?: number
  /** what the process held when the graph was read; default: what it holds now */
  heldBytes?: number
  onProgress?: (stage: string, done: number, total: number) => void
}

/**
 * Scores every edge of a graph, marks the suspect ones and reports the complexity before and after.
 *
 * Shapes     scores follow the order of graph.edges.
 * Reads      what prepare reads; `truth` for metrics.truth only.
 * Cost       that of the solver, see planSolver; the rest is linear in edges and stored features.
 * Throws     what prepare throws.
 */
export function sanitize(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  run: SanitizeRun = {},
): Promise<SanitizeResult> {
  return withSolver(graph, options, engine, run, async (prepared, solver) =>
    concludeScores(prepared, solver, await solveBlocks(solver, allBlocks(solver), run.onProgress)),
  )
}

/** The solver that `sanitize` would take, and what every solver would cost. */
export const explainPlan = (graph: Graph, options: SanitizeOptions, run: SanitizeRun = {}): SolverPlan =>
  planSanitize(graph, options, resourcesOf(run)).plan

export const resourcesOf = ({
  threads = availableParallelism(),
  memoryLimitBytes = defaultMemoryLimit(),
  heldBytes = residentBytes(),
}: SanitizeRun): Resources => ({threads, memoryLimitBytes, heldBytes})

/** A stream of its own for landmarks and probes: that of the preparation starts at the seed. */
export const solverSeed = (seed: number) => seed ^ 0x5bd1e995

/** Prepares a graph and a solver, which takes up what is `done`, and closes what they need when `use` is done. */
export function withSolver<T>(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  run: SanitizeRun,
  use: (prepared: PreparedGraph, solver: KernelSolver, exact: PairwiseEngine) => Promise<T>,
  done?: LandmarkWork,
): Promise<T> {
  const watch = (of: PairwiseEngine) => (run.onProgress === undefined ? of : watchKernels(of, run.onProgress))
  return withPrepared(graph, options, engine, run, async (prepared, exact) => {
    const solver = await createSolver(prepared.plan.solver, prepared.problem, graph.edges, prepared.settings, {
      random: random(solverSeed(options.seed)),
      exact: watch(exact),
      fast: watch(engine),
      products: prepared.products,
      done,
    })
    return use(prepared, solver, exact).finally(() => solver.close?.())
  })
}

/** Prepares a graph, without a solver for the kernel scores, and closes what it needs when `use` is done. */
export async function withPrepared<T>(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  run: SanitizeRun,
  use: (prepared: PreparedGraph, exact: PairwiseEngine) => Promise<T>,
): Promise<T> {
  const resources = resourcesOf(run)
  const products = await openProducts(resources.threads)
  const exact = engine.precision === 'fp64' ? engine : await createCpuEngine({threads: resources.threads})
  try {
    return await use(await prepareGraph(graph, options, exact, products, resources), exact)
  } finally {
    await products.close()
    if (exact !== engine) await exact.close()
  }
}

/** Scores, marks and complexities, from the parts of all blocks in order. */
export async function concludeScores(
  prepared: PreparedGraph,
  solver: KernelSolver,
  kernelParts: readonly SolvedBlock[],
): Promise<SanitizeResult> {
  const {graph, options, settings, mixing, given, problem} = prepared
  const hasClasses = given.missing === null
  const labels = prepared.labels.map((c) => (hasClasses ? given.names[c]! : -1))
  const {edges, nodes} = graph
  const {facts} = solver
  const m = edges.length / 2
  const {chances, auto, ...judged} = scoreEdges(prepared, solver.scores(kernelParts))
  const {score, scored, probability} = judged
  const spared = sparedEdges(options, edges, nodes)
  const decided = await decideCut(prepared, judged, chances, auto)
  const marking = markEdges({score, scored: decided.eligible, edges, degrees: mixing.degrees}, decided.rule, {
    minDegree: options.minDegree,
    spared,
  })
  const ends = (test: (u: number, v: number) => number) =>
    Uint8Array.from({length: m}, (_, k) => test(edges[2 * k]!, edges[2 * k + 1]!))
  const scores: EdgeScores = {
    ...judged,
    edges,
    rank: marking.rank,
    pruned: marking.pruned,
    weight: softWeights(marking.rank, scored, marking.prunedCount / m, spared),
    labelledEnds: ends(
      (u, v) => Number(hasClasses && given.labels[u]! >= 0) + Number(hasClasses && given.labels[v]! >= 0),
    ),
    pseudoDisagree: ends((u, v) => Number(labels[u] !== labels[v])),
    pseudoLabels: labels,
    degrees: mixing.degrees,
  }
  const givenNames = given.labels.map((c) => (hasClasses && c >= 0 ? given.names[c]! : -1))
  const repair = repairEdges(
    edges,
    marking.pruned,
    prepared.sources[0]!,
    options.repair ?? 0,
    random(options.seed),
    options.enoughNeighbours ?? Infinity,
  )
  const cleaned = withAdded(unmarkedEdges(edges, marking.pruned), repair.added)
  const after = aggregation(nodes, cleaned, settings.norm, settings.hops)
  const before = facts.gkc ?? facts.alignment!
  const complexityAfter = marking.prunedCount === 0 ? before : await solver.complexityOf(after)
  const isolated = (degrees: Uint32Array) => degrees.reduce((count, degree) => count + Number(degree === 0), 0)
  const isLimit = facts.gkc === null
  const metrics: SanitizeMetrics = {
    nodes,
    edges: m,
    pruned: marking.prunedCount,
    added: addedEdges(repair, labels, graph),
    notScored: scored.reduce((count, x) => count + 1 - x, 0),
    gkcBefore: facts.gkc,
    gkcAfter: isLimit ? null : complexityAfter,
    alignment: isLimit ? {before, after: complexityAfter} : null,
    ridge: isLimit ? null : settings.ridge,
    nodeSetSize: problem.nodeSet.length,
    condition: facts.condition,
    solver: {
      name: prepared.plan.solver,
      landmarks: facts.landmarks?.count ?? null,
      kernelError: facts.landmarks?.error ?? null,
      labelFreeError: facts.labelFree?.standardError ?? null,
    },
    evidence: {from: judged.evidence, separation: chances.random.separation},
    randomEdges: randomEdgeSummary(chances, probability, marking.pruned, decided),
    labelledNodes: hasClasses ? given.nodes.length : 0,
    classes: hasClasses ? given.classes : 0,
    zeroRows: facts.zeroRows,
    isolatedBefore: isolated(mixing.degrees),
    isolatedAfter: isolated(after.degrees),
    keptByMinDegree: marking.keptByMinDegree,
    keptOnRequest: marking.keptOnRequest,
    cut: {rule: options.prune.rule, score: marking.cutScore, share: marking.prunedCount / m},
    agreementBefore: labelAgreement(edges, labels),
    agreementAfter: labelAgreement(cleaned, labels),
    histogram: scoreHistogram(scores),
    top: topEdges(scores, marking.order, graph),
    parts: partSummaries(scores),
    degrees: degreeChange(mixing.degrees, after.degrees, graph),
    excerpt: graphExcerpt(scores, marking.order, {
      added: repair.added,
      given: givenNames,
      nodeNames: graph.nodeNames,
    }),
    explained: explainedEdges(scores, options.explain ?? null, graph),
    review: reviewQueue(scores, marking.order, options.review ?? 0, graph, givenNames),
    truth: options.truth === null ? null : truthMetrics(scores, marking.order, options.truth, nodes),
  }
  return {
    scores,
    edges: cleaned,
    repair,
    metrics,
    verdict: sanitizeVerdict(metrics),
    notes: sanitizeNotes(prepared, metrics, facts),
    settings,
  }
}

/** [m] 1: never pruned, because it touches a protected node or is suppressed; null: none. */
function sparedEdges({protect, suppressed}: SanitizeOptions, edges: Uint32Array, nodes: number): Uint8Array | null {
  if (!protect && !suppressed) return null
  const isProtected = new Uint8Array(nodes)
  for (const node of protect ?? []) isProtected[node] = 1
  const keys = new Set(
    Array.from(
      {length: (suppressed?.length ?? 0) / 2},
      (_, k) => suppressed![2 * k]! * nodes + suppressed![2 * k + 1]!,
    ),
  )
  return Uint8Array.from({length: edges.length / 2}, (_, e) => {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    return isProtected[u]! | isProtected[v]! | Number(keys.has(u * nodes + v))
  })
}

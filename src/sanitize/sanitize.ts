import {availableParallelism} from 'node:os'
import type {Graph} from '../graph/types.js'
import {onnxProducts} from '../linalg/onnx-products.js'
import {plainProducts} from '../linalg/products.js'
import {createCpuEngine} from '../pairwise/cpu/index.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {watchKernels} from '../pairwise/watch.js'
import type {Note, Verdict} from '../report/types.js'
import {random} from '../stats/random.js'
import {aggregation} from './aggregate.js'
import {contextLikeness, featureCosine, neighbourOverlap, softDisagreement} from './context.js'
import {unlikelyShare} from './cut.js'
import {explainedEdges} from './explain.js'
import {fuseRanks} from './fused.js'
import {allBlocks, createSolver, measureBlocks, withinReach} from './kernel-scores.js'
import {defaultMemoryLimit} from '../linalg/memory.js'
import type {SolverPlan} from './plan.js'
import {planSanitize, prepare, type PreparedGraph} from './prepare.js'
import {markEdges, type PruneRule, softWeights} from './prune.js'
import type {SanitizeOptions, SanitizeSettings} from './settings.js'
import type {KernelFacts, KernelPart, KernelSolver} from './solvers/solver.js'
import {agreement, histogram, keptEdges, topEdges, truthMetrics} from './summary.js'
import type {EdgeScores, SanitizeMetrics} from './types.js'

export interface SanitizeResult {
  scores: EdgeScores
  metrics: SanitizeMetrics
  verdict: Verdict
  notes: Note[]
  settings: SanitizeSettings
}

/** How a run is carried out; nothing of it changes the result, but a memory limit can refuse it. */
export interface SanitizeRun {
  /** of the matrix products on the processor; default: all cores */
  threads?: number
  /** beside the graph; default: half of what is free */
  memoryLimitBytes?: number
  onProgress?: (stage: string, done: number, total: number) => void
}

/** Weights of the ranks, the same for every graph: bench/score-search.ts shows what each is worth. */
const WEIGHTS = {kc: 1, labelFree: 1, context: 4, disagreement: 2, overlap: 2}

/**
 * Scores every edge of a graph, marks the suspect ones and reports the complexity before and after.
 *
 * Shapes     scores follow the order of graph.edges.
 * Reads      what prepare reads; `truth` for metrics.truth only.
 * Cost       that of the solver, see planSolver; the rest is linear in edges and stored features.
 * Throws     what prepare throws.
 */
export function sanitize(graph: Graph, options: SanitizeOptions, engine: PairwiseEngine, run: SanitizeRun = {}): Promise<SanitizeResult> {
  return withSolver(graph, options, engine, run, async (prepared, solver) => conclude(prepared, solver, await measureBlocks(solver, allBlocks(solver), run.onProgress)))
}

/** The solver that `sanitize` would take, and what every solver would cost. */
export const explainPlan = (graph: Graph, options: SanitizeOptions, run: SanitizeRun = {}): SolverPlan => planSanitize(graph, options, resourcesOf(run)).plan

const resourcesOf = ({threads = availableParallelism(), memoryLimitBytes = defaultMemoryLimit()}: SanitizeRun) => ({threads, memoryLimitBytes})

/** A stream of its own for landmarks and probes: that of the preparation starts at the seed. */
const solverSeed = (seed: number) => seed ^ 0x5bd1e995

/** Prepares a graph and a solver, and closes what they need when `use` is done. */
export async function withSolver<T>(graph: Graph, options: SanitizeOptions, engine: PairwiseEngine, run: SanitizeRun, use: (prepared: PreparedGraph, solver: KernelSolver) => Promise<T>): Promise<T> {
  const resources = resourcesOf(run)
  const products = (await onnxProducts(resources.threads)) ?? plainProducts
  const exact = engine.precision === 'fp64' ? engine : await createCpuEngine({threads: resources.threads})
  const watch = (of: PairwiseEngine) => (run.onProgress === undefined ? of : watchKernels(of, run.onProgress))
  try {
    const prepared = await prepare(graph, options, exact, products, resources)
    const engines = {exact: watch(exact), fast: watch(engine)}
    return await use(prepared, await createSolver(prepared.plan.solver, prepared.problem, graph.edges, prepared.settings, random(solverSeed(options.seed)), engines, products))
  } finally {
    await products.close()
    if (exact !== engine) await exact.close()
  }
}

/** Scores, marks and complexities, from the parts of all blocks in order. */
export async function conclude(prepared: PreparedGraph, solver: KernelSolver, kernelParts: readonly KernelPart[]): Promise<SanitizeResult> {
  const {graph, options, settings, mixing, given, pseudo, problem} = prepared
  const {edges, nodes} = graph
  const {facts} = solver
  const kernel = solver.scores(kernelParts)
  const m = edges.length / 2
  const parts: EdgeScores['parts'] = {
    kc: settings.sign === 'signed' ? kernel.kc : kernel.kc.map(Math.abs),
    labelFree: kernel.labelFree,
    similarity: featureCosine(edges, problem.features),
    disagreement: softDisagreement(edges, pseudo.soft),
    context: contextLikeness(edges, prepared.profiles, prepared.likeness),
    overlap: neighbourOverlap(edges, mixing),
  }
  const score = settings.ranking === 'kc' ? parts.kc.slice() : fused(parts)
  const scored = scoredEdges(prepared)
  const spared = sparedEdges(options, edges, nodes)
  const marking = markEdges(score, scored, edges, mixing.degrees, cutRule(prepared, parts), options.minDegree, spared)
  const ends = (test: (u: number, v: number) => number) => Uint8Array.from({length: m}, (_, k) => test(edges[2 * k]!, edges[2 * k + 1]!))
  const scores: EdgeScores = {
    edges,
    score,
    rank: marking.rank,
    scored,
    pruned: marking.pruned,
    weight: softWeights(marking.rank, scored, marking.prunedCount / m, spared),
    parts,
    labelledEnds: ends((u, v) => Number(given.labels[u]! >= 0) + Number(given.labels[v]! >= 0)),
    pseudoDisagree: ends((u, v) => Number(pseudo.labels[u] !== pseudo.labels[v])),
    pseudoLabels: pseudo.labels,
    degrees: mixing.degrees,
  }
  const after = aggregation(nodes, keptEdges(edges, marking.pruned), settings.norm, settings.hops)
  const before = facts.gkc ?? facts.alignment!
  const complexityAfter = marking.prunedCount === 0 ? before : await solver.complexityOf(after)
  const isolated = (degrees: Uint32Array) => degrees.reduce((count, degree) => count + Number(degree === 0), 0)
  const isLimit = facts.gkc === null
  const metrics: SanitizeMetrics = {
    nodes,
    edges: m,
    pruned: marking.prunedCount,
    notScored: scored.reduce((count, x) => count + 1 - x, 0),
    gkcBefore: facts.gkc,
    gkcAfter: isLimit ? null : complexityAfter,
    alignment: isLimit ? {before, after: complexityAfter} : null,
    ridge: isLimit ? null : settings.ridge,
    nodeSetSize: problem.nodeSet.length,
    condition: facts.condition,
    solver: {name: prepared.plan.solver, landmarks: facts.landmarks?.count ?? null, kernelError: facts.landmarks?.error ?? null, labelFreeError: facts.labelFree?.standardError ?? null},
    labelledNodes: given.nodes.length,
    classes: given.classes,
    zeroRows: facts.zeroRows,
    isolatedBefore: isolated(mixing.degrees),
    isolatedAfter: isolated(after.degrees),
    keptByMinDegree: marking.keptByMinDegree,
    keptOnRequest: marking.keptOnRequest,
    cut: {rule: options.prune.rule, score: marking.cutScore, share: marking.prunedCount / m},
    agreementBefore: agreement(scores, () => true),
    agreementAfter: agreement(scores, (k) => marking.pruned[k] === 0),
    histogram: histogram(scores),
    top: topEdges(scores, marking.order, graph),
    explained: explainedEdges(scores, options.explain ?? null, graph),
    truth: options.truth === null ? null : truthMetrics(scores, marking.order, options.truth, nodes),
  }
  return {scores, metrics, verdict: verdictOf(metrics), notes: notesOf(prepared, metrics, facts), settings}
}

/** [m] 1 where the removal of an edge reaches the node set, and the focus where there is one. */
function scoredEdges({settings, mixing, graph, problem, options}: PreparedGraph): Uint8Array {
  const scored = settings.nodeSet === 'all' ? new Uint8Array(graph.edges.length / 2).fill(1) : withinReach(mixing, graph.edges, problem.nodeSet)
  if (!options.focus) return scored
  const inFocus = withinReach(mixing, graph.edges, options.focus)
  return scored.map((x, e) => x & inFocus[e]!)
}

/** [m] 1: never pruned, because it touches a protected node or is suppressed; null: none. */
function sparedEdges({protect, suppressed}: SanitizeOptions, edges: Uint32Array, nodes: number): Uint8Array | null {
  if (!protect && !suppressed) return null
  const isProtected = new Uint8Array(nodes)
  for (const node of protect ?? []) isProtected[node] = 1
  const keys = new Set(Array.from({length: (suppressed?.length ?? 0) / 2}, (_, k) => suppressed![2 * k]! * nodes + suppressed![2 * k + 1]!))
  return Uint8Array.from({length: edges.length / 2}, (_, e) => {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    return isProtected[u]! | isProtected[v]! | Number(keys.has(u * nodes + v))
  })
}

function cutRule({options, graph, profiles, likeness, pseudo, random: generator}: PreparedGraph, parts: EdgeScores['parts']): PruneRule {
  if (options.prune.rule !== 'auto') return options.prune
  return {rule: 'auto', share: unlikelyShare(parts.context, parts.disagreement, graph.edges, {profiles, soft: pseudo.soft, graph: likeness}, generator)}
}

function fused(parts: EdgeScores['parts']): Float64Array {
  const negative = (values: Float64Array) => values.map((x) => -x)
  return fuseRanks([
    {values: parts.kc, weight: WEIGHTS.kc},
    // An edge between unlike nodes makes a row more distinct, which lowers tr (H + λI)⁻¹: hence the sign.
    ...(parts.labelFree === null ? [] : [{values: negative(parts.labelFree), weight: WEIGHTS.labelFree}]),
    {values: negative(parts.context), weight: WEIGHTS.context},
    {values: parts.disagreement, weight: WEIGHTS.disagreement},
    {values: negative(parts.overlap), weight: WEIGHTS.overlap},
  ])
}

function verdictOf(metrics: SanitizeMetrics): Verdict {
  const {gkcBefore, gkcAfter, alignment} = metrics
  const change = alignment === null ? `kernel complexity ${gkcBefore!.toPrecision(4)} → ${gkcAfter!.toPrecision(4)}` : `kernel–label alignment ${alignment.before.toPrecision(4)} → ${alignment.after.toPrecision(4)}`
  const share = ((100 * metrics.pruned) / metrics.edges).toFixed(1)
  const summary =
    metrics.notScored === metrics.edges
      ? `none of the ${metrics.edges} edges could be scored: no labelled node is within reach`
      : `${metrics.pruned} of ${metrics.edges} edges (${share} %) are marked for removal; ${change}`
  return {
    status: metrics.notScored === metrics.edges ? 'inconclusive' : 'done',
    summary,
    meaning: [
      'A high rank means that the edge fits the features, the labels and the neighbourhoods of its ends badly; it is no proof of an attack.',
      'An edge that was kept, or not scored, is not certified as genuine.',
    ],
  }
}

function notesOf({graph, plan, options}: PreparedGraph, metrics: SanitizeMetrics, facts: KernelFacts): Note[] {
  const notes: Note[] = [{level: 'info', code: 'removal-method', message: `kernel-complexity scores by ${facts.method === 'exact' ? 'exact removal' : 'the first-order closed form'}`}]
  const {landmarks, kernelError} = metrics.solver
  if (landmarks !== null && plan.solver === 'landmarks') notes.push({level: 'info', code: 'landmarks', message: `${plan.reason}: the kernel is seen through ${landmarks} landmark nodes, which leave a relative error of ${kernelError!.toPrecision(2)} on held-out columns`})
  if (facts.precision === 'fp32') notes.push({level: 'warning', code: 'scores-in-fp32', message: 'kernel scores were computed in fp32: an edge whose rank is next to the cut may fall on the other side of it on another device'})
  if (graph.features === null) notes.push({level: 'warning', code: 'no-features', message: 'the graph has no features: the kernel uses the identity and likeness comes from neighbourhoods, which is weaker evidence'})
  if (facts.labelFree === null) notes.push({level: 'info', code: 'label-free-left-out', message: `the label-free score is left out of the ranking: the solver ${plan.solver} does not give it${metrics.alignment === null ? '' : ' at an infinite ridge'}`})
  else if (facts.labelFree.standardError > 0) notes.push({level: 'info', code: 'label-free-estimated', message: `the label-free complexity ${facts.labelFree.gkc.toPrecision(4)} is estimated by random probes, standard error ${facts.labelFree.standardError.toPrecision(2)}`})
  if (graph.weights !== null) notes.push({level: 'warning', code: 'weights-ignored', message: 'edge weights are ignored: every edge counts as 1'})
  if (metrics.notScored > 0) notes.push({level: 'warning', code: 'not-scored', message: `${metrics.notScored} edges are out of reach of the ${options.focus ? 'focus' : 'node set'}: nothing is said about them, and they are kept`})
  if (metrics.zeroRows > 0) notes.push({level: 'warning', code: 'zero-rows', message: `${metrics.zeroRows} nodes have only zeros as aggregated features: their kernel rows are 0`})
  return notes
}

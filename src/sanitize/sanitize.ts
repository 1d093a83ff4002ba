import {availableParallelism} from 'node:os'
import type {Graph} from '../graph/types.js'
import {onnxProducts} from '../linalg/onnx-products.js'
import {plainProducts} from '../linalg/products.js'
import {defaultMemoryLimit} from '../linalg/memory.js'
import {createCpuEngine} from '../pairwise/cpu/index.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {watchKernels} from '../pairwise/watch.js'
import type {Note, Verdict} from '../report/types.js'
import {random} from '../stats/random.js'
import {aggregation} from './aggregate.js'
import {endCosine, neighbourOverlap} from './context.js'
import {separation, unlikelyShare} from './cut.js'
import {edgeFit} from './edge-fit.js'
import {explainedEdges} from './explain.js'
import {fuseRanks} from './fused.js'
import {allBlocks, createSolver, measureBlocks, withinReach} from './kernel-scores.js'
import {judgeEdges, supportedEdges} from './likeness.js'
import type {SolverPlan} from './plan.js'
import {planSanitize, prepare, type PreparedGraph} from './prepare.js'
import {markEdges, softWeights} from './prune.js'
import {type Repair, repairEdges} from './repair.js'
import type {SanitizeOptions, SanitizeSettings} from './settings.js'
import type {KernelFacts, KernelPart, KernelSolver} from './solvers/solver.js'
import {addedEdges, agreement, histogram, keptEdges, topEdges, truthMetrics, withAdded} from './summary.js'
import type {EdgeScores, SanitizeMetrics} from './types.js'

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

/** How a run is carried out; nothing of it changes the result, but a memory limit can refuse it. */
export interface SanitizeRun {
  /** of the matrix products on the processor; default: all cores */
  threads?: number
  /** beside the graph; default: half of what is free */
  memoryLimitBytes?: number
  onProgress?: (stage: string, done: number, total: number) => void
}

/** Weights of the ranks, the same for every graph: bench/score-search.ts shows what each is worth. */
const WEIGHTS = {kc: 1, labelFree: 1, context: 4, disagreement: 2, overlap: 2, fit: 4}

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
  const {graph, options, settings, mixing, given, labels, problem} = prepared
  const {edges, nodes} = graph
  const {facts} = solver
  const kernel = solver.scores(kernelParts)
  const m = edges.length / 2
  const likeness = judgeEdges(edges, prepared.sources)
  const {context, disagreement, cosine} = likeness
  const overlap = neighbourOverlap(edges, mixing)
  const fit = edgeFit(edges, {...likeness, overlap}, prepared.sources, mixing, prepared.random)
  const evidence = graph.features === null ? 'neighbours' : 'features'
  const supported = supportedEdges(edges, likeness, mixing.degrees, evidence)
  const countedFit = fit.edges.filter((_, e) => supported[e] === 1)
  const parts: EdgeScores['parts'] = {
    kc: settings.sign === 'signed' ? kernel.kc : kernel.kc.map(Math.abs),
    labelFree: kernel.labelFree,
    similarity: graph.features === null ? cosine : endCosine(edges, problem.features),
    disagreement,
    context,
    overlap,
    fit: fit.edges,
  }
  const score = settings.ranking === 'kc' ? parts.kc.slice() : fused(parts)
  const scored = scoredEdges(prepared)
  const spared = sparedEdges(options, edges, nodes)
  const marking = markEdges(score, scored, edges, mixing.degrees, options.prune.rule === 'auto' ? {rule: 'auto', share: (unlikelyShare(countedFit, fit.nulls) * countedFit.length) / m} : options.prune, options.minDegree, spared)
  const ends = (test: (u: number, v: number) => number) => Uint8Array.from({length: m}, (_, k) => test(edges[2 * k]!, edges[2 * k + 1]!))
  const scores: EdgeScores = {
    evidence,
    edges,
    score,
    rank: marking.rank,
    scored,
    pruned: marking.pruned,
    weight: softWeights(marking.rank, scored, marking.prunedCount / m, spared),
    parts,
    labelledEnds: ends((u, v) => Number(given.labels[u]! >= 0) + Number(given.labels[v]! >= 0)),
    pseudoDisagree: ends((u, v) => Number(labels[u] !== labels[v])),
    pseudoLabels: labels,
    degrees: mixing.degrees,
  }
  const repair = repairEdges(edges, marking.pruned, prepared.sources[0]!, options.repair ?? 0, random(options.seed))
  const cleaned = withAdded(keptEdges(edges, marking.pruned), repair.added)
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
    solver: {name: prepared.plan.solver, landmarks: facts.landmarks?.count ?? null, kernelError: facts.landmarks?.error ?? null, labelFreeError: facts.labelFree?.standardError ?? null},
    evidence: {from: evidence, separation: separation(countedFit, fit.nulls)},
    labelledNodes: given.nodes.length,
    classes: given.classes,
    zeroRows: facts.zeroRows,
    isolatedBefore: isolated(mixing.degrees),
    isolatedAfter: isolated(after.degrees),
    keptByMinDegree: marking.keptByMinDegree,
    keptOnRequest: marking.keptOnRequest,
    cut: {rule: options.prune.rule, score: marking.cutScore, share: marking.prunedCount / m},
    agreementBefore: agreement(edges, labels),
    agreementAfter: agreement(cleaned, labels),
    histogram: histogram(scores),
    top: topEdges(scores, marking.order, graph),
    explained: explainedEdges(scores, options.explain ?? null, graph),
    truth: options.truth === null ? null : truthMetrics(scores, marking.order, options.truth, nodes),
  }
  return {scores, edges: cleaned, repair, metrics, verdict: verdictOf(metrics), notes: notesOf(prepared, metrics, facts), settings}
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

function fused(parts: EdgeScores['parts']): Float64Array {
  const negative = (values: Float64Array) => values.map((x) => -x)
  return fuseRanks([
    {values: parts.kc, weight: WEIGHTS.kc},
    // An edge between unlike nodes makes a row more distinct, which lowers tr (H + λI)⁻¹: hence the sign.
    ...(parts.labelFree === null ? [] : [{values: negative(parts.labelFree), weight: WEIGHTS.labelFree}]),
    {values: negative(parts.context), weight: WEIGHTS.context},
    {values: parts.disagreement, weight: WEIGHTS.disagreement},
    {values: negative(parts.overlap), weight: WEIGHTS.overlap},
    {values: negative(parts.fit), weight: WEIGHTS.fit},
  ])
}

/** How weak, measured on pairs that are known to be wired at random. */
function weakness({evidence: {separation: chance}}: SanitizeMetrics): string {
  if (chance === null) return ''
  return `: an edge of this graph is more alike than a pair wired at random in ${Math.round(100 * chance)} % of comparisons (50 % is chance)`
}

function verdictOf(metrics: SanitizeMetrics): Verdict {
  const {gkcBefore, gkcAfter, alignment} = metrics
  const change = alignment === null ? `kernel complexity ${gkcBefore!.toPrecision(4)} → ${gkcAfter!.toPrecision(4)}` : `kernel–label alignment ${alignment.before.toPrecision(4)} → ${alignment.after.toPrecision(4)}`
  const share = ((100 * metrics.pruned) / metrics.edges).toFixed(1)
  const summary =
    metrics.notScored === metrics.edges
      ? `none of the ${metrics.edges} edges could be scored: no labelled node is within reach`
      : `${metrics.pruned} of ${metrics.edges} edges (${share} %) are marked for removal${metrics.added.count === 0 ? '' : ` and ${metrics.added.count} new ones are added`}; ${change}`
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
  if (graph.features === null) notes.push({level: 'warning', code: 'no-features', message: `the graph has no features: the kernel uses the identity, and each edge is judged by the neighbours that its ends have without it, which is weaker evidence${weakness(metrics)}`})
  if (facts.labelFree === null) notes.push({level: 'info', code: 'label-free-left-out', message: `the label-free score is left out of the ranking: the solver ${plan.solver} does not give it${metrics.alignment === null ? '' : ' at an infinite ridge'}`})
  else if (facts.labelFree.standardError > 0) notes.push({level: 'info', code: 'label-free-estimated', message: `the label-free complexity ${facts.labelFree.gkc.toPrecision(4)} is estimated by random probes, standard error ${facts.labelFree.standardError.toPrecision(2)}`})
  if (graph.weights !== null) notes.push({level: 'warning', code: 'weights-ignored', message: 'edge weights are ignored: every edge counts as 1'})
  if (metrics.notScored > 0) notes.push({level: 'warning', code: 'not-scored', message: `${metrics.notScored} edges are out of reach of the ${options.focus ? 'focus' : 'node set'}: nothing is said about them, and they are kept`})
  if (metrics.zeroRows > 0) notes.push({level: 'warning', code: 'zero-rows', message: `${metrics.zeroRows} nodes have only zeros as aggregated features: their kernel rows are 0`})
  return notes
}

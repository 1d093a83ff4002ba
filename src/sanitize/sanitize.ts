import {availableParallelism} from 'node:os'
import {InputError} from '../errors.js'
import type {Graph} from '../graph/types.js'
import {onnxProducts} from '../linalg/onnx-products.js'
import {plainProducts, type Products} from '../linalg/products.js'
import {isCsr, type Matrix} from '../linalg/types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {watchKernels} from '../pairwise/watch.js'
import type {Note, Verdict} from '../report/types.js'
import {random} from '../stats/random.js'
import {aggregation} from './aggregate.js'
import {contextLikeness, featureCosine, neighbourOverlap, softDisagreement, weighByLikeness} from './context.js'
import {unlikelyShare} from './cut.js'
import {kernelFeatures, profiles} from './features.js'
import {fuseRanks} from './fused.js'
import {kernelComplexity, type KernelProblem, kernelScores, type KernelScores, withinReach} from './kernel-scores.js'
import {givenLabels, labelMatrix} from './labels.js'
import {markEdges, type PruneRule} from './prune.js'
import {pseudoLabels} from './pseudo-labels.js'
import {resolveSettings, type SanitizeOptions, type SanitizeSettings} from './settings.js'
import {agreement, histogram, keptEdges, topEdges, truthMetrics} from './summary.js'
import type {EdgeScores, SanitizeMetrics} from './types.js'

export interface SanitizeResult {
  scores: EdgeScores
  metrics: SanitizeMetrics
  verdict: Verdict
  notes: Note[]
  settings: SanitizeSettings
}

/** How a run is carried out; nothing of it changes the result. */
export interface SanitizeRun {
  /** of the matrix products on the processor; default: all cores */
  threads?: number
  onProgress?: (stage: string, done: number, total: number) => void
}

/** Weights of the ranks, the same for every graph: bench/score-search.ts shows what each is worth. */
const WEIGHTS = {kc: 1, labelFree: 1, context: 4, disagreement: 2, overlap: 2}

/**
 * Scores every edge of a graph, marks the suspect ones and reports the complexity before and after.
 *
 * Shapes     scores follow the order of graph.edges.
 * Reads      labels of split.train only (all given labels where the file has no split); `truth` for metrics.truth only.
 * Cost       see kernelScores; the rest is linear in edges and stored features.
 * Throws     InputError  no edge, no labelled node, one class only, or a value of the features that is not finite.
 */
export async function sanitize(graph: Graph, options: SanitizeOptions, engine: PairwiseEngine, {threads = availableParallelism(), onProgress}: SanitizeRun = {}): Promise<SanitizeResult> {
  const settings = resolveSettings(options)
  if (graph.edges.length === 0) throw new InputError('the graph has no edges: there is nothing to score', ['check the name of the edge list'])
  requireFinite(graph.features)
  const products = (await onnxProducts(threads)) ?? plainProducts
  try {
    return await run(graph, options, settings, onProgress === undefined ? engine : watchKernels(engine, onProgress), products)
  } finally {
    await products.close()
  }
}

async function run(graph: Graph, options: SanitizeOptions, settings: SanitizeSettings, engine: PairwiseEngine, products: Products): Promise<SanitizeResult> {
  const {edges, nodes} = graph
  const given = givenLabels(graph)
  const seeded = random(options.seed)
  const mixing = aggregation(nodes, edges, settings.norm, settings.hops)
  const e = profiles(graph.features ?? aggregation(nodes, edges, 'row', 1).matrix, seeded)
  const likeness = weighByLikeness(nodes, edges, e)
  const pseudo = await pseudoLabels(e, given, likeness, products)

  const features = kernelFeatures(graph)
  const nodeSet = settings.nodeSet === 'all' ? Uint32Array.from({length: nodes}, (_, i) => i) : given.nodes
  const problem: KernelProblem = {features, graph: mixing, nodeSet, y: labelMatrix(pseudo.labels, nodeSet, given.classes, settings.coding)}
  const kernel = await kernelScores(problem, edges, settings, engine, products)
  const m = edges.length / 2
  const parts: EdgeScores['parts'] = {
    kc: settings.sign === 'signed' ? kernel.kc : kernel.kc.map(Math.abs),
    labelFree: kernel.labelFree ?? new Float64Array(m),
    similarity: featureCosine(edges, features),
    disagreement: softDisagreement(edges, pseudo.soft),
    context: contextLikeness(edges, e, likeness),
    overlap: neighbourOverlap(edges, mixing),
  }
  const score = settings.ranking === 'kc' ? parts.kc.slice() : fused(parts, kernel.labelFree !== null)
  const scored = settings.nodeSet === 'all' ? new Uint8Array(m).fill(1) : withinReach(mixing, edges, nodeSet)
  const rule: PruneRule = options.prune.rule === 'auto' ? {rule: 'auto', share: unlikelyShare(parts.context, parts.disagreement, edges, {profiles: e, soft: pseudo.soft, graph: likeness}, seeded)} : options.prune
  const marking = markEdges(score, scored, edges, mixing.degrees, rule, options.minDegree)
  const ends = (test: (u: number, v: number) => number) => Uint8Array.from({length: m}, (_, k) => test(edges[2 * k]!, edges[2 * k + 1]!))
  const scores: EdgeScores = {
    edges,
    score,
    rank: marking.rank,
    scored,
    pruned: marking.pruned,
    parts,
    labelledEnds: ends((u, v) => Number(given.labels[u]! >= 0) + Number(given.labels[v]! >= 0)),
    pseudoDisagree: ends((u, v) => Number(pseudo.labels[u] !== pseudo.labels[v])),
    pseudoLabels: pseudo.labels,
    degrees: mixing.degrees,
  }
  const kept = keptEdges(edges, marking.pruned)
  const after = aggregation(nodes, kept, settings.norm, settings.hops)
  const isolated = (degrees: Uint32Array) => degrees.reduce((count, degree) => count + Number(degree === 0), 0)
  const metrics: SanitizeMetrics = {
    nodes,
    edges: m,
    pruned: marking.prunedCount,
    notScored: scored.reduce((count, x) => count + 1 - x, 0),
    gkcBefore: kernel.gkc,
    gkcAfter: marking.prunedCount === 0 ? kernel.gkc : await kernelComplexity({...problem, graph: after}, settings.ridge, engine, products),
    ridge: settings.ridge,
    nodeSetSize: nodeSet.length,
    condition: kernel.condition,
    labelledNodes: given.nodes.length,
    classes: given.classes,
    zeroRows: kernel.zeroRows,
    isolatedBefore: isolated(mixing.degrees),
    isolatedAfter: isolated(after.degrees),
    keptByMinDegree: marking.keptByMinDegree,
    cut: {rule: rule.rule, score: marking.cutScore, share: marking.prunedCount / m},
    agreementBefore: agreement(scores, () => true),
    agreementAfter: agreement(scores, (k) => marking.pruned[k] === 0),
    histogram: histogram(scores),
    top: topEdges(scores, marking.order, graph),
    truth: options.truth === null ? null : truthMetrics(scores, marking.order, options.truth, nodes),
  }
  return {scores, metrics, verdict: verdictOf(metrics), notes: notesOf(graph, metrics, kernel), settings}
}

function fused(parts: EdgeScores['parts'], hasLabelFree: boolean): Float64Array {
  const negative = (values: Float64Array) => values.map((x) => -x)
  return fuseRanks([
    {values: parts.kc, weight: WEIGHTS.kc},
    // An edge between unlike nodes makes a row more distinct, which lowers tr (H + λI)⁻¹: hence the sign.
    {values: negative(parts.labelFree), weight: hasLabelFree ? WEIGHTS.labelFree : 0},
    {values: negative(parts.context), weight: WEIGHTS.context},
    {values: parts.disagreement, weight: WEIGHTS.disagreement},
    {values: negative(parts.overlap), weight: WEIGHTS.overlap},
  ])
}

function requireFinite(features: Matrix | null): void {
  if (features === null) return
  const values = isCsr(features) ? features.values : features.data
  const bad = values.findIndex((x) => !Number.isFinite(x))
  if (bad < 0) return
  const row = isCsr(features) ? features.indptr.findIndex((_, i) => features.indptr[i + 1]! > bad) : Math.floor(bad / features.cols)
  const column = isCsr(features) ? features.indices[bad]! : bad % features.cols
  throw new InputError(`the features hold ${values[bad]!} in row ${row}, column ${column}; every value must be finite`, ['replace or remove the value'])
}

function verdictOf(metrics: SanitizeMetrics): Verdict {
  const share = ((100 * metrics.pruned) / metrics.edges).toFixed(1)
  const summary =
    metrics.notScored === metrics.edges
      ? `none of the ${metrics.edges} edges could be scored: no labelled node is within reach`
      : `${metrics.pruned} of ${metrics.edges} edges (${share} %) are marked for removal; kernel complexity ${metrics.gkcBefore.toPrecision(4)} → ${metrics.gkcAfter.toPrecision(4)}`
  return {
    status: metrics.notScored === metrics.edges ? 'inconclusive' : 'done',
    summary,
    meaning: [
      'A high rank means that the edge fits the features, the labels and the neighbourhoods of its ends badly; it is no proof of an attack.',
      'An edge that was kept, or not scored, is not certified as genuine.',
    ],
  }
}

function notesOf(graph: Graph, metrics: SanitizeMetrics, kernel: KernelScores): Note[] {
  const notes: Note[] = [{level: 'info', code: 'removal-method', message: `kernel-complexity scores by ${kernel.method === 'exact' ? 'exact removal' : 'the first-order closed form'}`}]
  if (graph.features === null) notes.push({level: 'warning', code: 'no-features', message: 'the graph has no features: the kernel uses the identity and likeness comes from neighbourhoods, which is weaker evidence'})
  if (kernel.labelFree === null) notes.push({level: 'info', code: 'label-free-left-out', message: `the label-free score is left out of the ranking: ${metrics.nodeSetSize} nodes are too many to hold its matrix`})
  if (graph.weights !== null) notes.push({level: 'warning', code: 'weights-ignored', message: 'edge weights are ignored: every edge counts as 1'})
  if (metrics.notScored > 0) notes.push({level: 'warning', code: 'not-scored', message: `${metrics.notScored} edges are out of reach of the node set: nothing is known about them, and they are kept`})
  if (metrics.zeroRows > 0) notes.push({level: 'warning', code: 'zero-rows', message: `${metrics.zeroRows} nodes have only zeros as aggregated features: their kernel rows are 0`})
  return notes
}

import type {AbstractGraph} from 'graphology-types'
import {certify as certifyStates, type Certification} from './certify/certify.js'
import {type CertifyOptions, DEFAULT_OPTIONS} from './certify/options.js'
import {checkRows, type CheckedRows} from './certify/nearest/check.js'
import type {RuleRequest} from './certify/nearest/make-rule.js'
import type {Rule} from './certify/nearest/rule.js'
import type {Embeddings} from './certify/types.js'
import type {Dense} from './linalg/types.js'
import {InputError} from './errors.js'
import {gate as judge, type GateResult} from './gate/gate.js'
import type {GateConfig, Level} from './gate/types.js'
import {fromGraphology} from './graph/graphology.js'
import type {AttributeOptions} from './graph/node-attributes.js'
import type {Graph} from './graph/types.js'
import type {PairwiseEngine} from './pairwise/engine.js'
import {selectEngine} from './pairwise/select.js'
import type {AnyReport} from './documents/reports.js'
import {readSchema} from './documents/schema.js'
import {candidateScorer, type CandidateScores} from './sanitize/candidates.js'
import {sanitize as sanitizeGraph, type SanitizeResult, type SanitizeRun} from './sanitize/sanitize.js'
import type {SanitizeOptions} from './sanitize/settings.js'

export interface EngineChoice {
  /** your own engine; it is left open. Default: the processor, closed afterwards */
  engine?: PairwiseEngine
  /** as --device: auto, cpu, webgpu or tfjs */
  device?: string
  threads?: number
}

/**
 * What `surety certify` does, on hidden states in memory: how much the loss changes between inputs that are close in a
 * layer, and upper bounds of that which hold together with probability 1 − α.
 *
 * Shapes     each layer [rows, dim] row-major; labels [rows]; output [rows, classes].
 * Precision  fp64 on the processor.
 * Throws     InputError  states that do not fit together or are not finite.  UsageError  options that make no sense.
 */
export async function certify(
  embeddings: Embeddings,
  choice: Partial<CertifyOptions> & EngineChoice & {rule?: RuleRequest} = {},
): Promise<Certification> {
  const {engine, device, threads, rule, ...options} = choice
  return withEngine({engine, device, threads}, (chosen) =>
    certifyStates(embeddings, {...DEFAULT_OPTIONS, ...options}, chosen, rule === undefined ? {} : {rule}),
  )
}

/**
 * What `surety check` does, on hidden states in memory: whether a rule accepts each row, and its nearest anchor.
 *
 * Shapes     rows [n, dim] of the rule's layer.
 * Throws     InputError  rows of another width, or a value that is not finite.
 */
export async function check(
  rule: Rule,
  rows: Dense<Float32Array | Float64Array>,
  choice: EngineChoice = {},
): Promise<CheckedRows> {
  return withEngine(choice, (engine) => checkRows(rule, rows, engine))
}

export type SanitizeChoice = Partial<SanitizeOptions> & EngineChoice & Omit<SanitizeRun, 'threads'>

/**
 * What `surety sanitize` does, on a graph in memory: a score for every edge, and which edges are marked.
 *
 * Shapes     scores, marks and ranks in the order of graph.edges; the result's edges are those that stay, [2 k] flat.
 * Reads      labels of the training split only.
 * Throws     InputError  a graph that is not normalised, or larger than the memory allows.  UsageError  options that
 *            make no sense.
 */
export async function sanitize(graph: Graph, choice: SanitizeChoice = {}): Promise<SanitizeResult> {
  const {engine, device, threads, memoryLimitBytes, onProgress, ...options} = choice
  const run: SanitizeRun = {
    ...(threads !== undefined && {threads}),
    ...(memoryLimitBytes !== undefined && {memoryLimitBytes}),
    ...(onProgress !== undefined && {onProgress}),
  }
  return withEngine({engine, device, threads}, (chosen) =>
    sanitizeGraph(
      graph,
      {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null, ...options},
      chosen,
      run,
    ),
  )
}

/**
 * What `surety sanitize --score-edges` does, on a graph in memory: pairs of nodes, in the graph or not, judged as edges
 * of it. Nothing is pruned.
 *
 * Shapes     pairs [2 k] flat node numbers, two different ones each → scores [k].
 * Throws     as sanitize does, and InputError for a pair that names no two nodes.
 */
export async function scorePairs(
  graph: Graph,
  pairs: Uint32Array,
  choice: SanitizeChoice = {},
): Promise<CandidateScores> {
  const wrong = pairs.findIndex((node, at) => node >= graph.nodes || node === pairs[at ^ 1])
  if (wrong >= 0 || pairs.length % 2 !== 0)
    throw new InputError(
      `pairs: pair ${wrong >> 1} is not a pair of two nodes of the graph, which has ${graph.nodes}`,
      ['give two different node numbers a pair'],
    )
  const {engine, device, threads, memoryLimitBytes, onProgress, ...options} = choice
  const run: SanitizeRun = {
    ...(threads !== undefined && {threads}),
    ...(memoryLimitBytes !== undefined && {memoryLimitBytes}),
    ...(onProgress !== undefined && {onProgress}),
  }
  return withEngine({engine, device, threads}, (chosen) =>
    candidateScorer(
      graph,
      {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null, ...options},
      chosen,
      run,
      (score) => score(pairs),
    ),
  )
}

/** One edge of a graphology graph, judged. */
export interface JudgedEdge {
  /** its key in the graph */
  key: string
  source: string
  target: string
  /** higher: more suspect */
  score: number
  /** 1: most suspect */
  rank: number
  suspect: boolean
}

export interface GraphologyChoice extends SanitizeChoice, AttributeOptions {
  /** nodes whose class may be read (default: all that have one) */
  trainingNodes?: readonly string[]
}

/**
 * `sanitize` for a graphology graph, whose nodes hold a class (`label`, `class`, `y` or `labelAttribute`) and features
 * (`features`, `x` or `featureAttributes`). The graph itself is not changed: drop the suspect edges yourself.
 *
 * Returns    the result, and every edge of the graph under its own key, most suspect first. Parallel edges and both
 *            directions of one edge share a score; loops have none and are left out.
 * Throws     what sanitize and fromGraphology throw.
 */
export async function sanitizeGraphology(
  graph: AbstractGraph,
  choice: GraphologyChoice = {},
): Promise<{result: SanitizeResult; edges: JudgedEdge[]}> {
  const {labelAttribute, featureAttributes, trainingNodes, ...options} = choice
  const whole = fromGraphology(graph, {labelAttribute, featureAttributes})
  const plain =
    trainingNodes === undefined
      ? whole
      : {
          ...whole,
          split: {train: nodesOf(whole, trainingNodes), validation: new Uint32Array(), test: new Uint32Array()},
        }
  const result = await sanitize(plain, options)
  const name = (node: number) => plain.nodeNames?.[node] ?? String(node)
  const place = new Map<string, number>()
  for (let e = 0; e < plain.edges.length / 2; e++)
    place.set(JSON.stringify([name(plain.edges[2 * e]!), name(plain.edges[2 * e + 1]!)].sort()), e)
  const {score, rank, pruned} = result.scores
  const edges = graph.mapEdges((key, _, source, target): JudgedEdge | null => {
    const e = place.get(JSON.stringify([source, target].sort()))
    return e === undefined ? null : {key, source, target, score: score[e]!, rank: rank[e]!, suspect: pruned[e] === 1}
  })
  return {
    result,
    edges: edges.filter((edge) => edge !== null).sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1)),
  }
}

/** Throws InputError for a name that no node has. */
function nodesOf(graph: Graph, names: readonly string[]): Uint32Array {
  const nodes = new Map(Array.from({length: graph.nodes}, (_, node) => [graph.nodeNames?.[node] ?? String(node), node]))
  return Uint32Array.from(names, (name) => {
    const node = nodes.get(name)
    if (node === undefined)
      throw new InputError(`trainingNodes names ${JSON.stringify(name)}, which is not a node of the graph`, [
        'name nodes by their keys',
      ])
    return node
  }).sort()
}

export interface GateChoice {
  /** reports of the same checks to compare with, by name */
  baselines?: Readonly<Record<string, AnyReport>>
  /** ISO date that suppressions expire by (default: today) */
  today?: string
  failLevel?: Exclude<Level, 'off'>
}

/**
 * What `surety gate` does with reports in memory: judges them by the thresholds of a configuration. A check without a
 * report is not judged.
 *
 * Throws     UsageError  a metric path that no report of the command has, or a rule that makes no sense of its metric.
 */
export function gate(
  config: GateConfig,
  reports: Readonly<Record<string, AnyReport>>,
  choice: GateChoice = {},
): GateResult {
  const {baselines, today = new Date().toISOString().slice(0, 10), failLevel = 'error'} = choice
  const runs = new Map(Object.entries(reports).map(([name, report]) => [name, {report}]))
  return judge({
    config,
    runs,
    baselines: baselines === undefined ? null : new Map(Object.entries(baselines)),
    today,
    failLevel,
    schema: readSchema('report.schema.json'),
  })
}

async function withEngine<Result>(
  {engine, device = 'cpu', threads}: {[Key in keyof EngineChoice]: EngineChoice[Key] | undefined},
  use: (engine: PairwiseEngine) => Promise<Result>,
): Promise<Result> {
  if (engine !== undefined) return use(engine)
  const selected = await selectEngine(device, threads === undefined ? {} : {threads})
  return use(selected.engine).finally(() => selected.engine.close())
}

import {availableParallelism} from 'node:os'
import {InputError, UsageError, option} from '../errors.js'
import type {Graph, Split} from '../graph/types.js'
import {MODELS} from '../learn/models.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import type {Note, Verdict} from '../frame/report.js'
import {sanitize, type SanitizeResult, type SanitizeRun} from '../sanitize/sanitize.js'
import {unmarkedEdges} from '../sanitize/summary.js'
import {random, type Random} from '../stats/random.js'
import {controlRankings, type Ranking, sanitizeRankings} from './controls.js'
import {measureAccuracies, type Measurement} from './measure.js'
import {nearestNeighbours, NEIGHBOURS} from './no-graph.js'
import {gradeOf, membership, pruneInOrder, rankWithRandomTies, simpleEdges} from './rankings.js'
import {evaluationSplit} from './split.js'
import type {Accuracy, EvaluateMetrics, EvaluateOptions, GraphAccuracy, Method, Spread, WithoutGraph} from './types.js'
import {evaluationVerdict} from './verdict.js'

export interface Evaluation {
  metrics: EvaluateMetrics
  verdict: Verdict
  notes: Note[]
}

/**
 * What sanitizing a graph is worth to a model trained on it: accuracy on the given graph, on the sanitized one, with
 * `repair` on that with edges added, on the clean one where it is known, and without the graph; and how well the scores and simple controls find the known adversarial edges.
 *
 * Reads      labels of the training part for the scores; of train and validation to train; of test and targets to grade
 *            only.
 * Cost       that of sanitize, and seeds · (graphs + 2 + methods · (budgets + 1)) trainings.
 * Throws     what sanitize and evaluationSplit throw; UsageError  seeds or budgets out of range.
 */
export async function evaluate(
  given: Graph,
  options: EvaluateOptions,
  engine: PairwiseEngine,
  run: SanitizeRun = {},
): Promise<Evaluation> {
  checkOptions(options)
  const {split, source} = evaluationSplit(given, options.seed)
  const graph: Graph = {...given, split}
  const {nodes, edges} = graph
  const clean = options.clean === null ? null : simpleEdges(options.clean, nodes)
  const {targets, notes} = gradedTargets(options.targets, graph.labels!, split)
  const cleaned = await sanitize(graph, {...options.sanitize, seed: options.seed, truth: null}, engine, run)
  const adversarial = adversarialEdges(edges, options.truth, clean, nodes)
  const generator = random(options.seed)
  const ranked = rankMethods(graph, cleaned, adversarial, options.compare, generator)
  const measurement: Measurement = {
    graph,
    split,
    targets,
    model: options.model,
    seeds: Array.from({length: options.seeds}, (_, s) => options.seed + s),
  }
  const trained = ranked.filter(
    ({ranking}) => ranking.kind === 'sanitize' || (options.compare && ranking.kind === 'control'),
  )
  const prune = (order: Uint32Array, count: number) =>
    pruneInOrder(order, edges, nodes, count, options.sanitize.minDegree)
  // Every graph is named first and all are trained on together, so that threads have work to the end.
  const graphs: Uint32Array[] = []
  const asked = (kept: Uint32Array) => graphs.push(kept) - 1
  const named: {graph: GraphAccuracy['graph']; place: number}[] = []
  if (clean !== null) named.push({graph: 'clean', place: asked(clean)})
  named.push(
    {graph: 'given', place: asked(edges)},
    {graph: 'sanitized', place: asked(unmarkedEdges(edges, cleaned.scores.pruned))},
  )
  if ((options.sanitize.repair ?? 0) > 0) named.push({graph: 'defended', place: asked(cleaned.edges)})
  const without = [{name: 'no edges', place: asked(new Uint32Array(0))}]
  if (graph.features !== null)
    without.push({
      name: `${NEIGHBOURS} nearest neighbours by features`,
      place: asked(nearestNeighbours(graph.features)),
    })
  const pruned = ranked.map(({ranking, order}) => {
    if (!trained.some((one) => one.ranking === ranking)) return {same: null, curve: []}
    return {
      same: ranking.kind === 'sanitize' ? null : asked(prune(order, cleaned.metrics.pruned).kept),
      curve: options.budgets.map((share) => {
        const {kept, pruned} = prune(order, Math.round((share * edges.length) / 2))
        return {share, pruned, place: asked(kept)}
      }),
    }
  })
  const accuracies = await measureAccuracies(measurement, graphs, {
    threads: run.threads ?? availableParallelism(),
    ...(run.memoryLimitBytes === undefined ? {} : {memoryLimitBytes: run.memoryLimitBytes}),
    onTrained: (done, total) => run.onProgress?.(`training ${options.model}`, done, total),
  })
  const at = (place: number) => ({edges: graphs[place]!.length / 2, ...accuracies[place]!})
  const byGraph = named.map(({graph, place}): GraphAccuracy => ({graph, ...at(place)}))
  const found = (name: GraphAccuracy['graph']) => byGraph.find((one) => one.graph === name) ?? null
  const after = found('sanitized')!
  const withoutGraph = without.map(({name, place}): WithoutGraph => ({name, ...at(place)}))
  const methods = ranked.map(({ranking: {name, kind}, grade}, r): Method => {
    const {same, curve} = pruned[r]!
    return {
      name,
      kind,
      grade,
      samePruning:
        kind === 'sanitize' ? {test: after.test, targets: after.targets} : same === null ? null : accuracies[same]!,
      curve: curve.map(({place, ...budget}) => ({...budget, accuracy: accuracies[place]!})),
    }
  })
  const metrics: EvaluateMetrics = {
    nodes,
    edges: edges.length / 2,
    classes: graph.classes,
    split: {train: split.train.length, validation: split.validation.length, test: split.test.length, source},
    targets: targets?.length ?? null,
    model: options.model,
    seeds: options.seeds,
    training: MODELS[options.model].training,
    accuracies: byGraph,
    recovered: recoveredShares(found('clean'), found('given')!, after),
    withoutGraph,
    cut: {rule: cleaned.metrics.cut.rule, pruned: cleaned.metrics.pruned, share: cleaned.metrics.cut.share},
    adversarial: adversarial?.reduce((sum, x) => sum + x, 0) ?? null,
    methods,
  }
  if (source === 'drawn')
    notes.push({
      level: 'info',
      code: 'split-drawn',
      message: `the file has no split: ${split.train.length} nodes train, ${split.validation.length} validate and ${split.test.length} test, drawn with the seed`,
    })
  return {metrics, verdict: evaluationVerdict(metrics), notes: [...cleaned.notes, ...notes]}
}

function checkOptions({seeds, budgets}: EvaluateOptions): void {
  if (!(Number.isInteger(seeds) && seeds >= 1))
    throw new UsageError(`the number of seeds is ${seeds}, it must be a whole number of at least 1`, [
      `use ${option('seeds')} 5`,
    ])
  const bad = budgets.find((share) => !(share > 0 && share < 1))
  if (bad !== undefined)
    throw new UsageError(`a budget is ${bad}, it must be a share of the edges above 0 and below 1`, [
      `use ${option('budgets')} 0.05,0.1,0.2,0.3`,
    ])
}

/** Targets outside of train and validation, with a label; the others cannot be graded. */
function gradedTargets(
  targets: Uint32Array | null,
  labels: Int32Array,
  {train, validation}: Split,
): {targets: Uint32Array | null; notes: Note[]} {
  if (targets === null) return {targets: null, notes: []}
  const seen = new Set([...train, ...validation])
  const graded = targets.filter((i) => labels[i]! >= 0 && !seen.has(i))
  if (graded.length === 0)
    throw new InputError(
      `none of the ${targets.length} targets can be graded: they are unlabelled, or in the training or validation part`,
      ['name targets among the test nodes'],
    )
  const left = targets.length - graded.length
  return {
    targets: graded,
    notes:
      left === 0
        ? []
        : [
            {
              level: 'warning',
              code: 'targets-left-out',
              message: `${left} of ${targets.length} targets are unlabelled, or in the training or validation part, and are not graded`,
            },
          ],
  }
}

/** [m]; null where none or all of the edges are known to be adversarial: there is nothing to compare. */
function adversarialEdges(
  edges: Uint32Array,
  truth: Uint32Array | null,
  clean: Uint32Array | null,
  nodes: number,
): Uint8Array | null {
  if (truth === null && clean === null) return null
  const known = truth === null ? membership(edges, clean!, nodes).map((x) => 1 - x) : membership(edges, truth, nodes)
  const count = known.reduce((sum, x) => sum + x, 0)
  return count === 0 || count === known.length ? null : known
}

function rankMethods(
  graph: Graph,
  {scores}: SanitizeResult,
  adversarial: Uint8Array | null,
  compare: boolean,
  generator: Random,
): {ranking: Ranking; order: Uint32Array; grade: Method['grade']}[] {
  const rankings = [...sanitizeRankings(scores), ...(compare ? controlRankings(graph, scores, generator) : [])]
  return rankings.map((ranking) => {
    const order = rankWithRandomTies(ranking.score, generator)
    return {ranking, order, grade: adversarial === null ? null : gradeOf(adversarial, ranking.score, order)}
  })
}

function recoveredShares(clean: Accuracy | null, given: Accuracy, sanitized: Accuracy): EvaluateMetrics['recovered'] {
  const share = (of: (accuracy: Accuracy) => Spread | null) => {
    const [before, attacked, after] = [clean === null ? null : of(clean), of(given), of(sanitized)]
    if (before === null || attacked === null || after === null) return null
    const lost = before.mean - attacked.mean
    return lost > 0 ? (after.mean - attacked.mean) / lost : null
  }
  return {test: share(({test}) => test), targets: share(({targets}) => targets)}
}

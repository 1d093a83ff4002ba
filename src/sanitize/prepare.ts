import {InputError, option} from '../errors.js'
import type {Graph} from '../graph/types.js'
import {isCsr, type Matrix} from '../linalg/types.js'
import type {Products} from '../linalg/products.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {random, type Random} from '../stats/random.js'
import {type Aggregation, aggregation} from './aggregate.js'
import {canonicalOrder} from './canonical.js'
import {kernelFeatures} from './features.js'
import {type GivenLabels, givenLabels, labelMatrix, requireClasses} from './labels.js'
import {commonLabels, labelledSource, type LikenessSource, likenessSources} from './likeness.js'
import type {KernelValues} from './kernel-rows.js'
import {planSolver, type ProblemSizes, type Resources, type SolverPlan} from './plan.js'
import {LABEL_FREE_NODES, resolveSettings, type SanitizeOptions, type SanitizeSettings} from './settings.js'
import {scaledFeatures, type ScaledFeatures} from './scaled-features.js'
import type {KernelProblem} from './solvers/solver.js'
import {type Rewiring, strataOf} from './strata.js'

/** A graph with everything that scores are made of, before any pass over pairs: the same for every shard. */
export interface PreparedGraph {
  /** its features on scales that can be compared */
  readonly graph: Graph
  /** columns of the features that say nothing of a node's kind */
  readonly leftOut: ScaledFeatures['leftOut']
  readonly options: SanitizeOptions
  readonly settings: SanitizeSettings
  readonly mixing: Aggregation
  readonly given: GivenLabels
  readonly sources: LikenessSource[]
  /** nodes in an order that does not depend on how the file numbers them, and what rewiring keeps */
  readonly rewiring: Rewiring
  /** the sources with the pseudo-labels that other given labels make */
  readonly relabelled: (given: GivenLabels) => Promise<LikenessSource[]>
  /** [n] given label, or pseudo-label */
  readonly labels: Int32Array
  /** κ of rows in fp64, and products: for regressions beside the scores */
  readonly exact: KernelValues
  readonly products: Products
  readonly problem: KernelProblem
  readonly plan: SolverPlan
  /** goes on where the preparation left it */
  readonly random: Random
}

/**
 * Settings, aggregation, sources of likeness, pseudo-labels and the plan of the kernel scores.
 *
 * Precision  `exact` is an engine in fp64.
 * Reads      labels of split.train only (all given labels where the file has no split).
 * Cost       linear in edges and stored features, and likenessSources.
 * Throws     InputError  no edge, a value of the features that is not finite, or the preset paper without two classes.
 *            UsageError  options, or no solver fits the memory limit.
 */
export async function prepareGraph(
  original: Graph,
  options: SanitizeOptions,
  exact: PairwiseEngine,
  products: Products,
  resources: Resources,
): Promise<PreparedGraph> {
  const {settings, given, sizes, plan, graph, leftOut} = planSanitize(original, options, resources)
  const generator = random(options.seed)
  const mixing = sizes.graph.hops === 1 ? sizes.graph : aggregation(graph.nodes, graph.edges, settings.norm, 1)
  const order = canonicalOrder(graph, given.labels, mixing)
  const strata = strataOf(graph.edges, graph.nodes, options.kinds ?? null)
  const rewiring = {order, strata}
  const sources = await likenessSources(graph, given, rewiring, generator, exact, products)
  const labels = commonLabels(sources, given.classes)
  const problem = {
    ...sizes,
    // A single column minus its mean is zero.
    y: labelMatrix(labels, sizes.nodeSet, given.classes, given.missing === null ? settings.coding : 'one-hot'),
  }
  return {
    graph,
    leftOut,
    options,
    settings,
    mixing: sizes.graph,
    given,
    sources,
    rewiring,
    relabelled: (others) =>
      Promise.all(
        sources.map((source) => labelledSource(source, {edges: graph.edges, strata}, others, exact, products)),
      ),
    labels,
    exact,
    products,
    problem,
    plan,
    random: generator,
  }
}

/** What is known of a run from the sizes of the graph; throws what prepare throws. */
export function planSanitize(
  original: Graph,
  options: SanitizeOptions,
  resources: Resources,
): {
  settings: SanitizeSettings
  given: GivenLabels
  sizes: ProblemSizes
  plan: SolverPlan
  graph: Graph
  leftOut: ScaledFeatures['leftOut']
} {
  const settings = resolveSettings(options)
  if (original.edges.length === 0)
    throw new InputError('the graph has no edges: there is nothing to score', ['check the name of the edge list'])
  requireFinite(original.features)
  const scaled = original.features === null || settings.preset === 'paper' ? null : scaledFeatures(original.features)
  const graph = scaled === null ? original : {...original, features: scaled.features}
  const given = givenLabels(graph)
  if (settings.preset === 'paper')
    requireClasses(
      given,
      'kernel complexity needs two classes to rank edges',
      `leave out ${option('preset')} paper: the default score needs no labels`,
    )
  const nodeSet = settings.nodeSet === 'all' ? Uint32Array.from({length: graph.nodes}, (_, i) => i) : given.nodes
  const hasLabelFree = options.labelFree ?? (given.missing !== null || nodeSet.length <= LABEL_FREE_NODES)
  const sizes = {
    features: kernelFeatures(graph),
    graph: aggregation(graph.nodes, graph.edges, settings.norm, settings.hops),
    nodeSet,
    classes: given.classes,
    ridge: settings.ridge,
    labelFreeRidge: hasLabelFree ? settings.labelFreeRidge : null,
    hasFeatures: graph.features !== null,
  }
  return {
    settings,
    given,
    sizes,
    plan: planSolver(sizes, settings, resources),
    graph,
    leftOut: scaled?.leftOut ?? [],
  }
}

function requireFinite(features: Matrix | null): void {
  if (features === null) return
  const values = isCsr(features) ? features.values : features.data
  const bad = values.findIndex((x) => !Number.isFinite(x))
  if (bad < 0) return
  const row = isCsr(features)
    ? features.indptr.findIndex((_, i) => features.indptr[i + 1]! > bad)
    : Math.floor(bad / features.cols)
  const column = isCsr(features) ? features.indices[bad]! : bad % features.cols
  throw new InputError(
    `the features hold ${values[bad]!} in row ${row}, column ${column}; every value must be finite`,
    ['replace or remove the value'],
  )
}

import {choleskySolve, cholesky} from '../linalg/cholesky.js'
import {normaliseRows, selectRows} from '../linalg/csr.js'
import {aggregateRows} from '../linalg/csr-products.js'
import {multiplyCsr} from '../linalg/sparse-product.js'
import type {Csr, Dense} from '../linalg/types.js'
import {random} from '../stats/random.js'
import {aggregation} from './aggregate.js'
import {autoPrune} from './auto-prune.js'
import {edgeChances} from './edge-chances.js'
import {communityPositions} from './communities.js'
import {centreColumns, type GivenLabels, labelMatrix} from './labels.js'
import type {PreparedGraph} from './prepare.js'
import {markEdges} from './prune.js'
import {likeliestClass} from './propagate.js'
import {regressLinearly} from './pseudo-labels.js'
import {unmarkedEdges} from './summary.js'

const FOLDS = 2
const RIDGE = 0.1
/** More labelled nodes than this are thinned out: the regression factors a matrix of their size. */
const MOST = 1500
/** Harm is clear if a fair coin would lose as many predictions with at most this chance. */
const CHANCE = 0.02
/** A seed of its own: the pairs of the folds are not those of the scores. */
const SEED = 0x2545f491

/** What pruning does to the prediction of labels that no score has read. */
export interface HarmTest {
  /** labels that were hidden in turn */
  hidden: number
  /** predicted right before pruning and wrong after, and the other way round */
  lost: number
  won: number
  /** clear harm: pruning is refused */
  vetoes: boolean
}

/**
 * Would pruning do harm? Cross-fitted and in closed form: a half of the given labels is hidden, the edges are scored
 * and pruned with the other half, and the hidden labels are predicted before and after.
 *
 * Formula    kernel regression with κ on rows of Â²X (row-normalised, unit length), F = κ(x̂ x̂_Lᵀ)(κ(x̂_L x̂_Lᵀ) + .1 I)⁻¹Y.
 *            Without features, where communities stand out, F by ridge regression on the positions among them in place
 *            of the kernel. Veto where lost > won and a binomial with ½ gives as many lost with chance ≤ .02.
 * Reads      given labels only.
 * Power      an attack on labelled nodes makes pruning look harmful too, so only clear harm counts.
 * Cost       twice edgeChances and four regressions on at most 750 nodes.
 * Empty      fewer than two classes in a half → nothing hidden, no veto.
 * Source     the sign test; docs/math-sanitize.md, "First do no harm".
 */
export async function harmTest(prepared: PreparedGraph, minDegree: number): Promise<HarmTest> {
  const {graph, given, mixing, rewiring} = prepared
  const out: HarmTest = {hidden: 0, lost: 0, won: 0, vetoes: false}
  const generator = random(prepared.options.seed ^ SEED)
  const step = Math.ceil(given.nodes.length / MOST)
  const dealt = generator.permutation(given.nodes.length)
  for (let fold = 0; fold < FOLDS; fold++) {
    const hidden = given.nodes.filter((_, k) => dealt[k]! % FOLDS === fold)
    const rest = without(given, hidden)
    if (hidden.length === 0 || new Set(Array.from(rest.nodes, (i) => rest.labels[i]!)).size < 2) continue
    const sources = await prepared.relabelled(rest)
    const chances = edgeChances(graph.edges, sources, mixing, rewiring, graph.features !== null, generator)
    const {count} = autoPrune(chances.random, graph.features === null ? 'neighbours' : 'features')
    if (count === 0) continue
    const {pruned} = markEdges(
      {score: chances.score.edges, scored: chances.supported, edges: graph.edges, degrees: mixing.degrees},
      {rule: 'auto', count},
      {minDegree, spared: null},
    )
    const thin = (nodes: Uint32Array) => nodes.filter((_, k) => k % step === 0)
    const asked = thin(hidden)
    const labelled = thin(rest.nodes)
    const both = async (predict: Predict<Int32Array | null>) => [
      await predict(prepared, graph.edges, labelled, rest, asked),
      await predict(prepared, unmarkedEdges(graph.edges, pruned), labelled, rest, asked),
    ]
    // One predictor for both graphs: communities may stand out in one of them only.
    const found = sources.every(({positions}) => positions !== null) ? await both(byCommunities) : []
    const [before, after] = (found[0] && found[1] ? found : await both(byKernel)) as [Int32Array, Int32Array]
    asked.forEach((node, k) => {
      const label = given.labels[node]!
      out.hidden++
      if (before[k] === label && after[k] !== label) out.lost++
      if (before[k] !== label && after[k] === label) out.won++
    })
  }
  return {...out, vetoes: isClearHarm(out)}
}

/** Whether more predictions are lost than won, and so many more as a fair coin shows with a chance of .02 at most. */
export const isClearHarm = ({lost, won}: {lost: number; won: number}): boolean =>
  lost > won && upperTail(lost, lost + won) <= CHANCE

function without({nodes, labels, ...rest}: GivenLabels, hidden: Uint32Array): GivenLabels {
  const left = labels.slice()
  for (const i of hidden) left[i] = -1
  return {...rest, nodes: nodes.filter((i) => left[i]! >= 0), labels: left}
}

/** The most probable class of some nodes, from labelled ones, over some edges. */
type Predict<Found = Int32Array> = (
  prepared: PreparedGraph,
  edges: Uint32Array,
  labelled: Uint32Array,
  given: GivenLabels,
  asked: Uint32Array,
) => Promise<Found>

/** By kernel regression on rows aggregated twice. */
const byKernel: Predict = async ({graph, problem, exact, products}, edges, labelled, given, asked) => {
  const {matrix} = aggregation(graph.nodes, edges, 'row', 1)
  const rows = (of: Uint32Array) =>
    normaliseRows(aggregateRows(multiplyCsr(selectRows(matrix, of) as Csr, matrix), problem.features)).unit
  const [known, unknown] = [rows(labelled), rows(asked)]
  const y = labelMatrix(given.labels, labelled, given.classes, 'one-hot')
  centreColumns(y)
  const weights = await choleskySolve(
    await cholesky(await exact.kernelBlock(known, known), products, RIDGE),
    y,
    products,
  )
  return classesOf(await exact.kernelApply(unknown, known, weights))
}

/** By ridge regression on community positions; null: no communities stand out. */
const byCommunities: Predict<Int32Array | null> = async (prepared, edges, labelled, given, asked) => {
  const {neighbours} = aggregation(prepared.graph.nodes, edges, 'row', 1)
  const positions = communityPositions(neighbours, given.classes, prepared.rewiring.order)
  if (positions === null) return null
  const y = labelMatrix(given.labels, labelled, given.classes, 'one-hot')
  centreColumns(y)
  return classesOf(
    await regressLinearly(
      selectRows(positions, labelled),
      y,
      selectRows(positions, asked),
      prepared.exact,
      prepared.products,
    ),
  )
}

const classesOf = (f: Dense) => Int32Array.from({length: f.rows}, (_, i) => likeliestClass(f, i))

/** P(X ≥ k) of n fair coins. */
function upperTail(k: number, n: number): number {
  let term = 0.5 ** n
  let sum = 0
  for (let x = 0; x <= n; x++) {
    if (x >= k) sum += term
    term *= (n - x) / (x + 1)
  }
  return sum
}

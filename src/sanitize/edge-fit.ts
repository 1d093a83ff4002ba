import {rowDot} from '../linalg/csr-products.js'
import {type Dense, dense} from '../linalg/types.js'
import {logisticRegression} from '../stats/logistic.js'
import type {Random} from '../stats/random.js'
import type {Aggregation} from './aggregate.js'
import {neighbourShare, SELF} from './context.js'
import {isKnown, type Likeness, type LikenessSource} from './likeness.js'

const NULL_PAIRS = 4000
/** So many edges, evenly spread over the list, are enough for six coefficients. */
const FITTED_EDGES = 20_000
const PENALTY = 1e-3
const COLUMNS = 5

/** What is known of some pairs, as edgeLikeness and neighbourOverlap say: [k] each. */
export interface PairValues extends Omit<Likeness, 'known'> {
  readonly overlap: Float64Array
}

export interface EdgeFit {
  /** [m] log-odds that a pair with the values of the edge is an edge and not one wired at random */
  edges: Float64Array
  /** the same of pairs wired at random, ascending */
  nulls: Float64Array
  /** the same of other pairs */
  logOdds: (pairs: PairValues) => Float64Array
}

/**
 * How well every edge fits the graph it stands in: the graph's own edges are told from pairs wired at random by
 * logistic regression on five columns, so that each counts as much as it does in this graph.
 *
 * Columns    context likeness, Σ_c p_uc p_vc, cosine of profiles, √ of the share of common neighbours, whether there
 *            are any.
 * Null       two edges {u, u′}, {v, v′} of one source are drawn and rewired to {u, v}, judged as if it were an edge:
 *            degrees are kept.
 * Unknown    where an end has no profile, edges and pairs are left out of the regression; such an edge has the values
 *            edgeLikeness gives it.
 * Attack     added edges stand among the edges that are fitted to. A share of them lowers all log-odds; it leaves the
 *            order nearly alone as long as most edges are real.
 * Cost       4,000 pairs, degree inner products each; a regression on at most 24,000 rows.
 * Source     Elkan & Noto 2008 for learning from edges of which some are not. docs/math-sanitize.md, "How an edge
 *            fits".
 */
export function edgeFit(
  edges: Uint32Array,
  values: PairValues & Pick<Likeness, 'known'>,
  sources: readonly LikenessSource[],
  mixing: Aggregation,
  random: Random,
): EdgeFit {
  const m = edges.length / 2
  const all = columnsOf(values)
  const nulls = rewiredColumns(edges, sources, mixing, random)
  const step = Math.ceil(m / FITTED_EDGES)
  const sample = Uint32Array.from(values.known.keys()).filter((e) => e % step === 0 && values.known[e] === 1)
  const x = dense(sample.length + nulls.rows, COLUMNS)
  sample.forEach((e, k) => x.data.set(all.data.subarray(e * COLUMNS, (e + 1) * COLUMNS), k * COLUMNS))
  x.data.set(nulls.data, sample.length * COLUMNS)
  const {logOdds} = logisticRegression(x, new Uint8Array(x.rows).fill(1, 0, sample.length), PENALTY)
  return {edges: logOdds(all), nulls: logOdds(nulls).sort(), logOdds: (pairs) => logOdds(columnsOf(pairs))}
}

function columnsOf({context, disagreement, cosine, overlap}: PairValues): Dense {
  const x = dense(context.length, COLUMNS)
  for (let k = 0; k < context.length; k++) put(x, k, context[k]!, 1 - disagreement[k]!, cosine[k]!, overlap[k]!)
  return x
}

function put(x: Dense, row: number, context: number, agreement: number, cosine: number, overlap: number): void {
  x.data.set([context, agreement, cosine, Math.sqrt(overlap), overlap > 0 ? 1 : 0], row * COLUMNS)
}

/** At most 4,000 rewired pairs; a pair {u, u}, or one of which nothing is known, is left out. */
function rewiredColumns(
  edges: Uint32Array,
  sources: readonly LikenessSource[],
  mixing: Aggregation,
  random: Random,
): Dense {
  const x = dense(NULL_PAIRS, COLUMNS)
  let rows = 0
  sources.forEach((source, number) => {
    const draw = () => {
      const t = random.integer(2 * source.edges.length)
      return 2 * source.edges[t >> 1]! + (t & 1)
    }
    for (let pair = number; pair < NULL_PAIRS; pair += sources.length) {
      // s ^ 1 is the other end of the edge of s, which rewiring takes away from u.
      const [s, t] = [draw(), draw()]
      const [u, v] = [edges[s]!, edges[t]!]
      if (u === v || !isKnown(source, u, v)) continue
      const [withoutOfU, withoutOfV] = [edges[s ^ 1]!, edges[t ^ 1]!]
      const context = towards(u, v, withoutOfV, source) + towards(v, u, withoutOfU, source)
      put(
        x,
        rows++,
        context,
        rowDot(source.soft, u, source.soft, v),
        rowDot(source.profiles, u, source.profiles, v),
        neighbourShare(mixing, u, v, withoutOfU, withoutOfV),
      )
    }
  })
  return dense(rows, COLUMNS, x.data.slice(0, rows * COLUMNS))
}

/** t(u → v) of contextLikeness for a pair that is no edge, the neighbour `without` of v left out. */
function towards(u: number, v: number, without: number, {profiles: e, graph}: LikenessSource): number {
  const {indptr, indices, values} = graph.weights
  let sum = SELF * rowDot(e, u, e, v)
  let total = SELF
  for (let t = indptr[v]!; t < indptr[v + 1]!; t++) {
    if (indices[t] === u || indices[t] === without) continue
    sum += values[t]! * rowDot(e, u, e, indices[t]!)
    total += values[t]!
  }
  return sum / total
}

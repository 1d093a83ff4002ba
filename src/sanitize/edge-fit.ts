import {type Dense, dense} from '../linalg/types.js'
import {logisticRegression} from '../stats/logistic.js'
import type {PairValues} from './likeness.js'

/** At most this many edges, evenly spread over the list, and this many pairs: enough for six coefficients. */
const FITTED_EDGES = 20_000
const FITTED_PAIRS = 5000
const PENALTY = 1e-3

/** Log-odds that pairs with these values are edges and not pairs wired at random: [k]. */
export type LogOdds = (pairs: PairValues) => Float64Array

export interface EdgeFit {
  readonly logOdds: LogOdds
  /** the same without context likeness, which added edges raise for each other */
  readonly withoutContext: LogOdds
}

/**
 * How well a pair fits the graph: logistic regression on five columns separates its edges from pairs wired at random,
 * so each column counts as much as it does in this graph.
 *
 * Columns    context likeness, Σ_cd p_uc A_cd p_vd, cosine of profiles, √ of the share of common neighbours, whether
 *            there are any.
 * Unknown    where an end has no profile, edges are left out of the regression.
 * Attack     added edges stand among the edges that are fitted to. A share of them lowers all log-odds; it leaves the
 *            order nearly alone as long as most edges are real.
 * Cost       two regressions on at most 20,000 edges and 5,000 pairs.
 * Empty      no pair or no known edge → all log-odds 0.
 * Source     Elkan & Noto 2008 for learning from edges of which some are not. docs/math-sanitize.md, "How an edge
 *            fits".
 */
export function edgeFit(edges: PairValues, known: Uint8Array, nulls: PairValues): EdgeFit {
  const step = Math.ceil(known.length / FITTED_EDGES)
  const sample = Uint32Array.from(known.keys()).filter((e) => e % step === 0 && known[e] === 1)
  const fitted = (columns: Columns): LogOdds => {
    const seen = tableOf(edges, columns, sample)
    const random = tableOf(nulls, columns, firstPlaces(Math.min(FITTED_PAIRS, nulls.context.length)))
    const x = dense(seen.rows + random.rows, columns.length)
    x.data.set(seen.data)
    x.data.set(random.data, seen.data.length)
    const {logOdds} = logisticRegression(x, new Uint8Array(x.rows).fill(1, 0, sample.length), PENALTY)
    return (pairs) => logOdds(tableOf(pairs, columns, firstPlaces(pairs.context.length)))
  }
  return {logOdds: fitted([context, ...OTHERS]), withoutContext: fitted(OTHERS)}
}

type Columns = readonly ((pairs: PairValues, k: number) => number)[]

const context = (pairs: PairValues, k: number) => pairs.context[k]!

const OTHERS: Columns = [
  ({disagreement}, k) => 1 - disagreement[k]!,
  ({cosine}, k) => cosine[k]!,
  ({overlap}, k) => Math.sqrt(overlap[k]!),
  ({overlap}, k) => Number(overlap[k]! > 0),
]

/** The columns of the pairs at some places. */
function tableOf(pairs: PairValues, columns: Columns, places: Uint32Array): Dense {
  const x = dense(places.length, columns.length)
  for (const [j, column] of columns.entries())
    for (let k = 0; k < places.length; k++) x.data[k * x.cols + j] = column(pairs, places[k]!)
  return x
}

const firstPlaces = (count: number) => Uint32Array.from({length: count}, (_, k) => k)

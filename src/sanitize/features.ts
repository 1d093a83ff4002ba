import type {Graph} from '../graph/types.js'
import {concatColumns, csrFromDense, identityCsr, normaliseRows} from '../linalg/csr.js'
import {exactDirections} from '../linalg/exact-directions.js'
import type {Products} from '../linalg/products.js'
import {leadingDirections} from '../linalg/spectrum.js'
import {type Csr, isCsr, type Matrix} from '../linalg/types.js'
import {random} from '../stats/random.js'

/** Latent directions: the AUC was flat between 12 and 32 on the six graphs of bench/score-search.ts. */
const RANK = 24
const ROUNDS = 12

/** X of the kernel: L2-normalised rows, or the identity where the graph has no features. */
export function kernelFeatures(graph: Graph): Matrix {
  return graph.features === null ? identityCsr(graph.nodes) : normaliseRows(graph.features).unit
}

/**
 * Profiles E that compare nodes: half of the squared length is the feature row weighted by inverse document frequency,
 * half its position among the leading latent directions (LSA), so that E Eᵀ is the mean of the two cosines. Words that
 * every node has say little; words that go together count as alike. Without features the neighbours of a node take
 * their place: see likenessSources.
 *
 * Shapes     → CSR [n, d + rank], unit rows (zero rows stay zero).
 * Formula    idf_w = 1 + ln((1 + n) / (1 + n_w)), n_w = nodes with a value in column w.
 * Precision  the directions are exact where that is cheaper (many rows, few columns); elsewhere 12 rounds of subspace iteration
 *            approximate them: to convergence about 1 % of the edges of Cora and Citeseer are cut or kept in place of
 *            others, and the AUC of the score moves by .0006 at most.
 * Random     the start of the iteration is the same in every run; where the columns are nodes, in their canonical
 *            `order`, and the directions are never exact: graphs have many equal ones.
 * Cost       24 rounds of nnz · 32 multiply–adds, or that of exactDirections.
 * Source     Deerwester et al. 1990 for the latent directions. Deviation: the equal mix with the direct cosine.
 */
export async function profiles(features: Matrix, products: Products, order: Uint32Array | null = null): Promise<Csr> {
  const direct = weightedByRarity(features)
  inUnitRows(direct)
  const directions =
    order === null && isExactCheaper(direct)
      ? await exactDirections(direct, RANK, products)
      : leadingDirections(direct, RANK, random(0), ROUNDS, order)
  const latent = csrFromDense(directions)
  inUnitRows(latent)
  const both = concatColumns(direct, latent)
  inUnitRows(both)
  return both
}

/** In place: with many nodes and dense features every copy costs memory. */
const inUnitRows = (m: Csr) => void normaliseRows(m, m.values)

/** Multiply–adds on `products` that take the time of one here. */
const PRODUCTS_RATE = 16

const isExactCheaper = ({rows, cols, values}: Csr): boolean =>
  10 * cols ** 3 + (rows * cols ** 2) / PRODUCTS_RATE < 2 * ROUNDS * (RANK + 8) * values.length

/** A copy in sparse form, weighted by inverse document frequency. */
function weightedByRarity(features: Matrix): Csr {
  const x = isCsr(features) ? {...features, values: features.values.slice()} : csrFromDense(features)
  const holders = new Uint32Array(x.cols)
  for (let t = 0; t < x.indices.length; t++) if (x.values[t] !== 0) holders[x.indices[t]!]!++
  const weights = Float64Array.from(holders, (held) => 1 + Math.log((1 + x.rows) / (1 + held)))
  for (let t = 0; t < x.indices.length; t++) x.values[t]! *= weights[x.indices[t]!]!
  return x
}

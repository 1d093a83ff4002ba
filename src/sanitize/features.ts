import type {Graph} from '../graph/types.js'
import {concatColumns, csrFromDense, identityCsr, normaliseRows} from '../linalg/csr.js'
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
 * Random     the start of the directions is the same in every run; where the columns are nodes, in their canonical
 *            `order`.
 * Cost       24 rounds of nnz · 32 multiply–adds.
 * Source     Deerwester et al. 1990 for the latent directions. Deviation: the equal mix with the direct cosine.
 */
export function profiles(features: Matrix, order: Uint32Array | null = null): Csr {
  const sparse = isCsr(features) ? features : csrFromDense(features)
  const direct = normaliseRows(weightByRarity(sparse)).unit
  const latent = normaliseRows(csrFromDense(leadingDirections(direct, RANK, random(0), ROUNDS, order))).unit
  const both = concatColumns(direct, latent)
  return normaliseRows(both).unit
}

function weightByRarity(x: Csr): Csr {
  const holders = new Uint32Array(x.cols)
  for (let t = 0; t < x.indices.length; t++) if (x.values[t] !== 0) holders[x.indices[t]!]!++
  const values = x.values.map((value, t) => value * (1 + Math.log((1 + x.rows) / (1 + holders[x.indices[t]!]!))))
  return {...x, values}
}

import {dense, type Dense} from '../linalg/types.js'
import {firstEnd, type Strata} from './strata.js'

/** Prior count of edges for each pair of classes: half at its own rate, half at the rate of chance. */
const PRIOR = 10
/** Soft classes and added edges blur the counts, so the odds are raised to this power. */
const SHARPNESS = 3

/**
 * How often two classes are joined in this graph, learnt from its edges: homophily is not assumed.
 *
 * Formula    A_cd = r³/(1 + r³), r = (M_cd + 10)/(E_cd + 10), M_cd = Σ over edges, both ways, of p_uc p_vd, and E_cd =
 *            k_c k_d / 2m with k_c = Σ_u deg_u p_uc what rewiring would give; of several strata the sum, and where the
 *            edges of one join two kinds of nodes (a_c b_d + a_d b_c)/m, a and b the sums over the ends of each kind.
 *            ½: as often as by chance.
 * Shapes     edges [2 m], soft [n, classes] → [classes, classes], symmetric, in (0, 1).
 * Cost       m · classes² / 2, and less where labels are given.   Empty  no edge → all ½.
 * Source     the degree-corrected block model's maximum likelihood (Karrer & Newman 2011, eq. 20). Deviation: soft
 *            classes, a prior count, and odds against a rewired pair in place of a rate.
 */
export function classAffinity(edges: Uint32Array, soft: Dense, strata: Strata): Dense {
  const c = soft.cols
  const met = meetings(edges, soft)
  const byChance = metByChance(edges, soft, strata)
  return dense(
    c,
    c,
    met.map((seen, k) => {
      const odds = (seen + PRIOR) / (byChance[k]! + PRIOR)
      return odds ** SHARPNESS / (1 + odds ** SHARPNESS)
    }),
  )
}

/** M_cd; of nodes whose class is certain one entry in place of c². */
function meetings(edges: Uint32Array, {rows, cols: c, data: p}: Dense): Float64Array {
  const met = new Float64Array(c * c)
  const certain = Int32Array.from({length: rows}, (_, i) => certainClass(p, i * c, c))
  const add = (a: number, b: number, x: number) => (met[a < b ? a * c + b : b * c + a]! += x)
  for (let t = 0; t < edges.length; t += 2) {
    const [u, v] = [edges[t]!, edges[t + 1]!]
    const [hot, other] = certain[u]! >= 0 ? [certain[u]!, v] : [certain[v]!, u]
    if (hot < 0) {
      const [from, to] = [u * c, v * c]
      for (let a = 0; a < c; a++)
        for (let b = a; b < c; b++) met[a * c + b]! += p[from + a]! * p[to + b]! + p[to + a]! * p[from + b]!
    } else if (certain[other]! >= 0) add(hot, certain[other]!, hot === certain[other] ? 2 : 1)
    else for (let b = 0; b < c; b++) add(hot, b, hot === b ? 2 * p[other * c + b]! : p[other * c + b]!)
  }
  for (let a = 0; a < c; a++) for (let b = 0; b < a; b++) met[a * c + b] = met[b * c + a]!
  return met
}

/** The class with probability 1 where all others have 0; −1: there is none. */
function certainClass(p: Float64Array, from: number, c: number): number {
  let found = -1
  for (let k = 0; k < c; k++) {
    const x = p[from + k]!
    if (x === 0) continue
    if (x !== 1 || found >= 0) return -1
    found = k
  }
  return found
}

/** E_cd. */
function metByChance(edges: Uint32Array, soft: Dense, strata: Strata): Float64Array {
  const c = soft.cols
  const out = new Float64Array(c * c)
  for (const {edges: members, joinsTwo} of strata.all) {
    if (members.length === 0) continue
    const [first, second] = [new Float64Array(c), new Float64Array(c)]
    for (const e of members) {
      const one = firstEnd(strata, e)
      const [u, v] = [edges[2 * e + one]! * c, edges[2 * e + 1 - one]! * c]
      for (let a = 0; a < c; a++) {
        first[a]! += joinsTwo ? soft.data[u + a]! : soft.data[u + a]! + soft.data[v + a]!
        if (joinsTwo) second[a]! += soft.data[v + a]!
      }
    }
    for (let a = 0; a < c; a++)
      for (let b = 0; b < c; b++)
        out[a * c + b]! += joinsTwo
          ? (first[a]! * second[b]! + first[b]! * second[a]!) / members.length
          : (first[a]! * first[b]!) / (2 * members.length)
  }
  return out
}

/** p_u A of every node: [n, classes]; its inner product with p_v is how readily u and v are joined. */
export function affineLabels(soft: Dense, affinity: Dense): Dense {
  const c = soft.cols
  const out = dense(soft.rows, c)
  for (let i = 0; i < soft.rows; i++)
    for (let a = 0; a < c; a++) {
      const p = soft.data[i * c + a]!
      if (p !== 0) for (let b = 0; b < c; b++) out.data[i * c + b]! += p * affinity.data[a * c + b]!
    }
  return out
}

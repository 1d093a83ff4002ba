import {multiplyCsrDense} from '../linalg/csr-products.js'
import {type Products, transpose} from '../linalg/products.js'
import {dense, type Dense} from '../linalg/types.js'
import {type Surrogate, times, transposedTimes} from './surrogate.js'

/** The loss that an attack increases: its value, and its gradient at the scores [n, C]. */
export interface AttackLoss {
  readonly value: number
  readonly slope: Dense
}

/**
 * Negative margin, squashed: mean over `nodes` of tanh(s (max_{c≠y} F_c − F_y)).
 *
 * Shapes     scores [n, C]; labels [n]; the gradient is zero outside `nodes`.
 * Why        a node that is already misclassified, or out of reach, has no gradient, so the budget goes to nodes near
 *            the decision boundary. Metattack's cross-entropy keeps spending on misclassified ones.
 * Source     Geisler et al. 2021, eq. 4 (tanh margin). Deviation: the factor s, since regression scores are within
 *            about [0, 1].
 */
export function marginLoss(scores: Dense, labels: Int32Array, nodes: Uint32Array, sharpness: number): AttackLoss {
  const slope = dense(scores.rows, scores.cols)
  const {cols, data} = scores
  let value = 0
  for (const i of nodes) {
    const y = labels[i]!
    const rival = strongestRival(data, i * cols, cols, y)
    const squashed = Math.tanh(sharpness * (data[i * cols + rival]! - data[i * cols + y]!))
    value += squashed / nodes.length
    const steepness = (sharpness * (1 - squashed * squashed)) / nodes.length
    slope.data[i * cols + rival]! += steepness
    slope.data[i * cols + y]! -= steepness
  }
  return {value, slope}
}

export function strongestRival(scores: Float64Array, offset: number, classes: number, label: number): number {
  let best = label === 0 ? 1 : 0
  for (let c = best + 1; c < classes; c++) if (c !== label && scores[offset + c]! > scores[offset + best]!) best = c
  return best
}

/**
 * The gradient of an attack loss with respect to the weight a_uv of every pair, in factored form, without anything of
 * size n².
 *   ∂L/∂a_uv = left_u · right_v + left_v · right_u + diagonal_u + diagonal_v
 */
export interface PairGradient {
  /** [n, 4 C], scaled by D^-½ */
  readonly left: Dense
  readonly right: Dense
  /** [n] effect of a changed degree on the weights of a node's other edges */
  readonly diagonal: Float64Array
}

/**
 * Exact gradient of a loss of F = Â² X W(A) through the propagation and through the training of W.
 *
 * Formula    G = ∂L/∂F, V₀ = SᵀG, β = (S_L S_Lᵀ + λI)⁻¹ S_L V₀. With P = G − β (at L), Q = α (at L), V = V₀ − S_Lᵀβ:
 *            ∂L/∂S = P Wᵀ + Q Vᵀ and ∂L/∂Â = P(ÂXW)ᵀ + Q(ÂXV)ᵀ + ÂP(XW)ᵀ + ÂQ(XV)ᵀ =: l rᵀ.
 *            Of Â_ij = a_ij (d_i d_j)^-½: left = D^-½ l, right = D^-½ r, diagonal_u = −(l_u·(Âr)_u + (Âl)_u·r_u) /
 *            2d_u.
 * Shapes     slope [n, C].   Precision  fp64.
 * Cost       a dozen sparse products nnz · C, one solve, L d C multiply–adds.
 * Source     docs/attack.md; replaces eq. 6 of Zügner & Günnemann 2019. Deviation: the inner problem is solved, not
 *            unrolled. `retrained` false keeps W fixed: the evasion gradient of Xu et al. 2019.
 */
export async function pairGradient(
  surrogate: Surrogate,
  slope: Dense,
  retrained: boolean,
  products: Products,
): Promise<PairGradient> {
  const {victim, propagation, degrees, fit, hop, projected} = surrogate
  const {train, features} = victim
  const step = (b: Dense) => multiplyCsrDense(propagation, b)
  const c = slope.cols
  const p = dense(slope.rows, c, slope.data.slice())
  const pairs: [Dense, Dense][] = []
  if (retrained) {
    const v0 = await transposedTimes(features, step(step(slope)), products)
    const beta = await fit.solve(await products.multiply(fit.labelledRows, v0))
    const pulled = await products.multiply(transpose(fit.labelledRows), beta)
    const v = dense(
      v0.rows,
      c,
      v0.data.map((x, t) => x - pulled.data[t]!),
    )
    const q = dense(slope.rows, c)
    train.forEach((node, i) => {
      for (let k = 0; k < c; k++) {
        p.data[node * c + k]! -= beta.data[i * c + k]!
        q.data[node * c + k] = fit.dual.data[i * c + k]!
      }
    })
    const xv = await times(features, v, products)
    pairs.push([q, step(xv)], [step(q), xv])
  }
  pairs.push([p, hop], [step(p), projected])
  const l = beside(pairs.map(([a]) => a))
  const r = beside(pairs.map(([, b]) => b))
  const [stepL, stepR] = [step(l), step(r)]
  const diagonal = Float64Array.from(degrees, (d, u) => {
    let sum = 0
    for (let t = u * l.cols; t < (u + 1) * l.cols; t++) sum += l.data[t]! * stepR.data[t]! + stepL.data[t]! * r.data[t]!
    return -sum / (2 * d)
  })
  return {left: scaleRows(l, degrees), right: scaleRows(r, degrees), diagonal}
}

/** ∂L/∂a_uv of one pair. */
export function gradientAt({left, right, diagonal}: PairGradient, u: number, v: number): number {
  const k = left.cols
  let sum = diagonal[u]! + diagonal[v]!
  for (let t = 0; t < k; t++)
    sum += left.data[u * k + t]! * right.data[v * k + t]! + left.data[v * k + t]! * right.data[u * k + t]!
  return sum
}

function beside(parts: readonly Dense[]): Dense {
  const rows = parts[0]!.rows
  const cols = parts.reduce((sum, part) => sum + part.cols, 0)
  const out = dense(rows, cols)
  let from = 0
  for (const part of parts) {
    for (let i = 0; i < rows; i++) out.data.set(part.data.subarray(i * part.cols, (i + 1) * part.cols), i * cols + from)
    from += part.cols
  }
  return out
}

/** Rows divided by the square roots of the degrees, in place. */
function scaleRows(m: Dense, degrees: Float64Array): Dense {
  for (let i = 0; i < m.rows; i++)
    for (let t = i * m.cols; t < (i + 1) * m.cols; t++) m.data[t]! /= Math.sqrt(degrees[i]!)
  return m
}

/**
 * How far v·b − a can fall for a fresh point, from the anchors' packing radii only (docs/math.md, Lemma 2): the k-th
 * nearest anchor of any point is at least ρ_k away, so there are few near anchors, which weigh most.
 *
 * Shapes     radii [m] ascending, scaled units; each function returns R(v) ≥ sup_z (a(z) − v b(z)), decreasing in v.
 * Units      probability: a is h_η · δ/η for the windowed and the global form, 1{ΔL ≥ η, d ≤ δ} for the direct one.
 * Cost       O(m) to build, O(log m) per call.
 * Empty      τ = 0 → Infinity for windowed, global and ε (an anchor may coincide with the point).
 * Source     —   (own)
 */
export const directRange = (radii: Float64Array, delta: number) => {
  const most = countWithin(radii, delta) / radii.length
  return (v: number) => (1 - v) * most
}

/** Each anchor within δ contributes at most (δ/max(ρ_k, τ) − v)₊. */
export function windowedRange(radii: Float64Array, delta: number, floor: number): (v: number) => number {
  const hinges = hingeSum(radii.slice(0, countWithin(radii, delta)).map((radius) => delta / Math.max(radius, floor)))
  return (v) => hinges(v) / radii.length
}

/** Each anchor contributes at most max(δ/max(ρ_k, τ) − v, 1) if it may lie within δ, else δ/ρ_k. */
export function globalRange(radii: Float64Array, delta: number, floor: number): (v: number) => number {
  const inside = countWithin(radii, delta)
  const hinges = hingeSum(radii.slice(0, inside).map((radius) => delta / Math.max(radius, floor)))
  const outside = radii.subarray(inside).reduce((sum, radius) => sum + delta / Math.max(radius, floor), 0)
  return (v) => (hinges(v + 1) + inside + outside) / radii.length
}

/** The largest ε-volatility a point can have against these anchors: (L_max/m) Σ_k 1/max(ρ_k, τ). */
export const largestVolatility = (radii: Float64Array, floor: number, lossMax: number) =>
  radii.reduce((sum, radius) => sum + lossMax / Math.max(radius, floor), 0) / radii.length

/** #{k : ρ_k ≤ δ}: the most anchors within δ of any point. */
function countWithin(radii: Float64Array, delta: number): number {
  const beyond = radii.findIndex((radius) => radius > delta)
  return beyond === -1 ? radii.length : beyond
}

/** v ↦ Σ_k (c_k − v)₊ for c descending. */
function hingeSum(c: Float64Array): (v: number) => number {
  const prefix = new Float64Array(c.length + 1)
  c.forEach((value, k) => (prefix[k + 1] = prefix[k]! + value))
  return (v) => {
    let low = 0
    let high = c.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (c[middle]! > v) low = middle + 1
      else high = middle
    }
    return prefix[low]! - low * v
  }
}

import {mirrorLower} from '../linalg/blocks.js'
import {dense, type Dense} from '../linalg/types.js'

/**
 * The arc-cosine kernel of two unit vectors with cosine c, and its slope:
 *   κ(c) = c (π − acos c) / 2π,   κ′(c) = (π − acos c) / 2π + c / (2π √(1 − c²)).
 *
 * Domain     c is clipped to [−1, 1]: rounding may leave it by a few 2⁻⁵³.
 * Clamp      κ′ is unbounded at ±1; 1 − c² is held at SLOPE_FLOOR. Every engine uses the same value, which fp32 cosines
 *            (error ≈ 1e-7) still resolve. The product of κ′ with the tangent √(1 − c²) stays bounded, so nothing is lost.
 * Source     Cho & Saul 2009, eq. 1 (order 0, times c); Arora et al. 2019, eq. 3. Deviation: the clamp.
 */
export const SLOPE_FLOOR = 1e-6

/**
 * Cosines beyond ±NEAR_ONE are left to the host by fp32 engines: there acos and κ′ magnify the rounding of the cosine (κ″ ≈ (1 − c²)^−3/2 / π)
 * beyond what fp32 can give. 1 − 2⁻¹²: angles below 1.27°.
 */
export const NEAR_ONE = 1 - 2 ** -12

const TWO_PI = 2 * Math.PI

const clip = (c: number) => (c > 1 ? 1 : c < -1 ? -1 : c)

export function kappa(cosine: number): number {
  const c = clip(cosine)
  return (c * (Math.PI - Math.acos(c))) / TWO_PI
}

export function kappaSlope(cosine: number): number {
  const c = clip(cosine)
  return slopeFrom(c, Math.PI - Math.acos(c))
}

const slopeFrom = (c: number, angle: number) => (angle + c / Math.sqrt(Math.max(1 - c * c, SLOPE_FLOOR))) / TWO_PI

/** κ of every element, in place. */
export function kappaInPlace(cosines: Float64Array): void {
  for (let t = 0; t < cosines.length; t++) cosines[t] = kappa(cosines[t]!)
}

/**
 * κ and, if asked for, κ′ of a symmetric matrix of cosines [n, n], of which only the lower triangle is read: one acos a
 * pair. The diagonals are exact: κ = ½ where the cosine is not 0 (a zero row has 0), κ′ = 0, since a pair has two members.
 */
export function kernelMaps(cosines: Float64Array, n: number, withSlope: boolean): {kernel: Dense; slope: Dense | null} {
  const kernel = dense(n, n)
  const slope = withSlope ? dense(n, n) : null
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const c = clip(cosines[i * n + j]!)
      const angle = Math.PI - Math.acos(c)
      kernel.data[i * n + j] = (c * angle) / TWO_PI
      if (slope !== null) slope.data[i * n + j] = slopeFrom(c, angle)
    }
    kernel.data[i * n + i] = cosines[i * n + i]! > 0 ? 0.5 : 0
  }
  mirrorLower(kernel)
  if (slope !== null) mirrorLower(slope)
  return {kernel, slope}
}

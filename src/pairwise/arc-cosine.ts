import {mirrorLower} from '../linalg/blocks.js'
import {dense, type Dense} from '../linalg/types.js'

/**
 * The arc-cosine kernel of two unit vectors with cosine c, and its slope:
 *   κ(c) = c (π − acos c) / 2π,   κ′(c) = (π − acos c) / 2π + c / (2π √(1 − c²)).
 *
 * Domain     c is clipped to [−1, 1], and what lies within PARALLEL of ±1 counts as ±1: acos grows like a square root
 *            there, so the last bits of the cosine of two equal rows (nodes with the same closed neighbourhood) would
 *            move κ by 1e-8.
 * Clamp      κ′ is unbounded at ±1; 1 − c² is held at SLOPE_FLOOR. Every engine uses the same value, which fp32 cosines
 *            (error ≈ 1e-7) still resolve. The product of κ′ with the tangent √(1 − c²) stays bounded, so nothing is
 *            lost.
 * Source     Cho & Saul 2009, eq. 1 (order 0, times c); Arora et al. 2019, eq. 3. Deviation: the clamp.
 */
export const SLOPE_FLOOR = 1e-6

/**
 * Cosines beyond ±NEAR_ONE are left to the host by fp32 engines: there acos and κ′ magnify the rounding of the cosine
 * (κ″ ≈ (1 − c²)^−3/2 / π) beyond what fp32 can give. 1 − 2⁻¹²: angles below 1.27°.
 */
export const NEAR_ONE = 1 - 2 ** -12

const TWO_PI = 2 * Math.PI

/** Above the rounding of a cosine of unit rows, a few 2⁻⁵³. */
const PARALLEL = 1e-14

/**
 * arcsin x = x + x³ Q(x²) on [0, ½]: Q of degree 9, close to the best in the largest error (Remez through Chebyshev's
 * points).
 * |error of arcsin| < 10⁻¹⁴ with rounding (tested); three times as fast as Math.acos, on which κ would spend most of its time.
 */
const Q = [
  0.1666666666666218, 0.07500000003584559, 0.04464285243793872, 0.030382182776212484, 0.02236606593888501,
  0.017441495685492855, 0.01318791613675373, 0.015675662527070935, -0.0029397929067241963, 0.0279070314326661,
] as const
const [Q0, Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, Q9] = Q

/**
 * π − acos c for c in [−1, 1]; beyond ±½ by half angles, so that no digits cancel. These double the error of arcsin: it is
 * below 2·10⁻¹⁴ (tested; the largest of 20 million points is 1.5·10⁻¹⁴, just beyond −½).
 */
export function halfTurnMinusAcos(c: number): number {
  const x = c < 0 ? -c : c
  const z = x <= 0.5 ? x * x : (1 - x) / 2
  const s = x <= 0.5 ? c : Math.sqrt(z)
  const asin =
    s + s * z * (Q0 + z * (Q1 + z * (Q2 + z * (Q3 + z * (Q4 + z * (Q5 + z * (Q6 + z * (Q7 + z * (Q8 + z * Q9)))))))))
  if (x <= 0.5) return Math.PI / 2 + asin
  return c > 0 ? Math.PI - 2 * asin : 2 * asin
}

/** acos x = √(1 − x) P(x) on [0, 1]: P of degree 8, close to the best in the largest error of acos. */
const [P0, P1, P2, P3, P4, P5, P6, P7, P8] = [
  1.5707963249866306, -0.21460148678599378, 0.08903755040323559, -0.0506574939973653, 0.03284061841494754,
  -0.021341918505025922, 0.011801190680972375, -0.004479126199248486, 0.0008179368062299561,
] as const

/**
 * π − acos c for |c| ≤ 1 where the result is kept in fp32: |error| < 2·10⁻⁹ (tested), a fiftieth of its rounding there, in half the time of
 * halfTurnMinusAcos.
 */
export function halfTurnMinusAcosInSingle(c: number): number {
  const x = c < 0 ? -c : c
  const acos =
    Math.sqrt(1 - x) * (P0 + x * (P1 + x * (P2 + x * (P3 + x * (P4 + x * (P5 + x * (P6 + x * (P7 + x * P8))))))))
  return c < 0 ? acos : Math.PI - acos
}

const clip = (c: number) => (c > 1 - PARALLEL ? 1 : c < PARALLEL - 1 ? -1 : c)

export function kappa(cosine: number): number {
  const c = clip(cosine)
  return (c * halfTurnMinusAcos(c)) / TWO_PI
}

export function kappaSlope(cosine: number): number {
  const c = clip(cosine)
  return slopeFrom(c, halfTurnMinusAcos(c))
}

const slopeFrom = (c: number, angle: number) => (angle + c / Math.sqrt(Math.max(1 - c * c, SLOPE_FLOOR))) / TWO_PI

/**
 * κ and, if asked for, κ′ of a symmetric matrix of cosines [n, n], of which only the lower triangle is read: one acos a
 * pair. The diagonals are exact: κ = ½ where the cosine is not 0 (a zero row has 0), κ′ = 0, since a pair has two
 * members. The kernel takes the place of the cosines: each is read before it is written.
 */
export function kernelMaps(cosines: Float64Array, n: number, withSlope: boolean): {kernel: Dense; slope: Dense | null} {
  const kernel = {rows: n, cols: n, data: cosines}
  const slope = withSlope ? dense(n, n) : null
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const c = clip(cosines[i * n + j]!)
      const angle = halfTurnMinusAcos(c)
      kernel.data[i * n + j] = (c * angle) / TWO_PI
      if (slope !== null) slope.data[i * n + j] = slopeFrom(c, angle)
    }
    kernel.data[i * n + i] = cosines[i * n + i]! > 0 ? 0.5 : 0
  }
  mirrorLower(kernel)
  if (slope !== null) mirrorLower(slope)
  return {kernel, slope}
}

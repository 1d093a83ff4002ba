import {ratioUpperBound, UNIT_BETS} from '../../stats/betting.js'
import {clopperPearsonLower, clopperPearsonUpper} from '../../stats/clopper-pearson.js'
import {perSource, type Sources} from '../sample/sources.js'
import {MIN_PAIRS} from '../statements/cells.js'
import type {NearestAnchors} from './nearest-anchors.js'
import type {NearestPoint} from './types.js'

/** Inputs of a curve: the nearest anchor of each reference, and the losses of both sides. */
export interface CurveSetting {
  nearest: NearestAnchors
  /** [n] losses of the references, [m] of the anchors */
  losses: Float64Array
  anchorLosses: Float64Array
  /** scaled units, ascending */
  radii: readonly number[]
  etas: Float64Array
  /** one scaled unit in raw units */
  scale: number
  /** α of each single statement */
  alpha: number
  /** sources of the references; null: every row is its own source */
  sources: Sources | null
}

/**
 * The nearest-anchor curve of a layer: one point per radius and η.
 *
 * Formula    N = #{j : d(z_j, A) ≤ δ}, k = those of them with |L_j − L_a(j)| ≥ η. Given the anchors, k | N is binomial
 *            with P[ΔL ≥ η | d(Z, A) ≤ δ], and N with P[d(Z, A) ≤ δ]: bound = CP⁺(k, N, α), coveredLower = CP⁻(N, n,
 *            α). With sources, rows of one source are dependent, so the bets use per-source means: of 1{near, ΔL ≥ η}
 *            against 1{near} for the bound, of 1{near} for the covered share (Theorem C with range 1 − v).
 * Shapes     n references, m anchors → R · E points, δ-major.
 * Precision  exact for independent references; conservative with sources.
 * Cost       n · R · E, and R (E + 1) bisections of an incomplete beta function.
 * Empty      N < 30 → abstain (bound 1 if N = 0).
 * Source     Clopper & Pearson 1934; docs/math.md, "Nearest anchor".   Deviation: none.
 */
export function nearestCurve(setting: CurveSetting): NearestPoint[] {
  const {nearest, losses, anchorLosses, radii, etas, scale, alpha, sources} = setting
  const n = losses.length
  const distance = nearest.distances.map((d) => d / scale)
  const change = losses.map((loss, j) => Math.abs(loss - anchorLosses[nearest.anchors[j]!]!))
  return radii.flatMap((delta) => {
    const near = Array.from(losses.keys()).filter((j) => distance[j]! <= delta)
    const inputs = near.length
    const within = perSource(
      Float64Array.from(distance, (d) => (d <= delta ? 1 : 0)),
      sources,
    )
    const coveredLower =
      sources === null
        ? clopperPearsonLower(inputs, n, alpha)
        : 1 -
          ratioUpperBound(
            within.map((share) => 1 - share),
            null,
            UNIT_BETS,
            alpha,
            1,
          )
    return Array.from(etas, (eta): NearestPoint => {
      const exceeding = near.reduce((count, j) => count + (change[j]! >= eta ? 1 : 0), 0)
      const bound =
        inputs === 0
          ? 1
          : sources === null
            ? clopperPearsonUpper(exceeding, inputs, alpha)
            : ratioUpperBound(
                perSource(
                  Float64Array.from(distance, (d, j) => (d <= delta && change[j]! >= eta ? 1 : 0)),
                  sources,
                ),
                within,
                UNIT_BETS,
                alpha,
                1,
              )
      return {
        delta,
        deltaRaw: delta * scale,
        eta,
        inputs,
        covered: inputs / n,
        coveredLower,
        exceeding,
        observed: inputs === 0 ? null : exceeding / inputs,
        bound,
        status: inputs < MIN_PAIRS ? 'abstain' : bound < 1 ? 'certified' : 'vacuous',
      }
    })
  })
}

/** Number of statements of a curve: a bound per radius and η, and a covered share per radius. */
export const nearestStatements = (radii: number, etas: number): number => radii * (etas + 1)

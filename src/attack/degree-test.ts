import type {EdgeSet} from './edge-set.js'

/** Refuses changes that would be noticeable in the degree distribution. */
export interface DegreeTest {
  readonly allows: (u: number, v: number) => boolean
  /** call after a flip; `added`: the pair has an edge now */
  readonly made: (u: number, v: number, added: boolean) => void
}

const MIN_DEGREE = 2
const THRESHOLD = 0.004

/** Degrees of at least MIN_DEGREE: their number, and the sum of their logarithms. */
interface Tail {
  count: number
  logSum: number
}

/**
 * Likelihood-ratio test that the degrees before and after a change come from one power law.
 *
 * Formula    for k degrees ≥ d_min with Σ ln d = s: α = 1 + k / (s − k ln(d_min − ½)), ℓ = k ln α + k α ln d_min − (α +
 *            1) s, Λ = 2 (ℓ₁ + ℓ₂ − ℓ₁₂); a change is allowed while Λ < 0.004.
 * Cost       O(1) per pair.
 * Source     Zügner et al. 2018, §4.1, eqs. 6–9, d_min = 2.   Deviation: none.
 */
export function degreeTest(graph: EdgeSet): DegreeTest {
  const before: Tail = {count: 0, logSum: 0}
  for (let u = 0; u < graph.nodes; u++) addTo(before, graph.degree(u), 1)
  const now = {...before}
  const own = logLikelihood(before)
  const move = (tail: Tail, degree: number, change: number) => {
    addTo(tail, degree, -1)
    addTo(tail, degree + change, 1)
  }
  return {
    allows(u, v) {
      const change = graph.has(u, v) ? -1 : 1
      const after = {...now}
      move(after, graph.degree(u), change)
      move(after, graph.degree(v), change)
      const both = {count: before.count + after.count, logSum: before.logSum + after.logSum}
      return 2 * (own + logLikelihood(after) - logLikelihood(both)) < THRESHOLD
    },
    made(u, v, added) {
      const change = added ? 1 : -1
      move(now, graph.degree(u) - change, change)
      move(now, graph.degree(v) - change, change)
    },
  }
}

function addTo(tail: Tail, degree: number, times: number): void {
  if (degree < MIN_DEGREE) return
  tail.count += times
  tail.logSum += times * Math.log(degree)
}

function logLikelihood({count, logSum}: Tail): number {
  if (count === 0) return 0
  const alpha = 1 + count / (logSum - count * Math.log(MIN_DEGREE - 0.5))
  return count * Math.log(alpha) + count * alpha * Math.log(MIN_DEGREE) - (alpha + 1) * logSum
}

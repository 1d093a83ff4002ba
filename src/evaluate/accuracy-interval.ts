import type {Accuracy, EvaluateMetrics, Spread} from './types.js'

const Z = 1.959963984540054

/**
 * 95 % interval of an accuracy that was measured on some nodes by several trainings: what other nodes of the same kind,
 * and trainings from other random starts, would give.
 *
 * Formula    v = p(1 − p)/n + s²/r, of p over n nodes and r trainings with standard deviation s; Wilson's interval with
 *            n′ = p(1 − p)/v nodes. One training: s is unknown and counts as 0.
 * Shapes     mean of r values, n nodes → [low, high] in [0, 1].   Precision  asymptotic, no certificate.   Cost  O(1).
 * Empty      n = 0 → [0, 1].
 * Source     Wilson, "Probable inference", JASA 1927.   Deviation: the second term of v; p(1 − p) is at least 1e-12 in n′.
 */
export function accuracyInterval({mean: p, sd, values}: Spread, nodes: number): [number, number] {
  if (nodes === 0) return [0, 1]
  const within = p * (1 - p)
  // An accuracy of 0 or 1 has no spread of its own: nothing is divided by it.
  const floor = Math.max(within, 1e-12)
  const n = floor / (floor / nodes + (sd ?? 0) ** 2 / Math.max(1, values.length))
  const centre = (p + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n)
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt(within / n + Z ** 2 / (4 * n ** 2))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

/** What a defence is judged by: the targets where an attack aimed at some, else the test nodes. */
export const judgedAccuracy = ({test, targets}: Accuracy): Spread => targets ?? test

/** 94.8 % (93.1 to 96.2), the interval rounded outwards. */
export function accuracyText(of: Spread, nodes: number, space: string): string {
  const [low, high] = accuracyInterval(of, nodes)
  return `${(100 * of.mean).toFixed(1)}${space}% (${(Math.floor(1000 * low) / 10).toFixed(1)} to ${(Math.ceil(1000 * high) / 10).toFixed(1)})`
}

/** How many nodes the judged accuracy is measured on. */
export const judgedNodes = ({targets, split}: Pick<EvaluateMetrics, 'targets' | 'split'>): number =>
  targets ?? split.test

/** Pairs that an fp32 engine keeps as possibly steepest; the host computes their ratios again in fp64. */
export const CANDIDATES = 64

export interface Candidate {
  /** h in fp32 */
  ratio: number
  i: number
  j: number
}

/** Keeps the steepest candidates and returns the least of them, or 0 while there are fewer. */
export function keepSteepest(best: Candidate[]): number {
  best.sort((a, b) => b.ratio - a.ratio || a.i - b.i || a.j - b.j)
  best.splice(CANDIDATES)
  return best.length === CANDIDATES ? best[CANDIDATES - 1]!.ratio : 0
}

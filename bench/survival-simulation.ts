import {GAMMAS, survivalRows} from '../src/certify/perturbed/survival.js'
import {beta} from '../src/stats/beta.js'
import {random, type Random} from '../src/stats/random.js'

/** A law of the probability that a prediction survives; its PR(γ) is known. */
export interface SurvivalLaw {
  name: string
  draw: (r: Random) => number
  /** P[s ≥ 1 − γ] */
  truth: (gamma: number) => number
}

export const SURVIVAL_LAWS: readonly SurvivalLaw[] = [
  {
    name: 'three atoms, one just below each limit',
    draw: ({uniform}) => (uniform() < 0.7 ? 1 : uniform() < 0.5 ? 0.899 : 0.949),
    truth: (gamma) => (gamma >= 0.1 ? 0.85 : 0.7),
  },
  {
    name: 'most inputs never change, the others often',
    draw: ({uniform}) => (uniform() < 0.9 ? 1 : 0.5 * uniform()),
    truth: () => 0.9,
  },
  {
    name: 'smooth: s = 1 − (1 − u)², u uniform',
    draw: (r) => 1 - (1 - beta(1, 1, r)) ** 2,
    truth: (gamma) => Math.sqrt(gamma),
  },
]

/** The share of runs in which all bounds of PR(γ) hold at once, each at alpha/3, and their means beside the truth. */
export function simulateSurvival(law: SurvivalLaw, rows: number, draws: number, runs: number, alpha: number) {
  let held = 0
  const lower = GAMMAS.map(() => 0)
  for (let run = 0; run < runs; run++) {
    const r = random(5000 + run)
    const counts = Int32Array.from({length: rows}, () => {
      const s = law.draw(r)
      let kept = 0
      for (let draw = 0; draw < draws; draw++) if (r.uniform() < s) kept++
      return kept
    })
    const found = survivalRows({draws, counts}, rows / 4, alpha / GAMMAS.length)
    if (found.every((row) => row.lower <= law.truth(row.gamma))) held++
    found.forEach((row, k) => (lower[k]! += row.lower / runs))
  }
  return {held: held / runs, lower, truth: GAMMAS.map(law.truth)}
}

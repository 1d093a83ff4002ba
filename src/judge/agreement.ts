import type {Judgement} from '../verdicts/judgement.js'
import type {Valued} from './family.js'
import {promptKey, winnerOf} from './series.js'

const keyOf = (judgement: Judgement) => `${promptKey(judgement)}\u0000${judgement.repetition}`

/** Prompts given to both judges: 1 where they agree, else 0; no value where one of them gave no verdict. */
export function agreements(one: readonly Judgement[], other: readonly Judgement[]): (Valued & {said: string[]})[] {
  const known = new Map(one.map((judgement) => [keyOf(judgement), winnerOf(judgement)]))
  return other.flatMap((judgement): (Valued & {said: string[]})[] => {
    const here = known.get(keyOf(judgement))
    const there = winnerOf(judgement)
    if (here === undefined) return []
    const {question} = judgement
    if (here === null || there === null) return [{question, value: null, said: []}]
    // What counts is the place, since a judge that looks at places alone must not agree by the names.
    return [{question, value: here === there ? 1 : 0, said: [placeOf(here, judgement), placeOf(there, judgement)]}]
  })
}

const placeOf = (winner: string, {shown}: Judgement) => (winner === 'tie' ? 'tie' : String(shown.indexOf(winner)))

/**
 * Cohen's κ of two judges.
 *
 * Formula    (p₀ − pₑ)/(1 − pₑ), p₀ the share of equal verdicts, pₑ = Σ_v share of v at one · share of v at the other.
 * Shapes     said [n] pairs of verdicts: the place of the winner, or a tie.
 * Empty      no pairs, or pₑ = 1 → null.
 * Source     Cohen 1960.   Deviation: none.
 */
export function cohensKappa(said: readonly (readonly string[])[]): number | null {
  const n = said.length
  if (n === 0) return null
  const share = (judge: number, verdict: string) => said.filter((pair) => pair[judge] === verdict).length / n
  const expected = [...new Set(said.flat())].reduce((sum, verdict) => sum + share(0, verdict) * share(1, verdict), 0)
  const observed = said.filter(([here, there]) => here === there).length / n
  return 1 - expected < 1e-12 ? null : (observed - expected) / (1 - expected)
}

import type {Judgement} from '../verdicts/judgement.js'
import type {Valued} from './family.js'
import {groupBy} from './group-by.js'
import {promptKey, winnerOf} from './series.js'

/**
 * Repetition stability of each prompt that was repeated.
 *
 * Formula    max over verdicts v of #{repetitions that say v} / #{repetitions}; a prompt in the other order is another
 *            one. RS is the mean over the prompts.
 * Empty      a prompt asked once is left out; one without any verdict has no value.
 * Source     Shi et al., repetition stability.   Deviation: none: answers without a verdict count in the denominator.
 */
export function stabilities(judgements: readonly Judgement[]): Valued[] {
  const prompts = groupBy(judgements, promptKey)
  return [...prompts.values()]
    .filter((repeated) => repeated.length > 1)
    .map((repeated) => {
      const counts = new Map<string, number>()
      for (const judgement of repeated) {
        const winner = winnerOf(judgement)
        if (winner !== null) counts.set(winner, (counts.get(winner) ?? 0) + 1)
      }
      const {question} = repeated[0]!
      return {question, value: counts.size === 0 ? null : Math.max(...counts.values()) / repeated.length}
    })
}

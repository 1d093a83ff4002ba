import type {Verdict} from '../frame/report.js'

/** What the first screen of a report says, whatever the format; everything else is folded or comes after it. */
export interface Answer {
  /** the verdict in one short sentence */
  headline: string
  /** what a reader must know besides, a few sentences in plain words */
  lead: readonly string[]
  /** a line each: how well, how sure, where it is worst */
  facts: readonly Fact[]
  /** the few things to look at first; null: nothing stands out */
  look: {title: string; items: readonly string[]} | null
}

export interface Fact {
  name: string
  value: string
  detail: string
}

/** The answer of a report that has only its summary: the first sentence, then the others. */
export function answerOf({summary}: Pick<Verdict, 'summary'>): Answer {
  const [first, rest] = splitSummary(summary)
  return {headline: first, lead: rest === '' ? [] : [rest], facts: [], look: null}
}

/** The first sentence of a summary, or what stands before its first semicolon, and the rest; brackets stay whole. */
export function splitSummary(summary: string): [first: string, rest: string] {
  let depth = 0
  for (let at = 0; at < summary.length; at++) {
    const character = summary[at]!
    if (character === '(') depth++
    else if (character === ')') depth--
    else if (depth === 0 && (character === '.' || character === ';') && summary[at + 1] === ' ')
      return [summary.slice(0, character === '.' ? at + 1 : at), summary.slice(at + 2)]
  }
  return [summary, '']
}

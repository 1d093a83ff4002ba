import {distance} from 'fastest-levenshtein'

/** What was probably meant: the candidate with the fewest edits, if they are few for its length; null: nothing is close. */
export function closest(text: string, candidates: readonly string[]): string | null {
  const near = candidates
    .map((candidate) => ({candidate, edits: editsBetween(text.toLowerCase(), candidate.toLowerCase())}))
    .filter(({candidate, edits}) => edits <= Math.max(1, Math.floor(Math.max(text.length, candidate.length) / 3)))
  return near.sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1))[0]?.candidate ?? null
}

/** The commonest slip, two letters exchanged, counts once. */
const editsBetween = (a: string, b: string) =>
  a !== b && [...a].sort().join('') === [...b].sort().join('') ? 1 : distance(a, b)

/** As a next step: empty where nothing is close. */
export function didYouMean(text: string, candidates: readonly string[]): string[] {
  const meant = closest(text, candidates)
  return meant === null ? [] : [`did you mean ${meant}?`]
}

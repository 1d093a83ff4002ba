/** What was probably meant: the candidate with the fewest edits, if they are few for its length; null: nothing is close. */
export function closest(text: string, candidates: readonly string[]): string | null {
  const near = candidates
    .map((candidate) => ({candidate, edits: editsBetween(text.toLowerCase(), candidate.toLowerCase())}))
    .filter(({candidate, edits}) => edits <= Math.max(1, Math.floor(Math.max(text.length, candidate.length) / 3)))
  return near.sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1))[0]?.candidate ?? null
}

/** The commonest slip, two letters exchanged, counts once. */
const editsBetween = (a: string, b: string) =>
  a !== b && [...a].sort().join('') === [...b].sort().join('') ? 1 : editDistance(a, b)

/** As a next step: empty where nothing is close. */
export function didYouMean(text: string, candidates: readonly string[]): string[] {
  const meant = closest(text, candidates)
  return meant === null ? [] : [`did you mean ${meant}?`]
}

/**
 * Least number of letters put in, taken out or exchanged that makes one text of the other.
 *
 * Cost    |a| · |b| steps.   Empty  the length of the other.
 * Source  Wagner & Fischer 1974. Deviation: only the last row of the table is kept.
 */
export function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** What a verdict or a nudge says. `letter`: it points at a place or at a column, whichever the log means. */
export type Said =
  | {kind: 'option'; name: string}
  | {kind: 'letter'; index: number}
  | {kind: 'place'; index: number}
  | {kind: 'column'; index: number}
  | {kind: 'tie'}
  | {kind: 'nothing'}

const TIES = ['tie', 'draw', 'equal', 'both', 'tie (bothbad)', 'bothbad']
const NOTHING = ['', 'n', 'none', 'null', 'nan', 'error', 'unparsed', 'invalid', 'n/a']
const PLACES = ['first', 'second', 'third', 'fourth']
const COLUMNS: Record<string, number> = {model_a: 0, option_a: 0, answer_a: 0, model_b: 1, option_b: 1, answer_b: 1}

export interface Words {
  ties: readonly string[]
  unparsed: readonly string[]
  /** what letters and numbers point at: the place in which an option was shown, or its column; null: not said */
  letters: 'shown' | 'option' | null
}

/**
 * What a cell says of `options`; null: it cannot be told. [[A]] is A. Names of options come first, so that a model
 * called `first` is a model.
 *
 * Letters and numbers point at a place, from A and 1. C of two options is a tie, as MT-Bench writes it.
 */
export function saidIn(cell: unknown, options: readonly string[], words: Words): Said | null {
  if (cell === null || cell === undefined) return {kind: 'nothing'}
  if (typeof cell !== 'string' && typeof cell !== 'number') return null
  const text = String(cell).trim()
  const inner = /^\[\[(.*)\]\]$/.exec(text)?.[1]?.trim() ?? text
  const name = options.find((option) => option === inner)
  const low = inner.toLowerCase()
  const index = indexOf(low, options.length)
  if (words.ties.includes(inner)) return {kind: 'tie'}
  if (words.unparsed.includes(inner)) return {kind: 'nothing'}
  // An option that is called B and stands first: the cell can mean either.
  if (name !== undefined && (index === null || options[index] === name || words.letters === 'option'))
    return {kind: 'option', name}
  if (name !== undefined && words.letters === null) return null
  if (index !== null) return {kind: 'letter', index}
  if (TIES.includes(low) || (low === 'c' && options.length === 2)) return {kind: 'tie'}
  const place = PLACES.indexOf(low)
  if (place >= 0 && place < options.length) return {kind: 'place', index: place}
  if (Object.hasOwn(COLUMNS, low) && options.length === 2) return {kind: 'column', index: COLUMNS[low]!}
  return NOTHING.includes(low) ? {kind: 'nothing'} : null
}

function indexOf(text: string, options: number): number | null {
  const index = /^[a-z]$/.test(text) ? text.charCodeAt(0) - 97 : /^[1-9]\d?$/.test(text) ? Number(text) - 1 : NaN
  return index < options ? index : null
}

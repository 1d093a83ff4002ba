import type {Random} from '../stats/random.js'

/**
 * A changed copy of a text; a word is a run of characters without white space, and the space between words stays as it
 * is.
 */
export type TextChange = (text: string, random: Random) => string

/**
 * Each word is left out with probability p, with the space behind it; if that were all of them, one stays, each with
 * the same probability.
 *
 * Empty  a text without words stays as it is.
 */
export function dropWords(p: number): TextChange {
  return (text, random) => {
    const words = text.match(/\S+\s*/g) ?? []
    if (words.length === 0) return text
    const kept = words.filter(() => random.uniform() >= p)
    return text.slice(0, text.search(/\S/)) + (kept.length > 0 ? kept.join('') : words[random.integer(words.length)]!)
  }
}

/**
 * From left to right each word changes places with the next with probability p; two that have done so stay where they
 * are, so no word moves by more than one place.
 */
export function swapWords(p: number): TextChange {
  return (text, {uniform}) => {
    const words = text.match(/\S+/g) ?? []
    for (let i = 0; i + 1 < words.length; i++) {
      if (uniform() >= p) continue
      ;[words[i], words[i + 1]] = [words[i + 1]!, words[i]!]
      i++
    }
    let next = 0
    return text.replace(/\S+/g, () => words[next++]!)
  }
}

/**
 * Each letter is hit with probability p. A letter that is hit is, each with the same probability: exchanged with the
 * letter behind it (which then is not hit), left out, doubled, or replaced by a key beside it on a US keyboard, in the
 * same case. What is not possible is not drawn: the last letter of a run has none to be exchanged with, a word does not
 * vanish, and a letter that is not a key of that keyboard (é, я) has none beside it. Digits and punctuation stay.
 */
export function mistype(p: number): TextChange {
  return (text, random) => text.replace(/\S+/g, (word) => mistypedWord(word, p, random))
}

function mistypedWord(word: string, p: number, {uniform, integer}: Random): string {
  // A letter with the accents that follow it is one.
  const signs = word.match(/\p{L}\p{M}*|./gsu) ?? []
  let out = ''
  for (let i = 0; i < signs.length; ) {
    const sign = signs[i]!
    if (!isLetter(sign) || uniform() >= p) {
      out += sign
      i++
      continue
    }
    const next = signs[i + 1]
    const keys = keysBeside(sign)
    const possible = [{typed: sign + sign, taken: 1}]
    if (out !== '' || next !== undefined) possible.push({typed: '', taken: 1})
    if (keys !== '') possible.push({typed: keys[integer(keys.length)]!, taken: 1})
    if (next !== undefined && isLetter(next)) possible.push({typed: next + sign, taken: 2})
    const {typed, taken} = possible[integer(possible.length)]!
    out += typed
    i += taken
  }
  return out
}

const isLetter = (sign: string) => /^\p{L}/u.test(sign)

const KEYS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']

/** Each row of keys stands half a key to the right of the one above it, so a key touches two above and two below. */
function keysBeside(letter: string): string {
  const lower = letter.toLowerCase()
  const row = KEYS.findIndex((keys) => lower.length === 1 && keys.includes(lower))
  if (row === -1) return ''
  const at = KEYS[row]!.indexOf(lower)
  const beside = [
    [row, at - 1],
    [row, at + 1],
    [row - 1, at],
    [row - 1, at + 1],
    [row + 1, at - 1],
    [row + 1, at],
  ]
    .map(([r, k]) => KEYS[r!]?.[k!] ?? '')
    .join('')
  return letter === lower ? beside : beside.toUpperCase()
}

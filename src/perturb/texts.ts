import type {Random} from '../stats/random.js'

/** A changed copy of a text; a word is a run of characters without white space, and white space is kept. */
export type TextChange = (text: string, random: Random) => string

/**
 * Drops each word, with the space after it, with probability p; if all would be dropped, a uniformly chosen one is
 * kept.
 *
 * Empty  a text without words is unchanged.
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
 * From left to right, swaps each word with the next with probability p; swapped words are not moved again, so no word
 * moves by more than one position.
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
 * Mistypes each letter with probability p: with equal probability it is swapped with the next letter (which is then not
 * mistyped itself), dropped, doubled, or replaced by a neighbouring key on a US keyboard in the same case. Impossible
 * options are not drawn: the last letter of a run has no next one, a word must not vanish, and a letter that is not on
 * that keyboard (é, я) has no neighbours. Digits and punctuation are unchanged.
 */
export function mistype(p: number): TextChange {
  return (text, random) => text.replace(/\S+/g, (word) => mistypedWord(word, p, random))
}

function mistypedWord(word: string, p: number, {uniform, integer}: Random): string {
  // A letter and its combining accents count as one.
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

/** Each row of keys is offset by half a key from the one above, so a key touches two above and two below. */
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

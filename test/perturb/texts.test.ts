import {describe, expect, it} from 'vitest'
import type {DataSet, TextRows} from '../../src/checkpoint/data-types.js'
import {parsePerturbation, type PerturbationName} from '../../src/perturb/catalogue.js'
import {perturbNumbers, perturbTexts} from '../../src/perturb/perturb.js'
import {dropWords, mistype, swapWords, type TextChange} from '../../src/perturb/texts.js'
import {random} from '../../src/stats/random.js'

const text = '  Dear friend,\n\nthe  price of 3 phones is $20 -- écrivez à я@x now! '
const words = (of: string): string[] => of.match(/\S+/g) ?? []
const copies = (change: TextChange, of = text, count = 200) =>
  Array.from({length: count}, (_, seed) => change(of, random(seed)))

describe.each<[string, (p: number) => TextChange]>([
  ['word-drop', dropWords],
  ['word-swap', swapWords],
  ['typos', mistype],
])('%s', (_, way) => {
  it('with probability 0 changes nothing, whatever the text', () => {
    for (const each of [text, '', ' \n', 'a', '\ud800 lone'])
      expect(copies(way(0), each, 5)).toEqual(Array<string>(5).fill(each))
  })

  it('never makes a text empty, even when every word or letter is hit', () => {
    for (const each of [text, 'a', 'ab', ' x ', 'é', '!'])
      for (const copy of copies(way(1), each)) expect(words(copy).length, JSON.stringify(each)).toBeGreaterThan(0)
    expect(way(1)('', random(1))).toBe('')
  })

  it('is the same for the same random numbers, and another for others', () => {
    expect(copies(way(0.5))).toEqual(copies(way(0.5)))
    expect(new Set(copies(way(0.5))).size).toBeGreaterThan(20)
  })
})

describe('words', () => {
  it('that are left out leave the others in their order and their space', () => {
    for (const copy of copies(dropWords(0.5))) {
      const left: string[] = words(text)
      for (const word of words(copy)) {
        const at = left.indexOf(word)
        expect(at, copy).not.toBe(-1)
        left.splice(0, at + 1)
      }
    }
    expect(
      copies(dropWords(0.3), 'a  b\nc').every((copy) =>
        ['a  b\nc', 'b\nc', 'a  c', 'a  b\n', 'a  ', 'b\n', 'c'].includes(copy),
      ),
    ).toBe(true)
  })

  it('are left out with the probability stated; of a text that loses all, each word is as likely to stay', () => {
    const many = Array.from({length: 20_000}, () => 'x').join(' ')
    expect(words(dropWords(0.1)(many, random(5))).length / 20_000).toBeCloseTo(0.9, 2)
    const stayed = copies(dropWords(1), 'a b c d', 4000)
    for (const word of ['a', 'b', 'c', 'd'])
      expect(Math.abs(stayed.filter((copy) => copy.trim() === word).length - 1000)).toBeLessThan(
        4 * Math.sqrt(4000 * 0.25 * 0.75),
      )
  })

  it('change places in pairs: with probability 1 all do, and no word moves by more than one place', () => {
    expect(swapWords(1)(' a  b\nc d e', random(1))).toBe(' b  a\nd c e')
    for (const copy of copies(swapWords(0.5), 'a b c d e f')) {
      words(copy).forEach((word, at) => expect(Math.abs('abcdef'.indexOf(word) - at)).toBeLessThanOrEqual(1))
      expect(words(copy).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    }
  })
})

describe('typos', () => {
  /** Every text that one hit of the letter at a place can give, from the definition alone. */
  const oneTypo = (word: string, at: number, beside: string) => [
    word.slice(0, at + 1) + word.slice(at),
    word.slice(0, at) + word.slice(at + 1),
    ...[...beside].map((key) => word.slice(0, at) + key + word.slice(at + 1)),
    ...(at + 1 < word.length ? [word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2)] : []),
  ]

  it('are the four stated ones, all of them and no others', () => {
    // The letters of "Gab" are hit one at a time; beside g lie f, h, t, y, v and b.
    const hit = (at: number) => ({
      ...random(at),
      uniform: (() => {
        let k = 0
        return () => (k++ === at ? 0 : 1)
      })(),
    })
    const keys = ['FHTYVB', 'sqwz', 'vngh']
    for (const at of [0, 1, 2]) {
      const found = new Set(
        Array.from({length: 600}, (_, seed) => mistype(0.5)('Gab', {...hit(at), integer: random(seed).integer})),
      )
      expect(found).toEqual(new Set(oneTypo('Gab', at, keys[at]!)))
    }
  })

  it('hit letters as often as stated, keep digits and signs, and no letter alone vanishes', () => {
    expect(copies(mistype(1), '42 $$ -- 3.5').every((copy) => copy === '42 $$ -- 3.5')).toBe(true)
    const one = copies(mistype(0.25), 'é', 4000).filter((copy) => copy !== 'é')
    expect(one.every((copy) => copy === 'éé')).toBe(true)
    expect(Math.abs(one.length - 1000)).toBeLessThan(4 * Math.sqrt(4000 * 0.25 * 0.75))
    expect(copies(mistype(1), 'a b').every((copy) => words(copy).length === 2)).toBe(true)
  })

  it('treat a letter with its accents as one', () => {
    const accented = 'e\u0301'
    expect(new Set(copies(mistype(1), `${accented}1`))).toEqual(new Set([`${accented}${accented}1`, '1']))
  })
})

describe('perturbed texts', () => {
  const lengths = (texts: readonly string[]) => [
    {name: 'input_ids', shape: [texts.length, 1], data: Int32Array.from(texts, ({length}) => length)},
  ]
  const data = (texts: readonly string[]): DataSet & {text: TextRows} => ({
    rows: texts.length,
    labels: new Int32Array(texts.length),
    inputFiles: [],
    inputs: lengths(texts),
    text: {texts, encode: lengths},
  })
  const texts = Array.from({length: 8}, (_, row) => `${text} number ${row} of the letters that were sent`)
  const perturbed = (of: readonly string[], name: PerturbationName, seed = 3) =>
    perturbTexts(data(of), {name, strength: 0.3}, {seed}).data

  it.each<PerturbationName>(['word-drop', 'word-swap', 'typos'])(
    '%s: a copy depends on its own text, its row and the seed alone',
    (name) => {
      const other = texts.map((each, row) => (row === 3 ? each : 'something else'))
      expect(perturbed(other, name).text!.texts[3]).toBe(perturbed(texts, name).text!.texts[3])
      expect(perturbed(texts, name, 4).text!.texts).not.toEqual(perturbed(texts, name).text!.texts)
      // Rows with the same text do not get the same copy.
      expect(
        new Set(
          perturbed(
            texts.map(() => text),
            name,
          ).text!.texts,
        ).size,
      ).toBeGreaterThan(4)
    },
  )

  it('become inputs by the same way as the texts did', () => {
    const {inputs, text: rows} = perturbed(texts, 'word-drop')
    expect([...inputs[0]!.data]).toEqual(rows!.texts.map(({length}) => length))
    expect([...inputs[0]!.data]).not.toEqual([...data(texts).inputs[0]!.data])
  })

  it('are refused where there are none, and numbers where there are texts', () => {
    const tokens: DataSet = {rows: 2, labels: new Int32Array(2), inputFiles: [], inputs: lengths(['a', 'b'])}
    expect(() => perturbTexts(tokens, {name: 'typos', strength: 0.1}, {seed: 0})).toThrow(
      /perturb typos changes texts, but the data hold input_ids/,
    )
    expect(() =>
      perturbNumbers(data(texts), {name: 'noise', strength: 0.1}, Uint32Array.of(0), {
        seed: 0,
        imageShape: null,
        range: null,
      }),
    ).toThrow(/needs one array of numbers/)
    expect(() => parsePerturbation('word-drop:1.5')).toThrow(
      /strength of word-drop is '1.5'; it is above 0 and at most 1 \(probability that a word is left out\)/,
    )
    expect(() => parsePerturbation('word-swap:0')).toThrow(/above 0/)
  })
})

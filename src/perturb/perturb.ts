import type {DataSet, InputArray, TextRows} from '../checkpoint/data-types.js'
import {UsageError, option} from '../errors.js'
import {random} from '../stats/random.js'
import {CATALOGUE, type PerturbationRequest} from './catalogue.js'
import {brightness, type Change, noise, rotate, shift} from './images.js'
import {imageLayout} from './layout.js'
import {clipToRange, deviations, type Range, rangeOf} from './range.js'
import {dropWords, mistype, swapWords, type TextChange} from './texts.js'

export interface PerturbOptions {
  seed: number
  /** height,width and channels for flat rows; null: from the shape of the array */
  imageShape: readonly number[] | null
  /** range of values; null: from the data */
  range: readonly [number, number] | null
}

export interface Perturbed {
  data: DataSet
  /** what was done, with unit and clipping */
  description: string
}

/** Arrays with token ids, which cannot be perturbed as numbers. */
const NO_NUMBERS = new Set(['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'])

/**
 * A perturbed copy of every example in a numeric array, treated as images if they are.
 *
 * Each row has its own generator (from seed and row), so that a copy depends only on its example and the anchors.
 *
 * Precision  fp64, stored as Float32.
 * Cost       one pass over the inputs, and a copy of them.
 * Throws     UsageError  the data have no array of numbers, or are not images.
 */
export function perturbNumbers(
  data: DataSet,
  {name, strength}: PerturbationRequest,
  anchors: Uint32Array,
  options: PerturbOptions,
): Perturbed {
  const array = numbersToPerturb(data, name)
  const values = {data: array.data, width: array.shape.slice(1).reduce((product, length) => product * length, 1)}
  const layout = imageLayout(array.shape.slice(1), options.imageShape)
  const range = rangeOf(values, anchors, layout !== null, options.range ?? array.possible ?? null)
  const span = range.high[0]! - range.low[0]!
  const image = () => {
    if (layout !== null) return layout
    throw new UsageError(
      `${option('perturb')} ${name} needs images, but an example of '${array.name}' has the shape [${array.shape.slice(1).join(', ')}]`,
      [`state their height and width with ${option('imageShape')} 28,28`],
    )
  }
  const clipped = `clipped to ${range.description}`
  const ways: Partial<Record<typeof name, () => [Change, string]>> = {
    noise: () =>
      layout === null
        ? [
            noise(deviations(values, anchors).map((deviation) => strength * deviation)),
            `Gaussian noise of ${strength} × each feature's standard deviation among the anchors, ${clipped}`,
          ]
        : [noise(strength * span), `Gaussian noise of standard deviation ${strength} × the range, ${clipped}`],
    shift: () => [shift(image(), strength), `moved by up to ${strength} pixels along each axis, edges repeated`],
    rotate: () => [rotate(image(), strength), `turned by up to ${strength}° either way, bilinear, edges repeated`],
    brightness: () => [
      (image(), brightness(strength * span)),
      `all pixels brighter or darker by up to ${strength} × the range, ${clipped}`,
    ],
  }
  const way = ways[name]
  if (way === undefined)
    throw new UsageError(`${option('perturb')} ${name} does not work on numbers but on ${CATALOGUE[name].of}`)
  const [change, description] = way()
  return {data: withArray(data, array, changed(array, values.width, range, change, options.seed)), description}
}

/** The array to perturb: `inputs`, or the only numeric one. */
export function numbersToPerturb({inputs}: DataSet, name: string): InputArray {
  const candidates = inputs.filter((array) => !NO_NUMBERS.has(array.name))
  const array =
    candidates.find((each) => each.name === 'inputs') ?? (candidates.length === 1 ? candidates[0] : undefined)
  if (array !== undefined) return array
  const names = inputs.map((each) => each.name).join(', ')
  throw new UsageError(`${option('perturb')} ${name} needs one array of numbers, the data have ${names}`, [
    `name it with ${option('inputsName')}`,
    `texts can be perturbed by ${TEXT_NAMES}`,
    `give pairs of your own with ${option('pairs')}`,
  ])
}

/**
 * A perturbed copy of every text, tokenized like the original texts, with the same truncation, and padded to at least
 * their length.
 *
 * Each row has its own generator (from seed and row) and does not depend on other rows.
 *
 * Cost    one pass of the tokenizer over the texts.
 * Throws  UsageError  the data are not texts.
 */
export function perturbTexts(
  data: DataSet,
  {name, strength}: PerturbationRequest,
  {seed}: Pick<PerturbOptions, 'seed'>,
): Perturbed {
  const {texts, encode} = textsToPerturb(data, name)
  const ways: Partial<Record<typeof name, [TextChange, string]>> = {
    'word-drop': [dropWords(strength), `each word left out with probability ${strength}, at least one kept`],
    'word-swap': [
      swapWords(strength),
      `each word exchanged with the next with probability ${strength}, none moved twice`,
    ],
    typos: [
      mistype(strength),
      `each letter mistyped with probability ${strength}: exchanged with the next, left out, doubled, or a neighbour on a US keyboard`,
    ],
  }
  const way = ways[name]
  if (way === undefined)
    throw new UsageError(`${option('perturb')} ${name} does not work on texts but on ${CATALOGUE[name].of}`)
  const [change, description] = way
  const copies = texts.map((text, row) => change(text, rowRandom(seed, row)))
  return {data: {...data, inputs: encode(copies), text: {texts: copies, encode}}, description}
}

/** Throws UsageError if the data are not texts. */
export function textsToPerturb({text, inputs}: DataSet, name: string): TextRows {
  if (text !== undefined) return text
  throw new UsageError(
    `${option('perturb')} ${name} changes texts, but the data hold ${inputs.map((each) => each.name).join(', ')}`,
    [
      `give the texts themselves as csv or JSON lines, with ${option('tokenizer')} tokenizer.json`,
      `give pairs of your own with ${option('pairs')}`,
    ],
  )
}

const TEXT_NAMES = Object.entries(CATALOGUE)
  .flatMap(([name, entry]) => (entry.of === 'text' ? [name] : []))
  .join(', ')

/** The data with one array replaced. */
export const withArray = (data: DataSet, array: InputArray, values: Float32Array): DataSet => ({
  ...data,
  inputs: data.inputs.map((each) => (each === array ? {name: array.name, shape: array.shape, data: values} : each)),
})

function changed({data, shape}: InputArray, width: number, range: Range, change: Change, seed: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let row = 0; row < (shape[0] ?? 0); row++) {
    const before = data.subarray(row * width, (row + 1) * width)
    const example = Float64Array.from(before)
    change(example, rowRandom(seed, row))
    clipToRange(example, before, range)
    out.set(example, row * width)
  }
  return out
}

/** The generator of one row. */
export const rowRandom = (seed: number, row: number) =>
  random((Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b)) >>> 0)

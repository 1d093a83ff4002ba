import {type NamedArray, numbersOf} from '../data/named-array.js'
import {InputError, option} from '../errors.js'
import type {UnreadArray} from './array-files.js'
import {size} from './pool.js'

/** Names of arrays with the model's output. */
export const OUTPUTS = ['logits', 'probabilities']

/** One whole number per row: an id, an index, a group; not a hidden state unless named as one. */
export const isCount = ({shape, type}: NamedArray) => size(shape.slice(1)) === 1 && /^([iu]\d|b1$)/.test(type)

/** The row count that most arrays have: an array with another count is the wrong one. */
export function commonRows(arrays: readonly NamedArray[]): number {
  const votes = new Map<number, number>()
  for (const {shape} of arrays) votes.set(shape[0] ?? 0, (votes.get(shape[0] ?? 0) ?? 0) + 1)
  return [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best))[0]
}

export function checkRows({name, shape}: NamedArray, rows: number, other: string, path: string): void {
  const have = `${path}, array ${name}: has the shape [${shape.join(', ')}]`
  if (rows === 0) throw new InputError(`${path}: has no rows`, ['give at least 20 examples'])
  if (shape.includes(0)) throw new InputError(`${have}, so it holds nothing`, ['leave it out of the file'])
  if (shape[0] === rows) return
  const axis = shape.indexOf(rows)
  throw new InputError(`${have}, but ${other} has ${rows} rows`, [
    axis > 0
      ? `if axis ${axis} holds the examples, store it with them first: numpy.moveaxis(array, ${axis}, 0)`
      : 'every array needs one row for each example',
  ])
}

/** Throws InputError if logits and probabilities of a file disagree. */
export function refuseTwoOutputs(arrays: readonly NamedArray[], rows: number, path: string): void {
  const [logits, probabilities] = OUTPUTS.map((name) => arrays.find((array) => array.name === name))
  if (logits === undefined || probabilities === undefined || size(logits.shape) !== size(probabilities.shape)) return
  const width = size(logits.shape.slice(1))
  const [z, p] = [numbersOf(logits, path), numbersOf(probabilities, path)]
  const largest = (values: ArrayLike<number>, row: number) => {
    let best = 0
    for (let k = 1; k < width; k++) if (values[row * width + k]! > values[row * width + best]!) best = k
    return best
  }
  for (let row = 0; row < rows; row++) {
    const [ofLogits, ofProbabilities] = [largest(z, row), largest(p, row)]
    const same = p[row * width + ofLogits] === p[row * width + ofProbabilities]
    if (same || ofLogits === ofProbabilities || z[row * width + ofLogits] === z[row * width + ofProbabilities]) continue
    throw new InputError(
      `${path}: logits and probabilities disagree: at row ${row} the logits are largest for class ${ofLogits}, the probabilities for class ${ofProbabilities}`,
      [
        `choose the array with the class scores: ${option('outputName')} logits, or ${option('outputName')} probabilities`,
      ],
    )
  }
}

/** Arrays that could be class scores, phrased as the end of a sentence. */
export function possibleScores(arrays: readonly NamedArray[], rows: number): string {
  const possible = arrays.filter(({shape, data}) => shape.length === 2 && shape[0] === rows && ArrayBuffer.isView(data))
  const names = possible.map(({name, shape}) => `${name} [${shape.join(', ')}]`)
  return names.length === 0 ? '' : `; its arrays [rows, classes]: ${names.join(', ')}`
}

/** Throws for an array that would be used but cannot be read; it is never silently left out. */
export function refuseUnread(
  unread: readonly UnreadArray[],
  rows: number,
  needed: readonly string[],
  all: boolean,
  path: string,
): void {
  const lost = unread.find(({name, shape}) => needed.includes(name) || (all && shape[0] === rows))
  if (lost === undefined) return
  throw new InputError(`${path}, array ${lost.name}: ${lost.reason}`, [
    'store it again as numbers (float32, float64 or whole numbers)',
    `or name the layers to use without it: ${option('layers')}`,
  ])
}

/** Arrays that could be labels under another name. */
export function possibleLabels(arrays: readonly NamedArray[], rows: number): string {
  const names = arrays
    .filter(({shape, type, name}) => shape.length === 1 && shape[0] === rows && !/^f/.test(type) && name !== 'loss')
    .map(({name}) => name)
  return names.length === 0 ? '' : `; ${names.join(', ')} could be the labels`
}

import type {LayerStates} from '../certify/types.js'
import {type NamedArray, numbersOf, rowsAt} from '../data/named-array.js'
import {readInput} from '../data/read-file.js'
import {InputError, option} from '../errors.js'
import type {InputFile, Note} from '../frame/report.js'
import type {UnreadArray} from './array-files.js'
import {labelsOf, namesOf} from './answer-arrays.js'
import {OUTPUTS, possibleScores} from './embedding-checks.js'
import {checkFinite} from './finite.js'
import {pool, size} from './pool.js'
import {PREDICTIONS} from './tasks/stored.js'
import type {EmbeddingOptions, LabelSource, OutputKind} from './types.js'

/** The labels and their file; null: none. */
export async function findLabels(
  arrays: readonly NamedArray[],
  {file, name}: LabelSource,
  path: string,
  files: InputFile[],
  task: NonNullable<EmbeddingOptions['task']>,
): Promise<{array: NamedArray; path: string} | null> {
  if (file !== undefined) {
    const input = await readInput(file)
    if (!files.some((each) => each.path === input.file.path)) files.push(input.file)
    return {array: await labelsOf(input, name, task), path: input.file.path}
  }
  const found = namesOf(name, task).flatMap((each) => arrays.find((array) => array.name === each) ?? [])
  const [array] = found
  if (array !== undefined) return {array, path}
  if (name === undefined) return null
  throw new InputError(
    `${path}: has no array '${name}' of labels; its arrays: ${arrays.map((each) => each.name).join(', ')}`,
    [`name one of these with ${option('labelsName')}`],
  )
}

/** The array with the model's output; null: none. */
export function findOutput(
  arrays: readonly NamedArray[],
  name: string | undefined,
  rows: number,
  path: string,
  task: NonNullable<EmbeddingOptions['task']>,
): {array: NamedArray; kind: OutputKind | undefined} | null {
  const wanted = name !== undefined ? [name] : task === 'classes' ? OUTPUTS : [...OUTPUTS, ...PREDICTIONS]
  for (const each of wanted) {
    const array = arrays.find((candidate) => candidate.name === each)
    if (array === undefined) continue
    return {array, kind: each === 'logits' || each === 'probabilities' ? each : undefined}
  }
  if (name === undefined) return null
  throw new InputError(
    `${path}: has no array '${name}' of class scores${possibleScores(arrays, rows) || '; it has no array [rows, classes]'}`,
    [`name one of these with ${option('outputName')}`],
  )
}

/** Notes which arrays are not layers. */
export function noteBeside(arrays: readonly NamedArray[], unread: readonly UnreadArray[], notes: Note[]): void {
  const left = [
    ...arrays.map(
      ({name, shape, data}) =>
        `${name} (${ArrayBuffer.isView(data) ? (shape.length === 0 ? 'a single value' : 'one whole number a row') : 'text'})`,
    ),
    ...unread.map(({name, reason}) => `${name} (${reason})`),
  ]
  if (left.length > 0)
    notes.push({
      level: 'info',
      code: 'arrays-left-out',
      message: `left out, since they are not layers: ${left.join(', ')}`,
    })
}

/** The array at some rows. */
export function takeRows(array: NamedArray, rows: Uint32Array, path: string): NamedArray {
  const [, ...shape] = array.shape
  return {...array, shape: [rows.length, ...shape], data: rowsAt(numbersOf(array, path), size(shape), rows)}
}

/** The states of a layer, one vector per row. */
export function layerStates(
  array: NamedArray,
  path: string,
  {pool: how}: EmbeddingOptions,
  mask: Uint8Array | null = null,
): LayerStates {
  const {shape} = array
  const values = numbersOf(array, path)
  checkFinite(values, Math.max(1, size(shape.slice(1))), 0, `${path}, array ${array.name}:`)
  const exact = values instanceof Float64Array || values instanceof Int32Array || values instanceof Uint32Array
  const state = {shape, data: exact ? Float64Array.from(values) : Float32Array.from(values)}
  const pooled = pool(state, {how: how ?? 'flatten', channelAxis: 1, mask})
  return {name: array.name, dim: pooled.shape[1]!, data: pooled.data, pooledOver: pooled.over}
}

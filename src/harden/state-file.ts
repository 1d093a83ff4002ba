import {createHash} from 'node:crypto'
import {parseJson} from '../data/json.js'
import {writeNpy} from '../data/npy.js'
import {openNpz, writeNpz} from '../data/npz.js'
import type {NamedArray} from '../data/named-array.js'
import {InputError} from '../errors.js'
import type {Json} from '../frame/report.js'
import type {TrainingState} from './train.js'
import type {EpochRecord} from './types.js'

/** Everything in which a run and its continuation must agree, by name. */
export type RunIdentity = Record<string, Json>

interface Head {
  format: 2
  agreement: RunIdentity
  epochs: EpochRecord[]
  best: {epoch: number; score: number}
  adamStep: number
  counts: {parameters: number; weights: number}
}

/** Of all other arrays, in their order: nothing in the file can change without it. */
const CHECKSUM = 'checksum'

/**
 * A training state as the bytes of an npz: one array a weight, the rest as JSON in the array `record`, and a checksum.
 * The same state gives the same bytes.
 */
export function packState(state: TrainingState, agreement: RunIdentity): Uint8Array {
  const {epochs, adam, parameters, current, best} = state
  const head: Head = {
    format: 2,
    agreement,
    epochs,
    best: {epoch: best.epoch, score: best.score},
    adamStep: adam.step,
    counts: {parameters: parameters.length, weights: current.length},
  }
  const text = Buffer.from(JSON.stringify(head))
  const list = (name: string, arrays: readonly (Float32Array | Float64Array)[]): NamedArray[] =>
    arrays.map((data, k) => ({
      name: `${name}-${k}`,
      shape: [data.length],
      type: data instanceof Float64Array ? ('f8' as const) : ('f4' as const),
      data,
    }))
  const arrays: NamedArray[] = [
    {name: 'record', shape: [text.length], type: 'u1', data: Uint8Array.from(text)},
    ...list('parameters', parameters),
    ...list('adam-first', adam.first),
    ...list('adam-second', adam.second),
    ...list('current', current),
    ...list('best', best.weights),
  ]
  const contents = arrays.map((array) => ({name: array.name, npy: writeNpy(array)}))
  const checksum = checksumOf(contents.map(({npy}) => npy))
  return writeNpz([{name: CHECKSUM, shape: [checksum.length], type: 'u1', data: checksum}, ...contents])
}

function checksumOf(parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return Uint8Array.from(hash.digest())
}

/**
 * The state that packState wrote.
 *
 * Throws  InputError  the file is damaged, or the state belongs to another run (names what differs).
 */
export function unpackState(bytes: Uint8Array, agreement: RunIdentity, place: string): TrainingState {
  const npz = openNpz(bytes, place)
  const numbers = (name: string) => npz.read(name).data
  const anew = ['start anew in another folder']
  // The first format had no checksum.
  if (!npz.has(CHECKSUM))
    throw new InputError(`${place}: is a training state of another version of surety, or none`, anew)
  const contents = npz.names.filter((name) => name !== CHECKSUM)
  if (String(numbers(CHECKSUM)) !== String(checksumOf(contents.map(npz.raw))))
    throw new InputError(`${place}: was changed after it was written: its checksum does not fit`, anew)
  const {format, counts, ...head} = parseJson(Uint8Array.from(numbers('record') as ArrayLike<number>), place) as Head
  if (format !== 2) throw new InputError(`${place}: is a training state of another version of surety`, anew)
  const differs = Object.keys(agreement).filter(
    (name) => JSON.stringify(agreement[name]) !== JSON.stringify(head.agreement[name]),
  )
  if (differs.length > 0) {
    throw new InputError(
      `${place}: belongs to another run: ${differs.map((name) => `${name} was ${JSON.stringify(head.agreement[name])} and is ${JSON.stringify(agreement[name])}`).join('; ')}`,
      ['give the flags and files of that run', 'start anew in another folder'],
    )
  }
  const list = <T>(name: string, count: number) => Array.from({length: count}, (_, k) => numbers(`${name}-${k}`) as T)
  return {
    epochs: head.epochs,
    parameters: list<Float64Array>('parameters', counts.parameters),
    adam: {
      step: head.adamStep,
      first: list<Float64Array>('adam-first', counts.parameters),
      second: list<Float64Array>('adam-second', counts.parameters),
    },
    current: list<Float32Array>('current', counts.weights),
    best: {...head.best, weights: list<Float32Array>('best', counts.weights)},
  }
}

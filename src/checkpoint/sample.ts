import {type Random, random} from '../stats/random.js'
import type {Note} from '../frame/report.js'
import {size} from './pool.js'
import {slicesAt} from './slices.js'
import type {DataSet, InputArray} from './data-types.js'
import {takeTargets} from './tasks/targets.js'

/** Derives a separate random stream from the seed. */
const LIMIT_STREAM = 0x5eed_11a7

export type SampleKind = 'random' | 'stratified' | 'first'

export interface SampleOptions {
  /** maximum number of rows; absent: all */
  limit?: number
  /** how a limit selects rows; default random */
  sample?: SampleKind
  seed?: number
}

/**
 * The rows selected by a limit, ascending; null: all.
 *
 * random      all subsets are equally likely, so independent rows stay independent.
 * stratified  each class keeps its share of the rows (largest remainders); random within a class.
 * first       the first rows of the file.
 *
 * Empty    without labels, stratified is random.
 */
export function sampleRows(
  rows: number,
  labels: Int32Array | null,
  {limit, sample = 'random', seed = 0}: SampleOptions,
  notes: Note[],
): Uint32Array | null {
  if (limit === undefined || limit >= rows) return null
  // The split uses the seed itself, so selection by the limit and the side of the split stay independent.
  const generator = random(seed ^ LIMIT_STREAM)
  switch (sample) {
    case 'first':
      notes.push({
        level: 'warning',
        code: 'rows-limited',
        message: `only the first ${limit} of ${rows} rows are used: if the file is sorted, they are not a random sample of it`,
      })
      return Uint32Array.from({length: limit}, (_, row) => row)
    case 'stratified':
      notes.push({
        level: 'warning',
        code: 'rows-stratified',
        message: `${limit} of ${rows} rows are used, each class with its share of them: bounds assume independent rows, and fixed shares make them slightly dependent`,
      })
      return stratified(labels ?? new Int32Array(rows), limit, generator)
    case 'random':
      notes.push({
        level: 'info',
        code: 'rows-sampled',
        message: `${limit} of ${rows} rows are used, drawn at random with the seed ${seed}`,
      })
      return generator.permutation(rows).slice(0, limit).sort()
  }
}

function stratified(labels: Int32Array, limit: number, generator: Random): Uint32Array {
  const classes = new Map<number, number[]>()
  labels.forEach((label, row) => {
    const members = classes.get(label)
    if (members === undefined) classes.set(label, [row])
    else members.push(row)
  })
  const groups = [...classes].sort(([a], [b]) => a - b).map(([, members]) => members)
  const exact = groups.map((members) => (members.length * limit) / labels.length)
  const quotas = exact.map(Math.floor)
  const byRemainder = groups.map((_, k) => k).sort((a, b) => exact[b]! - quotas[b]! - (exact[a]! - quotas[a]!) || a - b)
  const missing = limit - quotas.reduce((sum, quota) => sum + quota, 0)
  for (const k of byRemainder.slice(0, missing)) quotas[k]!++
  return Uint32Array.from(
    groups.flatMap((members, k) =>
      Array.from(generator.permutation(members.length).slice(0, quotas[k]), (at) => members[at]!),
    ),
  ).sort()
}

/** A data set with some of the rows; lazy arrays stay lazy. */
export function takeExamples<D extends DataSet>(data: D, rows: Uint32Array): D {
  const {text, groups, slices, labels, targets, loss} = data
  return {
    ...data,
    rows: rows.length,
    inputs: data.inputs.map((array) => selectArray(array, rows)),
    labels: labels === null ? null : Int32Array.from(rows, (row) => labels[row]!),
    ...(targets === undefined ? {} : {targets: takeTargets(targets, rows)}),
    ...(loss === undefined ? {} : {loss: Float64Array.from(rows, (row) => loss[row]!)}),
    ...(groups === undefined ? {} : {groups: Int32Array.from(rows, (row) => groups[row]!)}),
    ...(slices === undefined ? {} : {slices: slicesAt(slices, rows)}),
    ...(text === undefined ? {} : {text: {...text, texts: Array.from(rows, (row) => text.texts[row]!)}}),
    rowNumbers: data.rowNumbers === undefined ? rows : rows.map((row) => data.rowNumbers![row]!),
    rowsInFile: data.rowsInFile ?? data.rows,
  }
}

function selectArray(array: InputArray, rows: Uint32Array): InputArray {
  const width = size(array.shape.slice(1))
  const shape = [rows.length, ...array.shape.slice(1)]
  const gather = (from: Uint32Array) => {
    const take = (row: number) =>
      array.read === undefined ? array.data.subarray(row * width, (row + 1) * width) : array.read(row, 1)
    const [head] = from
    if (head === undefined) return new Float32Array(0)
    const first = take(head)
    const out = new (first.constructor as Float32ArrayConstructor)(from.length * width)
    out.set(first)
    from.subarray(1).forEach((row, k) => out.set(take(row), (k + 1) * width))
    return out
  }
  if (array.read === undefined)
    return {
      name: array.name,
      shape,
      data: gather(rows),
      ...(array.possible === undefined ? {} : {possible: array.possible}),
    }
  return lazyArray(
    {name: array.name, shape, ...(array.possible === undefined ? {} : {possible: array.possible})},
    (first, count) => gather(rows.subarray(first, first + count)),
  )
}

/** An array whose rows are produced on demand. */
export function lazyArray(
  about: Pick<InputArray, 'name' | 'shape' | 'possible'>,
  read: (first: number, count: number) => InputArray['data'],
): InputArray {
  return {
    ...about,
    read,
    get data() {
      return read(0, about.shape[0]!)
    },
  }
}

import {createHash} from 'node:crypto'
import {InputError, option} from '../../errors.js'
import type {Dense} from '../../linalg/types.js'
import type {Random} from '../../stats/random.js'
import type {Embeddings, LayerStates} from '../types.js'
import {MAX_ANCHORS} from './limits.js'
import {splitSources} from './sources.js'

/** Minimum number of rows for a statement about a distribution. */
const MIN_ROWS = 20

/** Row numbers of the file, by role. */
export interface Sample {
  anchors: Uint32Array
  /** the anchors again without a split */
  references: Uint32Array
  duplicatesRemoved: number
  /** kept rows that equal an earlier one */
  duplicates: number
  /** rows of the anchors' sources beyond the maximum number of anchors; 0 without sources */
  leftOut: number
}

/** Largest magnitude: squares of larger values could overflow. */
const LARGEST = 1e100

/**
 * Checks the states once, on input.
 *
 * Throws   InputError  fewer than 20 rows, no layer, an array of the wrong length, a value that is not within ±1e100.
 */
export function checkEmbeddings({rows, layers, labels, groups}: Embeddings): void {
  if (rows < MIN_ROWS)
    throw new InputError(
      `${rows} rows are too few for a statement about their distribution; at least ${MIN_ROWS} are needed`,
    )
  if (layers.length === 0)
    throw new InputError('there is no layer to certify', [`name hidden layers with ${option('layers')}`])
  if (labels !== null && labels.length !== rows) throw new InputError(`${labels.length} labels for ${rows} rows`)
  if (groups !== null && groups !== undefined && groups.length !== rows)
    throw new InputError(`${groups.length} rows have a source, but there are ${rows} rows`)
  for (const {name, dim, data} of layers) {
    if (data.length !== rows * dim)
      throw new InputError(`layer ${name} holds ${data.length} values, not ${rows} rows × ${dim}`)
    const bad = data.findIndex((x) => !(Math.abs(x) <= LARGEST))
    if (bad !== -1)
      throw new InputError(
        `layer ${name}, row ${Math.floor(bad / dim)}, column ${bad % dim} is ${data[bad]!}, not a number within ±${LARGEST}`,
        ['remove the row', 'check the checkpoint for overflow'],
      )
  }
}

/**
 * Anchors and references: a seeded permutation of the rows, split at the anchors' share.
 *
 * A duplicate is a row equal to an earlier one in every layer, its loss and its label. Independent draws may be equal,
 * on both sides of the split, so duplicates are kept: without them the sample would follow another distribution. `drop`
 * is for files with accidental copies; the certificate is then about distinct rows. With sources (`groups`), whole
 * sources are permuted and split, so that no source is on both sides.
 * Empty    share null → every row, permuted, is both anchor and reference; nothing is removed.
 * Throws   InputError  too few distinct rows.
 */
export function splitSample(
  embeddings: Embeddings,
  loss: Float64Array,
  share: number | null,
  random: Random,
  duplicates: 'keep' | 'drop' = 'keep',
): Sample {
  if (share === null) {
    const all = random.permutation(embeddings.rows)
    return {anchors: all, references: all, duplicatesRemoved: 0, duplicates: 0, leftOut: 0}
  }
  const distinct = distinctRows(embeddings, loss)
  const copies = embeddings.rows - distinct.length
  const kept = duplicates === 'drop' ? distinct : Array.from({length: embeddings.rows}, (_, row) => row)
  if (kept.length < MIN_ROWS)
    throw new InputError(`only ${kept.length} of ${embeddings.rows} rows are distinct; at least ${MIN_ROWS} are needed`)
  const counts = {
    duplicatesRemoved: embeddings.rows - kept.length,
    duplicates: duplicates === 'drop' ? 0 : copies,
  }
  const {groups} = embeddings
  if (groups !== null && groups !== undefined)
    return {...splitSources(kept, (row) => groups[row]!, share, random), ...counts}
  const order = random.permutation(kept.length).map((k) => kept[k]!)
  const m = anchorCount(kept.length, share)
  return {anchors: order.slice(0, m), references: order.slice(m), ...counts, leftOut: 0}
}

/** Number of anchors among `rows` rows. */
export const anchorCount = (rows: number, share: number) =>
  Math.min(MAX_ANCHORS, Math.max(MIN_ROWS / 4, Math.min(rows - MIN_ROWS / 4, Math.round(share * rows))))

function distinctRows({rows, layers, labels, task}: Embeddings, loss: Float64Array): number[] {
  const others = Object.values(task?.losses ?? {})
  const seen = new Set<string>()
  const kept: number[] = []
  for (let i = 0; i < rows; i++) {
    const hash = createHash('sha256').update(Float64Array.of(loss[i]!, labels?.[i] ?? 0))
    for (const {values, guess} of others) hash.update(Float64Array.of(values[i]!, guess?.[i] ?? 0))
    for (const {data, dim} of layers) hash.update(data.subarray(i * dim, (i + 1) * dim))
    const key = hash.digest('base64')
    if (seen.has(key)) continue
    seen.add(key)
    kept.push(i)
  }
  return kept
}

/** Copies the chosen rows of a layer. */
export function takeRows({dim, data}: LayerStates, rows: Uint32Array): Dense<Float32Array | Float64Array> {
  const out = data instanceof Float64Array ? new Float64Array(rows.length * dim) : new Float32Array(rows.length * dim)
  rows.forEach((row, k) => out.set(data.subarray(row * dim, (row + 1) * dim), k * dim))
  return {rows: rows.length, cols: dim, data: out}
}

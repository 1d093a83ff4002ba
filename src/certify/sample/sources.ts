import {InputError, option} from '../../errors.js'
import type {Random} from '../../stats/random.js'
import {MAX_ANCHORS} from './limits.js'

/** Minimum number of sources for a statement about their distribution. */
const MIN_SOURCES = 8

/** The source of each row; rows of one source are dependent. */
export interface Sources {
  count: number
  /** [rows] 0 … count − 1 in order of first appearance */
  of: Int32Array
  /** [count] rows per source */
  sizes: Float64Array
}

/** null: every row is its own source. */
export function sourcesOf(groups: Int32Array | null | undefined): Sources | null {
  if (groups === null || groups === undefined) return null
  const numbers = new Map<number, number>()
  const of = groups.map((group) => {
    const known = numbers.get(group)
    if (known !== undefined) return known
    numbers.set(group, numbers.size)
    return numbers.size - 1
  })
  const sizes = new Float64Array(numbers.size)
  for (const source of of) sizes[source]!++
  return {count: numbers.size, of, sizes}
}

/**
 * Means over the rows of each source, which the bets use (docs/math.md, "Sources"); without sources, the values
 * themselves.
 */
export function perSource(values: Float64Array, sources: Sources | null | undefined): Float64Array {
  if (sources === null || sources === undefined) return values
  const means = new Float64Array(sources.count)
  sources.of.forEach((source, row) => (means[source]! += values[row]!))
  return means.map((sum, source) => sum / sources.sizes[source]!)
}

/**
 * Splits whole sources into anchors and references: a seeded permutation of the sources, split at the anchors' share.
 *
 * The number of anchor sources depends only on the number of sources, so the references' sources are independent of the
 * anchors. If the anchors' sources have more rows than MAX_ANCHORS, each keeps the same number of rows, evenly spaced;
 * this depends only on the source itself and the number of sources. Drawing again from the kept rows gives the same
 * result.
 *
 * Throws   InputError  fewer than 8 sources.
 */
export function splitSources(
  rows: readonly number[],
  sourceOf: (row: number) => number,
  share: number,
  random: Random,
): {anchors: Uint32Array; references: Uint32Array; leftOut: number} {
  const members = new Map<number, number[]>()
  for (const row of rows) {
    const source = sourceOf(row)
    const own = members.get(source)
    if (own === undefined) members.set(source, [row])
    else own.push(row)
  }
  const sources = [...members.values()]
  if (sources.length < MIN_SOURCES)
    throw new InputError(
      `${sources.length} sources are too few for a statement about a fresh one; at least ${MIN_SOURCES} are needed`,
      [`leave out ${option('group')} where the rows are independent`],
    )
  const count = Math.min(MAX_ANCHORS, Math.max(2, Math.min(sources.length - 2, Math.round(share * sources.length))))
  const order = random.permutation(sources.length)
  const of = (places: Uint32Array) => Array.from(places, (place) => sources[place]!)
  const most = Math.floor(MAX_ANCHORS / count)
  const chosen = of(order.subarray(0, count)).map((own) => spaced(own, most))
  const [anchors, references] = [chosen.flat(), of(order.subarray(count)).flat()]
  const shuffled = (side: readonly number[]) => random.permutation(side.length).map((k) => side[k]!)
  return {
    anchors: shuffled(anchors),
    references: shuffled(references),
    leftOut: rows.length - anchors.length - references.length,
  }
}

const spaced = (own: readonly number[], most: number): readonly number[] =>
  own.length <= most ? own : Array.from({length: most}, (_, k) => own[Math.floor((k * own.length) / most)]!)

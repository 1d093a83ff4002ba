import {pack, unpack} from '../../data/packed.js'
import {InputError} from '../../errors.js'
import type {Source} from '../../frame/kept-parts.js'
import type {ExampleCounts} from '../measure/example-counts.js'
import type {FreshSums} from '../measure/fresh-pairs.js'
import type {LayerSums} from '../measure/layer-sums.js'
import type {NearestAnchors} from '../nearest/nearest-anchors.js'
import {packNearest, type PackedNearest, unpackNearest} from '../nearest/packed.js'

/**
 * The sums of a layer as plain JSON, in evidence and partial results. Text is an array, little-endian, compressed with
 * zlib, in base64 (data/packed): `total`, `anchorTotal` and `windowed` Float64, counts Uint32.
 */
export interface PackedSums {
  /** [references] */
  total: string
  /** [anchors] */
  anchorTotal: string
  crossLabelTotal: number
  zeroDistancePairs: number
  /** [references, radii] */
  within: string
  /** [references, radii, etas] */
  exceed: string
  /** [references, G + 1, etas] */
  windowed: string
  examples?: PackedExamples
  fresh?: PackedFresh
  /** with a split */
  nearest?: PackedNearest
}

/** Uint32 [examples, G] each. */
export interface PackedExamples {
  within: string
  exceed: string
}

/** `pairs` Float64 [weight], the others as in FreshSums. */
export interface PackedFresh {
  weight: number
  kernel: number
  pairs: string
  within: number[]
  exceed: number[]
}

/** Numbers that determine the sizes of a layer's sums. */
export interface SumsSizes {
  anchors: number
  references: number
  /** G: finite radii */
  deltas: number
  /** G; G + 1 if the counts also have a column for δ = ∞ */
  radii: number
  etas: number
}

/** The sums of a layer that all bounds are computed from. */
export type BoundSums = Pick<
  LayerSums,
  'total' | 'anchorTotal' | 'crossLabelTotal' | 'zeroDistancePairs' | 'within' | 'exceed' | 'windowed'
>

/** Only what PackedSums names is packed, whatever else `sums` holds. */
export function packSums(sums: BoundSums & Pick<LayerSums, 'examples' | 'fresh' | 'nearest'>): PackedSums {
  const {examples, fresh, nearest} = sums
  return {
    total: pack(sums.total),
    anchorTotal: pack(sums.anchorTotal),
    crossLabelTotal: sums.crossLabelTotal,
    zeroDistancePairs: sums.zeroDistancePairs,
    within: packCounts(sums.within),
    exceed: packCounts(sums.exceed),
    windowed: pack(sums.windowed),
    ...(examples === null
      ? {}
      : {examples: {within: packCounts(examples.within), exceed: packCounts(examples.exceed)}}),
    ...(fresh === null
      ? {}
      : {
          fresh: {
            weight: fresh.weight,
            kernel: fresh.kernel,
            pairs: pack(fresh.pairs),
            within: Array.from(fresh.within),
            exceed: Array.from(fresh.exceed),
          },
        }),
    ...(nearest === null ? {} : {nearest: packNearest(nearest)}),
  }
}

const packCounts = (counts: Float64Array) => pack(Uint32Array.from(counts))

/**
 * The sums that `packSums` packed, bit for bit.
 *
 * Throws  InputError  an array of the wrong length, a sum that is negative or not finite, a count above its maximum;
 *         starts with the place of `source`.
 */
export function unpackSums(packed: PackedSums, sizes: SumsSizes, source: Source): BoundSums {
  const {anchors: m, references: n, deltas: G, radii, etas: E} = sizes
  const {crossLabelTotal, zeroDistancePairs} = packed
  if (!isSum(crossLabelTotal)) throw fault(source, `crossLabelTotal is ${crossLabelTotal}`)
  checkCount(zeroDistancePairs, m * n, 'zeroDistancePairs', source)
  return {
    total: readSums(packed.total, 'total', n, source),
    anchorTotal: readSums(packed.anchorTotal, 'anchorTotal', m, source),
    crossLabelTotal,
    zeroDistancePairs,
    within: readCounts(packed.within, 'within', n * radii, m, source),
    exceed: readCounts(packed.exceed, 'exceed', n * radii * E, m, source),
    windowed: readSums(packed.windowed, 'windowed', n * (G + 1) * E, source),
  }
}

/**
 * The counts of `count` examples; null for none.
 *
 * Throws  InputError  they are missing, or present but not requested; as unpackSums; more exceed η than lie within.
 */
export function unpackExamples(
  packed: PackedExamples | undefined,
  count: number,
  {references, deltas}: SumsSizes,
  source: Source,
): ExampleCounts | null {
  checkPresence(packed, count > 0, 'examples', source)
  if (packed === undefined) return null
  const read = (field: keyof PackedExamples) =>
    readCounts(packed[field], `examples.${field}`, count * deltas, references, source)
  const counts = {within: read('within'), exceed: read('exceed')}
  const bad = counts.within.findIndex((n, k) => counts.exceed[k]! > n)
  if (bad !== -1)
    throw fault(source, `examples.exceed[${bad}] is ${counts.exceed[bad]!}, but only ${counts.within[bad]!} lie within`)
  return counts
}

/**
 * The sums over pairs of fresh examples; null if not requested.
 *
 * Throws  InputError  as unpackExamples.
 */
export function unpackFresh(
  packed: PackedFresh | undefined,
  asked: boolean,
  {references, deltas: G, etas: E}: SumsSizes,
  source: Source,
): FreshSums | null {
  checkPresence(packed, asked, 'fresh', source)
  if (packed === undefined) return null
  const {weight, kernel, within, exceed} = packed
  checkCount(weight, references / 2, 'fresh.weight', source)
  if (!isSum(kernel)) throw fault(source, `fresh.kernel is ${kernel}`)
  if (within.length !== G || exceed.length !== G * E)
    throw fault(source, `fresh has ${within.length} and ${exceed.length} counts, not ${G} and ${G * E}`)
  within.forEach((n, g) => checkCount(n, weight, `fresh.within[${g}]`, source))
  exceed.forEach((n, k) => checkCount(n, within[Math.floor(k / E)]!, `fresh.exceed[${k}]`, source))
  return {
    weight,
    kernel,
    pairs: readSums(packed.pairs, 'fresh.pairs', weight, source),
    within: Float64Array.from(within),
    exceed: Float64Array.from(exceed),
  }
}

/**
 * The nearest anchor of each reference; null without a split.
 *
 * Throws  InputError  as unpackExamples; an impossible anchor or distance.
 */
export function unpackNearestOf(
  packed: PackedNearest | undefined,
  asked: boolean,
  {references, anchors}: SumsSizes,
  source: Source,
): NearestAnchors | null {
  checkPresence(packed, asked, 'nearest', source)
  if (packed === undefined) return null
  return unpackNearest(packed, {count: references, anchors}, `${source.place}: nearest`, source.next)
}

const fault = ({place, next}: Source, message: string) => new InputError(`${place}: ${message}`, next)

export const isSum = (x: number): boolean => x >= 0 && x < Infinity

function checkCount(x: number, most: number, name: string, source: Source): void {
  if (!(Number.isInteger(x) && x >= 0 && x <= most))
    throw fault(source, `${name} is ${x}; it counts at most ${Math.floor(most)}`)
}

function checkPresence(packed: object | undefined, asked: boolean, name: string, source: Source): void {
  if ((packed !== undefined) === asked) return
  throw fault(source, asked ? `${name} is missing` : `${name} is there, though its options do not ask for it`)
}

function readSums(text: string, name: string, length: number, source: Source): Float64Array {
  const values = unpack(text, 'f8', length, `${source.place}: ${name}`, source.next)
  const bad = values.findIndex((x) => !isSum(x))
  if (bad !== -1) throw fault(source, `${name}[${bad}] is ${values[bad]!}`)
  return values
}

function readCounts(text: string, name: string, length: number, most: number, source: Source): Float64Array {
  const values = unpack(text, 'u4', length, `${source.place}: ${name}`, source.next)
  const bad = values.findIndex((x) => x > most)
  if (bad !== -1) throw fault(source, `${name}[${bad}] is ${values[bad]!}; it counts at most ${most}`)
  return Float64Array.from(values)
}

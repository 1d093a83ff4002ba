import {pack, unpack, WRITE_AGAIN} from '../../data/packed.js'
import {InputError} from '../../errors.js'
import {sha256} from '../../frame/checksum.js'

/** The rows of one side of the split, with the data that the statistics need. */
export interface Points {
  /** rows of the data file */
  rows: Uint32Array
  losses: Float64Array
  labels: Int32Array | null
  /** 1: the predicted class is the label; null or absent: unknown */
  correct?: Uint8Array | null
  /** errors by the task's measure, ≥ 0, and those of the best constant answer; null or absent: no such measure */
  errors?: Float64Array | null
  guesses?: Float64Array | null
  /** source of each row; null or absent: every row is its own source */
  groups?: Int32Array | null
  /** slice of each row; null or absent: no slices, or the labels are the slices */
  slices?: Int32Array | null
}

/** Points as plain JSON; text is a packed array (data/packed): `rows` Uint32, `losses`, `errors` and `guesses` Float64, `labels`, `groups` and `slices` Int32, `correct` Uint8. */
export interface PackedPoints {
  count: number
  rows: string
  /** absent in a slim baseline */
  losses?: string
  labels: string | null
  /** in a slim baseline, instead of the labels: sha256 of their numbers, joined by commas */
  labelsDigest?: string
  /** in a slim baseline, instead of `guesses`: sha256 of their numbers, joined by commas */
  targetsDigest?: string
  /** absent if predictions are unknown */
  correct?: string
  /** for tasks other than one class per row: errors of the model and of the best constant answer */
  errors?: string
  guesses?: string
  /** absent if every row is its own source */
  groups?: string
  /** absent without slices, or if the labels are the slices */
  slices?: string
}

export const packPoints = ({rows, losses, labels, correct, errors, guesses, groups, slices}: Points): PackedPoints => ({
  count: rows.length,
  rows: pack(rows),
  losses: pack(losses),
  labels: labels === null ? null : pack(labels),
  ...(correct === null || correct === undefined ? {} : {correct: pack(correct)}),
  ...(errors === null || errors === undefined ? {} : {errors: pack(errors)}),
  ...(guesses === null || guesses === undefined ? {} : {guesses: pack(guesses)}),
  ...(groups === null || groups === undefined ? {} : {groups: pack(groups)}),
  ...(slices === null || slices === undefined ? {} : {slices: pack(slices)}),
})

/** Throws InputError if an array does not decode to `count` elements or a loss is impossible; starts with `place`. */
export function unpackPoints(
  {count, rows, losses, labels, correct, errors, guesses, groups, slices}: PackedPoints,
  place: string,
  next: readonly string[] = WRITE_AGAIN,
): Points {
  if (losses === undefined)
    throw new InputError(
      `${place}: keeps no losses, since this is a slim baseline, from which no bound can be made again`,
      ['give the whole report, which surety certify --report writes'],
    )
  const points = {
    rows: unpack(rows, 'u4', count, `${place}, rows`, next),
    losses: unpack(losses, 'f8', count, `${place}, losses`, next),
    labels: labels === null ? null : unpack(labels, 'i4', count, `${place}, labels`, next),
    correct: correct === undefined ? null : unpack(correct, 'u1', count, `${place}, correct`, next),
    ...(errors === undefined ? {} : {errors: unpack(errors, 'f8', count, `${place}, errors`, next)}),
    ...(guesses === undefined ? {} : {guesses: unpack(guesses, 'f8', count, `${place}, guesses`, next)}),
    ...(groups === undefined ? {} : {groups: unpack(groups, 'i4', count, `${place}, groups`, next)}),
    ...(slices === undefined ? {} : {slices: unpack(slices, 'i4', count, `${place}, slices`, next)}),
  }
  const bad = points.losses.findIndex((x) => !(x >= 0 && x < Infinity))
  if (bad !== -1) throw new InputError(`${place}: loss ${bad} is ${points.losses[bad]!}, not a finite number ≥ 0`, next)
  for (const errors of [points.errors, points.guesses]) {
    const at = errors?.findIndex((x) => !(x >= 0 && x < Infinity)) ?? -1
    if (at !== -1) throw new InputError(`${place}: error ${at} is ${errors![at]!}, not a finite number ≥ 0`, next)
  }
  if ((points.errors === undefined) !== (points.guesses === undefined))
    throw new InputError(`${place}: errors stand without those of a guess`, next)
  const odd = points.correct?.findIndex((x) => x > 1) ?? -1
  if (odd !== -1) throw new InputError(`${place}: prediction ${odd} is ${points.correct![odd]!}, not 0 or 1`, next)
  return points
}

/** What identifies the rows of a run, and whether the model was right on each. */
export interface SampleRows extends Pick<Points, 'rows' | 'labels' | 'correct' | 'errors' | 'groups'> {
  /** null: no labels */
  labelsDigest: string | null
  /** digest of the errors of the best constant answer, which depend only on the targets; null: no such measure */
  targetsDigest: string | null
}

/** Reads a whole report or a slim baseline. Throws InputError as unpackPoints does. */
export function unpackRows(packed: PackedPoints, place: string): SampleRows {
  const {count, rows, labels, labelsDigest = null, correct, errors, guesses, targetsDigest = null, groups} = packed
  if (packed.losses !== undefined) unpackPoints(packed, place)
  const known = labels === null ? null : unpack(labels, 'i4', count, `${place}, labels`)
  return {
    rows: unpack(rows, 'u4', count, `${place}, rows`),
    labels: known,
    labelsDigest: known === null ? labelsDigest : sha256(known.join()),
    correct: correct === undefined ? null : unpack(correct, 'u1', count, `${place}, correct`),
    errors: errors === undefined ? null : unpack(errors, 'f8', count, `${place}, errors`),
    targetsDigest:
      guesses === undefined ? targetsDigest : sha256(unpack(guesses, 'f8', count, `${place}, guesses`).join()),
    ...(groups === undefined ? {} : {groups: unpack(groups, 'i4', count, `${place}, groups`)}),
  }
}

/** Points without losses, labels, targets and slices: only what unpackRows reads. */
export function slimPoints(packed: PackedPoints): PackedPoints {
  const {count, rows, correct, errors, groups} = packed
  const {labelsDigest, targetsDigest} = unpackRows(packed, 'evidence')
  return {
    count,
    rows,
    labels: null,
    ...(labelsDigest === null ? {} : {labelsDigest}),
    ...(correct === undefined ? {} : {correct}),
    ...(errors === undefined ? {} : {errors}),
    ...(targetsDigest === null ? {} : {targetsDigest}),
    ...(groups === undefined ? {} : {groups}),
  }
}

import {InputError} from '../errors.js'
import type {HeldPiece, Piece, Pieces} from '../frame/pieces.js'
import {rowRange} from '../linalg/csr.js'
import {dense, type Dense} from '../linalg/types.js'
import type {LandmarkSums} from './landmark-sums.js'
import type {LandmarkKernel} from './landmarks.js'
import type {DrawnLandmarks, Solution} from './solvers/landmark.js'
import type {Tangents} from './tangents.js'

/** Sizes of a problem that every piece of it has. */
export interface PieceSizes {
  /** rows of the node set */
  readonly rows: number
  readonly landmarks: number
  /** columns of the features */
  readonly width: number
  readonly classes: number
  readonly ridge: number
}

/** Some rows of the node set as the kernel sees them: [m, width], [m] lengths, [m, classes]. */
export interface PieceRows {
  readonly unit: Dense
  readonly norms: Float64Array
  readonly y: Dense
}

/** Landmarks as they are handed on, with the sizes of the problem. */
export interface HandedLandmarks extends DrawnLandmarks {
  readonly sizes: PieceSizes
}

/** Throws InputError: a piece of an earlier stage is not there. */
export async function need(pieces: Pieces, name: string, stage: string): Promise<HeldPiece> {
  const held = await pieces.read(name)
  if (held !== null) return held
  throw new InputError(`there is no piece ${name} of this run`, [
    `run the stage ${stage} first: each of its shards to its end`,
  ])
}

export const packLandmarks = ({kernel, error, zeroRows, sizes}: HandedLandmarks): Piece => {
  const {places, points, whiten} = kernel
  const p = places.length
  return {
    facts: {error, zeroRows, sizes},
    arrays: {
      places: {shape: [p], data: places},
      points: {shape: [p, sizes.width], data: (points as Dense).data},
      whiten: {shape: [p, p], data: whiten.data},
    },
  }
}

export function unpackLandmarks({place, facts, array}: HeldPiece): HandedLandmarks {
  const sizes = facts['sizes'] as PieceSizes
  const {landmarks: p, width} = sizes
  const kernel: LandmarkKernel = {
    places: array('places', 'u4', [p]),
    points: {rows: p, cols: width, data: finite(array('points', 'f8', [p, width]), place)},
    whiten: {rows: p, cols: p, data: finite(array('whiten', 'f8', [p, p]), place)},
  }
  return {kernel, sizes, error: facts['error'] as number, zeroRows: facts['zeroRows'] as number}
}

/** The rows from … to − 1 of dense rows. */
export function packRows({unit, norms, y}: PieceRows, from: number, to: number): Piece {
  const [some, targets] = [rowRange(unit, from, to) as Dense, rowRange(y, from, to) as Dense]
  return {
    facts: {},
    arrays: {
      unit: {shape: [to - from, unit.cols], data: some.data},
      norms: {shape: [to - from], data: norms.subarray(from, to)},
      y: {shape: [to - from, y.cols], data: targets.data},
    },
  }
}

export function unpackRows({place, array}: HeldPiece, m: number, {width, classes}: PieceSizes): PieceRows {
  const read = (name: string, cols: number): Dense => ({
    rows: m,
    cols,
    data: finite(array(name, 'f8', [m, cols]), place),
  })
  return {unit: read('unit', width), norms: finite(array('norms', 'f8', [m]), place), y: read('y', classes)}
}

/** Of the symmetric sum only its lower triangle. */
export function packSums({outer, cross, own}: LandmarkSums): Piece {
  const p = outer.rows
  const lower = new Float64Array((p * (p + 1)) / 2)
  for (let i = 0, at = 0; i < p; at += ++i) lower.set(outer.data.subarray(i * p, i * p + i + 1), at)
  return {
    facts: {},
    arrays: {
      outer: {shape: [lower.length], data: lower},
      cross: {shape: [p, cross.cols], data: cross.data},
      own: {shape: [1], data: Float64Array.of(own)},
    },
  }
}

export function unpackSums({place, array}: HeldPiece, {landmarks: p, classes}: PieceSizes): LandmarkSums {
  const lower = finite(array('outer', 'f8', [(p * (p + 1)) / 2]), place)
  const outer = dense(p, p)
  for (let i = 0, at = 0; i < p; i++)
    for (let j = 0; j <= i; j++, at++) outer.data[i * p + j] = outer.data[j * p + i] = lower[at]!
  return {
    outer,
    cross: {rows: p, cols: classes, data: finite(array('cross', 'f8', [p, classes]), place)},
    own: finite(array('own', 'f8', [1]), place)[0]!,
  }
}

export const packSolution = ({gamma, gkc, condition, ridge}: Solution): Piece => ({
  facts: {},
  arrays: {
    gamma: {shape: [gamma.rows, gamma.cols], data: gamma.data},
    numbers: {shape: [3], data: Float64Array.of(gkc, condition, ridge)},
  },
})

export function unpackSolution({place, array}: HeldPiece, {landmarks: p, classes}: PieceSizes): Solution {
  const [gkc, condition, ridge] = finite(array('numbers', 'f8', [3]), place)
  return {
    gamma: {rows: p, cols: classes, data: finite(array('gamma', 'f8', [p, classes]), place)},
    gkc: gkc!,
    condition: condition!,
    ridge: ridge!,
  }
}

export const packTangents = ({rows, norms}: Tangents): Piece => ({
  facts: {},
  arrays: {
    rows: {shape: [rows.rows, rows.cols], data: rows.data},
    norms: {shape: [norms.length], data: norms},
  },
})

export const unpackTangents = ({place, array}: HeldPiece, m: number, {width}: PieceSizes): Tangents => ({
  rows: {rows: m, cols: width, data: finite(array('rows', 'f8', [m, width]), place)},
  norms: finite(array('norms', 'f8', [m]), place),
})

function finite(values: Float64Array, place: string): Float64Array {
  const bad = values.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0)
    throw new InputError(`${place}: holds ${values[bad]!}, every number must be finite`, [
      'delete this file: its stage makes it again',
    ])
  return values
}

import type {Pieces} from '../frame/pieces.js'
import {type HandedLandmarks, need, type PieceRows, unpackLandmarks, unpackRows} from './landmark-pieces.js'
import {groupRows, sumGroups} from './landmark-sums.js'
import type {Stage} from './stage-names.js'

/** Sums of the graph as it came, and of the cleaned one: the same work on pieces of other names. */
export interface SumNames {
  /** piece of the landmarks, pieces of rows and of sums, and the stages that make those */
  readonly landmarks: string
  readonly rows: string
  readonly sums: string
  readonly madeBy: Stage
  readonly summedBy: Stage
}
export const BEFORE: SumNames = {landmarks: 'draw', rows: 'rows', sums: 'sums', madeBy: 'draw', summedBy: 'sums'}
export const AFTER: SumNames = {
  landmarks: 'moved',
  rows: 'moved-rows',
  sums: 'after',
  madeBy: 'cut',
  summedBy: 'after',
}

export const TANGENTS = 'tangents'

export const pieceOfGroup = (name: string, group: number): string => `${name}-${group}`

/** Every group of rows of the node set. */
export const allGroups = ({sizes: {rows}}: HandedLandmarks): number[] =>
  Array.from({length: sumGroups(rows)}, (_, group) => group)

export const readLandmarks = async (pieces: Pieces, {landmarks, madeBy}: SumNames): Promise<HandedLandmarks> =>
  unpackLandmarks(await need(pieces, landmarks, madeBy))

export async function readRows(
  pieces: Pieces,
  {rows, madeBy}: SumNames,
  {sizes}: HandedLandmarks,
  group: number,
): Promise<PieceRows> {
  const [from, to] = groupRows(sizes.rows, group)
  return unpackRows(await need(pieces, pieceOfGroup(rows, group), madeBy), to - from, sizes)
}

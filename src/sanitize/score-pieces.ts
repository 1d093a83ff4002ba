import type {HeldPiece, PieceArray, Pieces, PieceTypes} from '../frame/pieces.js'
import {need} from './landmark-pieces.js'
import type {EdgeScores} from './types.js'

type Kept = Exclude<keyof EdgeScores, 'edges' | 'evidence' | 'parts'>

const ARRAYS = {
  score: 'f8',
  rank: 'u4',
  scored: 'u1',
  pruned: 'u1',
  probability: 'f8',
  weight: 'f8',
  labelledEnds: 'u1',
  pseudoDisagree: 'u1',
  pseudoLabels: 'i4',
  degrees: 'u4',
} as const satisfies Record<Kept, keyof PieceTypes>

const PARTS = ['kc', 'labelFree', 'similarity', 'disagreement', 'context', 'overlap', 'fit'] as const

const nameOf = (array: string) => `cut-${array.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** The pieces that are always there. */
export const scorePieces: readonly string[] = [
  ...Object.keys(ARRAYS),
  ...PARTS.filter((part) => part !== 'labelFree'),
].map(nameOf)

/** Keeps what is known of every edge, a piece for each array: together they could be more than one file may hold. */
export async function writeScores(pieces: Pieces, scores: EdgeScores): Promise<void> {
  const write = (name: string, data: PieceArray) =>
    pieces.write(nameOf(name), {facts: {}, arrays: {values: {shape: [data.length], data}}})
  for (const name of Object.keys(ARRAYS) as Kept[]) await write(name, scores[name])
  for (const part of PARTS) {
    const values = scores.parts[part]
    if (values !== null) await write(part, values)
  }
}

/** The scores of the edges [2 m] of a graph, bit for bit. Throws InputError: an array is missing, or has another length. */
export async function readScores(
  pieces: Pieces,
  edges: Uint32Array,
  nodes: number,
  evidence: EdgeScores['evidence'],
): Promise<EdgeScores> {
  const m = edges.length / 2
  const held = (name: string): Promise<HeldPiece> => need(pieces, nameOf(name), 'cut')
  const read = async <K extends Kept>(name: K) =>
    (await held(name)).array('values', ARRAYS[name], [name === 'pseudoLabels' || name === 'degrees' ? nodes : m])
  const part = async (name: (typeof PARTS)[number]) => (await held(name)).array('values', 'f8', [m])
  return {
    evidence,
    edges,
    score: await read('score'),
    rank: await read('rank'),
    scored: await read('scored'),
    pruned: await read('pruned'),
    probability: await read('probability'),
    weight: await read('weight'),
    parts: {
      kc: await part('kc'),
      labelFree: pieces.has(nameOf('labelFree')) ? await part('labelFree') : null,
      similarity: await part('similarity'),
      disagreement: await part('disagreement'),
      context: await part('context'),
      overlap: await part('overlap'),
      fit: await part('fit'),
    },
    labelledEnds: await read('labelledEnds'),
    pseudoDisagree: await read('pseudoDisagree'),
    pseudoLabels: await read('pseudoLabels'),
    degrees: await read('degrees'),
  }
}

import type {Bet} from '../stats/betting.js'

/** Stakes of one class's bound. */
export interface ClassBets {
  label: number
  bets: Bet[]
}

/** Stakes of one slice's bounds: a mixture for each δ. */
export interface SliceBets {
  /** its number */
  slice: number
  cells: Bet[][]
}

/** The stakes of a layer, chosen from its anchors before a reference was seen. */
export interface LayerBets {
  /** the bound of ε that holds without data; null where none exists (τ = 0) */
  epsilonMax: number | null
  epsilon: Bet[]
  /** [G · E], δ-major */
  cells: CellBets[]
  /** [G] the largest share of anchors that any point has within δ (Lemma 1); absent in evidence of earlier versions */
  most?: number[]
  /** of the classes that get a row, ascending; absent where none does */
  classes?: ClassBets[]
  /** of the slices that something is stated of, ascending; absent where nothing is sliced */
  slices?: SliceBets[]
}

export type Family = 'global' | 'windowed' | 'direct'
export const FAMILIES: readonly Family[] = ['global', 'windowed', 'direct']

/** The stakes of a cell; `lower` is absent in evidence of versions that gave no lower bounds. */
export type CellBets = Record<Family, Bet[]> & {lower?: Bet[]}

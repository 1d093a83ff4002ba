import type {Bet} from '../stats/betting.js'

/** Stakes of one class's bound. */
export interface ClassBets {
  label: number
  bets: Bet[]
}

/** Stakes of one slice's bounds: one mixture per δ. */
export interface SliceBets {
  /** the slice's number */
  slice: number
  cells: Bet[][]
}

/** The stakes of a layer, chosen from its anchors before a reference was seen. */
export interface LayerBets {
  /** the data-independent bound of ε; null if none exists (τ = 0) */
  epsilonMax: number | null
  epsilon: Bet[]
  /** [G · E], δ-major */
  cells: CellBets[]
  /**
   * [G] the largest share of anchors that can lie within δ of any point (Lemma 1); absent in evidence of earlier
   * versions
   */
  most?: number[]
  /** for the reported classes, ascending; absent if there are none */
  classes?: ClassBets[]
  /** for the reported slices, ascending; absent without slices */
  slices?: SliceBets[]
}

export type Family = 'global' | 'windowed' | 'direct'
export const FAMILIES: readonly Family[] = ['global', 'windowed', 'direct']

/** The stakes of a cell; `lower` is absent in evidence of versions without lower bounds. */
export type CellBets = Record<Family, Bet[]> & {lower?: Bet[]}

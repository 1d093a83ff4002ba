import type {Cell} from '../layer-types.js'
import {bestBound} from './cells.js'

/**
 * Cells with what closeness buys: the upper bound at δ over the lower bound of P[ΔL ≥ η] for any two inputs, whatever
 * their distance. Below 1, pairs within δ are shown to differ less often than any two; from 1 on nothing of the kind is
 * shown. null: the cell is not certified, or no loss change is shown to occur at all.
 *
 * `arbitrary`  that lower bound for each η.
 * Cost         cells.
 * Source       docs/math.md, "Lift".   Deviation: —
 */
export const withLift = (cells: readonly Cell[], arbitrary: (eta: number) => number): Cell[] => {
  const known = new Map<number, number>()
  return cells.map((cell) => {
    const lower = known.get(cell.eta) ?? arbitrary(cell.eta)
    known.set(cell.eta, lower)
    return {...cell, lift: cell.status === 'certified' && lower > 0 ? bestBound(cell) / lower : null}
  })
}

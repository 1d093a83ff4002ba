import type {Cell} from '../layer-types.js'
import {bestBound} from './cells.js'

/**
 * Adds the lift to cells: the upper bound at δ divided by the lower bound of P[ΔL ≥ η] for arbitrary pairs. Below 1,
 * pairs within δ are shown to differ less often than arbitrary ones; from 1 on, this is not shown. null: the cell is
 * not certified, or no loss change is shown to occur.
 *
 * `arbitrary`  the lower bound for each η.
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

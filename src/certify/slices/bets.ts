import type {SliceBets} from '../bets.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {rowStatistics} from '../statements/bounds.js'
import {directRange} from '../statements/ranges.js'
import {pilotBets} from '../../stats/betting.js'
import type {ChosenSlices} from './choose.js'

/** A slice with fewer anchors uses all anchors as its pilot. */
const MIN_PILOT = 20

/**
 * Stakes of the direct bound of every slice at each δ, at the η with index `e`, from the anchors of that slice among all
 * anchors.
 *
 * Shapes   slices [m] of the anchors → a mixture per chosen slice and δ.
 * Cost     as pilotBets, G times per anchor.
 */
export function chooseSliceBets(
  pilot: LayerStatistics,
  slices: Int32Array,
  {stated, references}: ChosenSlices,
  {radii, e, alpha}: {radii: Float64Array; e: number; alpha: number},
): SliceBets[] {
  const all = Array.from(pilot.deltas, (_, g) => rowStatistics(pilot, 'direct', g, e, pilot.anchors - 1))
  return stated.map((slice, k) => {
    const own = slices.reduce((count, each) => count + (each === slice ? 1 : 0), 0)
    const keep = own < MIN_PILOT ? () => true : (_: number, i: number) => slices[i] === slice
    return {
      slice,
      cells: all.map(({a, b}, g) =>
        pilotBets(
          {a: a.filter(keep), b: b.filter(keep)},
          references[k]!,
          directRange(radii, pilot.deltas[g]!),
          alpha,
          1,
        ),
      ),
    }
  })
}

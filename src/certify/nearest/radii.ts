import {quantile} from '../../stats/quantile.js'

/** Shares of anchors with another anchor within the curve's radii. */
const COVERED = [0.25, 0.5, 0.75, 0.9, 0.99]

/**
 * The radii of the nearest-anchor curve: the cells' δ, so that both kinds of statement can be compared, and the
 * distances within which 25 % … 99 % of the anchors have another anchor, to three significant digits.
 *
 * Shapes   nearestOther [m] ascending, raw units; deltas [G] scaled units → ascending, distinct, above 0, scaled units.
 * Empty    fewer than two anchors → the radii of the cells.
 */
export function nearestRadii(nearestOther: Float64Array, deltas: Float64Array, scale: number): number[] {
  const own = nearestOther.length === 0 ? [] : COVERED.map((q) => quantile(nearestOther, q) / scale)
  const rounded = own.map((delta) => Number(delta.toPrecision(3))).filter((delta) => delta > 0 && delta < Infinity)
  return [...new Set([...deltas, ...rounded])].sort((a, b) => a - b)
}

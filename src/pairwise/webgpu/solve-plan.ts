import type {SolveTask} from '../engine.js'
import {TILE} from './landmark-device.js'
import {narrowTile} from './narrow-product.js'
import {type PanelPlan, planPanels, roundUp} from './panels.js'
import {TALL, tileCols, WIDE} from './tile-shader.js'

/** Landmarks of the preconditioner: whole tiles of both narrow products. */
const GRAIN = 256
const MOST_LANDMARKS = 4096
/** Of Φ, which stays on the device: half the memory of a small card. */
const MOST_FEATURE_BYTES = 2 ** 31
const MOST_COLUMNS = 256

export interface SolvePlan {
  readonly plan: PanelPlan
  /** the most landmarks, in whole tiles */
  readonly wide: number
  /** columns that are solved together, in whole tiles, for a right side of so many */
  width(columns: number): number
}

/**
 * How a solve lies on the device; null: it does not fit, not even with the fewest landmarks or columns.
 *
 * Landmarks are as many as buffers hold (p² numbers, and p for each row of the smallest panel), as Φ fits in 2 GiB, and
 * 4,096 at most.
 */
export function planSolve({rows}: Pick<SolveTask, 'rows'>, bufferLimit: number): SolvePlan | null {
  const words = Math.floor(bufferLimit / 4)
  const depth = roundUp(rows.cols, TILE)
  const wide = Math.min(
    MOST_LANDMARKS,
    roundUp(Math.max(1, rows.rows), GRAIN),
    ...[Math.sqrt(words), words / Math.max(GRAIN, depth), MOST_FEATURE_BYTES / (4 * Math.max(1, rows.rows))].map(
      (most) => GRAIN * Math.floor(most / GRAIN),
    ),
  )
  if (wide === 0 || GRAIN * depth > words) return null
  const plan = planPanels(rows.rows, Math.max(wide, depth), bufferLimit)
  const room = Math.min(MOST_COLUMNS, Math.floor(words / Math.max(plan.count * plan.height, wide)))
  const most = [WIDE, TALL].map(tileCols).find((cols) => cols <= room) ?? 0
  const width = (of: number) => {
    const tile = tileCols(narrowTile(of))
    return tile <= most ? Math.min(roundUp(Math.max(1, of), tile), room - (room % tile)) : most
  }
  return most === 0 ? null : {plan, wide, width}
}

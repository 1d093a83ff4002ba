import {cellBounds, type CellBounds, type LayerBets, type LayerStatistics} from './bounds.js'
import {type FreshSums, freshCell} from './fresh-pairs.js'
import type {Cell, CellStatus} from './types.js'

/** With fewer pairs than this inside δ a cell abstains. */
export const MIN_PAIRS = 30

/** The place of the δ and of the η at which a class or an example gets its row: one statement of each, not a grid, so that α goes further. */
export const middle = (length: number): number => Math.floor(length / 2)

/** All cells of a layer, δ-major; `scale` turns δ into raw units; `fresh` adds a bound of two fresh examples. */
export function layerCells(layer: string, s: LayerStatistics, bets: LayerBets, scale: number, alpha: number, fresh: FreshSums | null = null): Cell[] {
  const cells: Cell[] = []
  const G = s.deltas.length
  const E = s.etas.length
  for (let g = 0; g < G; g++) {
    for (let e = 0; e < E; e++) {
      let pairs = 0
      let exceeding = 0
      for (let j = 0; j < s.references; j++) {
        pairs += s.within[j * G + g]!
        exceeding += s.exceed[(j * G + g) * E + e]!
      }
      const bounds = cellBounds(s, bets, g, e, alpha)
      const status = cellStatus(pairs, bounds)
      cells.push({
        layer, delta: s.deltas[g]!, deltaRaw: s.deltas[g]! * scale, eta: s.etas[e]!, pairs,
        fraction: pairs / (s.anchors * s.references), observed: pairs === 0 ? null : exceeding / pairs,
        ...(status === 'invalid' ? {global: 1, windowed: 1, direct: 1} : {global: bounds.global, windowed: bounds.windowed, direct: bounds.direct}),
        ...(fresh === null ? {} : freshCell(fresh, g, e, E, alpha)),
        status,
      })
    }
  }
  return cells
}

/** invalid before abstain before the figures: what is not a number is never a pass. */
export function cellStatus(pairs: number, {global, windowed, direct}: CellBounds): CellStatus {
  const smallest = Math.min(global, windowed, direct)
  if (!(smallest >= 0 && Math.max(global, windowed, direct) <= 1)) return 'invalid'
  if (pairs < MIN_PAIRS) return 'abstain'
  return smallest < 1 ? 'certified' : 'vacuous'
}

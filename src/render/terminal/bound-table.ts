import type {CellStatus} from '../../certify/family-types.js'
import type {CellGrid, Placed} from '../certify-view.js'
import {radius} from '../format.js'
import type {TerminalTable} from './table.js'

export const SIGN: Record<CellStatus, string> = {certified: '✓', vacuous: '–', abstain: '?', invalid: '!'}

/** As many radii as fit, smallest first. Layers with radii of their own get a line for them. */
export function boundTable<C extends Placed>(
  {columns, sharedRadii, rows}: CellGrid<C>,
  width: number,
  bound: (cell: C) => string,
): TerminalTable {
  const shown = columns.slice(0, Math.max(1, Math.floor((width - 20) / 9)))
  const line = (name: string, cells: readonly C[], text: (cell: C) => string) => [
    name,
    ...shown.map((_, g) => (cells[g] === undefined ? '' : text(cells[g]))),
  ]
  return {
    head: [sharedRadii ? 'layer' : 'closest pairs', ...shown],
    align: ['left', ...shown.map(() => 'right' as const)],
    rows: rows.flatMap(({layer, cells}) => {
      const bounds = line(layer, cells, bound)
      return sharedRadii ? [bounds] : [bounds, line('  within δ', cells, (cell) => radius(cell.delta))]
    }),
  }
}

import type {Cell, CellStatus, CertifyMetrics} from '../certify/types.js'

/** The tightest of the three bounds of a cell. */
export function bestBound(cell: Cell): number {
  return Math.min(cell.global, cell.windowed, cell.direct)
}

/** The cells of one η: a row a layer, in the order of `layers`; a column a radius, ascending. */
export interface CellGrid {
  eta: number
  deltas: number[]
  rows: {layer: string; cells: (Cell | null)[]}[]
}

/** One grid for each η, ascending. Empty without cells. */
export function cellGrids(metrics: CertifyMetrics): CellGrid[] {
  const deltas = ascending(metrics.cells.map((c) => c.delta))
  return ascending(metrics.cells.map((c) => c.eta)).map((eta) => ({
    eta,
    deltas,
    rows: metrics.layers.map(({name}) => {
      const own = new Map(metrics.cells.filter((c) => c.eta === eta && c.layer === name).map((c) => [c.delta, c]))
      return {layer: name, cells: deltas.map((delta) => own.get(delta) ?? null)}
    }),
  }))
}

/** The grid shown first: the middle η. */
export function headlineGrid(grids: readonly CellGrid[]): CellGrid | null {
  return grids[Math.floor((grids.length - 1) / 2)] ?? null
}

/** The certified cell with the smallest bound; the first in report order among equals. */
export function tightest(cells: readonly Cell[]): Cell | null {
  return cells
    .filter((c) => c.status === 'certified')
    .reduce<Cell | null>((best, c) => (best === null || bestBound(c) < bestBound(best) ? c : best), null)
}

export function statusCounts(cells: readonly Cell[]): Record<CellStatus, number> {
  const counts = {certified: 0, vacuous: 0, abstain: 0, invalid: 0}
  for (const cell of cells) counts[cell.status]++
  return counts
}

export const STATUS_MEANING: Record<CellStatus, string> = {
  certified: 'a bound below 100 % holds',
  vacuous: 'the bound says nothing (100 %)',
  abstain: 'too few pairs within the radius to say anything',
  invalid: 'the assumptions of a bound are not met',
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b)
}

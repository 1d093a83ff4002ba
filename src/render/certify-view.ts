import type {Cell} from '../certify/layer-types.js'
import type {PerturbationMetrics} from '../certify/perturbation-types.js'
import type {CellStatus} from '../certify/family-types.js'
import {percentUp, radius, setting} from './format.js'

export {bestBound, tightest} from '../certify/statements/cells.js'

/** What a statement of any kind has in common: where it is made. */
export type Placed = Pick<Cell, 'layer' | 'delta' | 'eta' | 'fraction'>

/** The cells of one η: a row a layer, in the order of `layers`; its cells by radius, ascending. */
export interface CellGrid<C extends Placed = Cell> {
  eta: number
  /** what the g-th radius is called: δ itself where all layers share it, else about which share of all pairs it holds */
  columns: string[]
  /** false: each layer has radii of its own, so each cell must name its own δ */
  sharedRadii: boolean
  rows: {layer: string; cells: C[]}[]
}

/** One grid for each η, ascending. Empty without cells. */
export function cellGrids<C extends Placed = Cell>(metrics: {
  layers: readonly {name: string}[]
  cells: readonly C[]
}): CellGrid<C>[] {
  const sharedRadii = metrics.layers.every(({name}) =>
    same(radii(metrics.cells, name), radii(metrics.cells, metrics.layers[0]!.name)),
  )
  return ascending(metrics.cells.map((c) => c.eta)).map((eta) => {
    const rows = metrics.layers.map(({name}) => ({
      layer: name,
      cells: metrics.cells.filter((c) => c.eta === eta && c.layer === name).sort((a, b) => a.delta - b.delta),
    }))
    const columns = Array.from({length: Math.max(...rows.map(({cells}) => cells.length))}, (_, g) => {
      const column = rows.flatMap(({cells}) => cells[g] ?? [])
      return sharedRadii ? `δ ${radius(column[0]!.delta)}` : `≈ ${percentUp(median(column.map((c) => c.fraction)))}`
    })
    return {eta, columns, sharedRadii, rows}
  })
}

/** The grid shown first: the middle η. */
export function headlineGrid<C extends Placed>(grids: readonly CellGrid<C>[]): CellGrid<C> | null {
  return grids[Math.floor(grids.length / 2)] ?? null
}

export function statusCounts(cells: readonly Pick<Cell, 'status'>[]): Record<CellStatus, number> {
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

export const perturbationName = ({name, strength}: Pick<PerturbationMetrics, 'name' | 'strength'>): string =>
  strength === null ? name : `${name} ${setting(strength)}`

function radii(cells: readonly Placed[], layer: string): number[] {
  return ascending(cells.filter((c) => c.layer === layer).map((c) => c.delta))
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i])
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b)
}

import {cellBounds, type CellBounds, cellStatistics, lowerBound} from './bounds.js'
import {forecastBounds} from './forecast.js'
import type {LayerBets} from '../bets.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {type FreshSums, freshCell} from '../measure/fresh-pairs.js'
import type {Cell, LayerMetrics} from '../layer-types.js'
import type {CellStatus} from '../family-types.js'

/** With fewer pairs within δ, a cell abstains. */
export const MIN_PAIRS = 30

/** The tightest of the three bounds of a cell. */
export const bestBound = ({global, windowed, direct}: CellBounds): number => Math.min(global, windowed, direct)

/**
 * The certified cell with the smallest bound, ties to the first in the report; from a layer that distinguishes
 * examples, if there is one.
 */
export function tightest({
  cells,
  layers,
}: {
  cells: readonly Cell[]
  layers: readonly Pick<LayerMetrics, 'name' | 'collapsed'>[]
}): Cell | null {
  const certified = cells.filter((cell) => cell.status === 'certified')
  const collapsed = new Set(layers.filter((layer) => layer.collapsed === true).map(({name}) => name))
  const apart = certified.filter((cell) => !collapsed.has(cell.layer))
  return (apart.length > 0 ? apart : certified).reduce<Cell | null>(
    (best, cell) => (best === null || bestBound(cell) < bestBound(best) ? cell : best),
    null,
  )
}

/** All cells of a layer, δ-major; `scale` converts δ to raw units; `fresh` adds a bound for two fresh examples. */
export function layerCells(
  layer: string,
  s: LayerStatistics,
  bets: LayerBets,
  scale: number,
  alpha: number,
  fresh: FreshSums | null = null,
): Cell[] {
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
      const lower = lowerBound(s, bets, g, e, alpha)
      cells.push({
        layer,
        delta: s.deltas[g]!,
        deltaRaw: s.deltas[g]! * scale,
        eta: s.etas[e]!,
        pairs,
        ...((s.sources ?? null) === null
          ? {fraction: pairs / (s.anchors * s.references), observed: pairs === 0 ? null : exceeding / pairs}
          : sharesOfSources(s, g, e)),
        ...(status === 'invalid'
          ? {global: 1, windowed: 1, direct: 1}
          : {global: bounds.global, windowed: bounds.windowed, direct: bounds.direct}),
        ...(lower === null ? {} : {lower: status === 'invalid' ? 0 : lower}),
        ...(fresh === null ? {} : freshCell(fresh, g, e, E, alpha)),
        ...forecastOf(s, bets, {g, e, alpha, now: bestBound(bounds), pairs}),
        status,
      })
    }
  }
  return cells
}

/** Forecast for more rows; none if no pair is within δ, or the largest share of anchors is unknown. */
function forecastOf(
  s: LayerStatistics,
  {most}: LayerBets,
  {g, e, alpha, now, pairs}: {g: number; e: number; alpha: number; now: number; pairs: number},
): {forecast?: number[]} {
  const share = most?.[g] ?? 0
  if (pairs === 0 || !(share > 0 && now <= 1)) return {}
  return {forecast: forecastBounds({...cellStatistics(s, 'direct', g, e, s.anchors), most: share, alpha}, now)}
}

/** The observed shares, with each source counted once. */
function sharesOfSources(s: LayerStatistics, g: number, e: number): {fraction: number; observed: number | null} {
  const {a, b} = cellStatistics(s, 'direct', g, e, s.anchors)
  const [exceeding, within] = [a, b].map((values) => values.reduce((sum, x) => sum + x, 0)) as [number, number]
  return {fraction: within / b.length, observed: within === 0 ? null : Math.min(1, exceeding / within)}
}

/** Checks invalid first, then abstain, then the figures: NaN never passes. */
export function cellStatus(pairs: number, bounds: CellBounds): CellStatus {
  const smallest = bestBound(bounds)
  if (!(smallest >= 0 && Math.max(bounds.global, bounds.windowed, bounds.direct) <= 1)) return 'invalid'
  if (pairs < MIN_PAIRS) return 'abstain'
  return smallest < 1 ? 'certified' : 'vacuous'
}

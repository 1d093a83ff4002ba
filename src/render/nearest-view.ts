import type {CertifyMetrics, NearestPoint} from '../certify/types.js'
import {lossChange, percent, percentUp, radius} from './format.js'

/** Shares of the inputs that a statement is shown to cover at least. */
const LEVELS = [0.5, 0.75, 0.9]

/** For each layer and each share of the inputs the smallest bound that is shown to cover it; null: none is. */
export interface NearestTable {
  eta: number
  title: string
  columns: string[]
  rows: {layer: string; points: (NearestPoint | null)[]}[]
}

/** At the headline's η; null without curves. */
export function nearestTable({layers, headline}: Pick<CertifyMetrics, 'layers' | 'headline'>): NearestTable | null {
  if (headline === undefined || layers.every(({nearest = []}) => nearest.length === 0)) return null
  const {eta} = headline
  return {
    eta,
    title: `Of the inputs within δ of an anchor, at most this share differs from the nearest one in loss by ${lossChange(eta)} or more`,
    columns: LEVELS.map((level) => `≥ ${percent(level)} covered`),
    rows: layers.map(({name, nearest = []}) => ({
      layer: name,
      points: LEVELS.map((level) =>
        nearest
          .filter((point) => point.eta === eta && point.status === 'certified' && point.coveredLower >= level)
          .reduce<NearestPoint | null>(
            (best, point) => (best === null || point.bound < best.bound ? point : best),
            null,
          ),
      ),
    })),
  }
}

export const nearestText = (point: NearestPoint | null): string =>
  point === null ? '–' : `${percentUp(point.bound)} (δ ${radius(point.delta)})`

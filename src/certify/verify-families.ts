import {unpack} from '../data/packed.js'
import type {LayerBets, LayerStatistics} from './bounds.js'
import {decodeExamples, decodeFresh, type Evidence} from './evidence.js'
import {families} from './families.js'
import {freshEpsilon} from './fresh-pairs.js'
import type {AlphaSplit, CertifyMetrics} from './types.js'

/** One layer of the evidence, decoded. */
export interface DecodedLayer {
  statistics: LayerStatistics
  bets: LayerBets
}

/**
 * Recomputes what a report states beside its cells: rows of classes, radii of examples, bounds of ε of two fresh examples.
 *
 * `differ(what, stated, recomputed)` is told every pair of figures.
 * Throws   InputError  evidence that does not decode.
 */
export function checkFamilies(metrics: CertifyMetrics, evidence: Evidence, alpha: AlphaSplit, layers: readonly DecodedLayer[], differ: (what: string, stated: unknown, recomputed: unknown) => void): void {
  const {labels, bounds = [], examples = 0, lossMax} = evidence
  const stated = metrics.examples?.rows ?? []
  const known = families(
    layers.map((layer, k) => ({name: evidence.layers[k]!.name, ...layer, examples: examples === 0 ? null : decodeExamples(evidence, evidence.layers[k]!)})),
    {
      alpha,
      labels: labels === undefined ? null : unpack(labels, 'i4', evidence.references, 'evidence: labels'),
      // Which rows they are is not in the evidence: taken from the report.
      examples: {rows: Uint32Array.from(stated, ({row}) => row), losses: Float64Array.from(stated, ({loss}) => loss), labels: null},
      eta: metrics.examples?.eta ?? 0,
      risk: metrics.examples?.risk ?? 0.5,
    },
  )
  everyFigure('classes', metrics.classes, known.classes, differ)
  const figures = ({rows, ...rest}: NonNullable<CertifyMetrics['examples']>) => ({...rest, rows: rows.map(({radii, bounds: curves}) => ({radii, bounds: curves}))})
  everyFigure('examples', metrics.examples && figures(metrics.examples), known.examples && figures(known.examples), differ)
  layers.forEach(({statistics}, k) => {
    const layer = metrics.layers[k]
    const fresh = bounds.length === 0 ? [] : freshEpsilon(decodeFresh(evidence, evidence.layers[k]!), bounds, (lossMax ?? NaN) / statistics.floor, alpha.epsilon!)
    for (const {method, upper} of fresh) {
      const raw = upper === null ? null : upper / layer!.scale
      const of = (unit: 'raw' | 'scaleFree') => layer!.epsilon[unit].fresh?.find((bound) => bound.method === method)?.upper ?? null
      differ(`layer ${layer!.name}, epsilon.raw of two fresh examples, ${method}`, of('raw'), raw)
      differ(`layer ${layer!.name}, epsilon.scaleFree of two fresh examples, ${method}`, of('scaleFree'), raw === null ? null : raw * layer!.medianDistance)
    }
    if ((layer?.epsilon.raw.fresh?.length ?? 0) !== fresh.length) differ(`layer ${layer?.name ?? k}, bounds of two fresh examples`, layer?.epsilon.raw.fresh?.length ?? 0, fresh.length)
  })
}

/** Tells `differ` of every leaf of two trees; a branch that is in one of them only counts as a leaf. */
function everyFigure(path: string, stated: unknown, recomputed: unknown, differ: (what: string, stated: unknown, recomputed: unknown) => void): void {
  const isBranch = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null
  if (!isBranch(stated) || !isBranch(recomputed)) return differ(path, stated, recomputed)
  for (const key of new Set([...Object.keys(stated), ...Object.keys(recomputed)])) everyFigure(`${path}.${key}`, stated[key], recomputed[key], differ)
}

import type {CertifyMetrics} from '../types.js'
import {slimPoints} from '../sample/points.js'
import type {Evidence} from './evidence.js'

/**
 * What a comparison with a later checkpoint needs of the evidence (compare.ts), and no more: which rows were used and
 * which of them the model gets right, a digest of their labels, and the sums of each row. Without losses and labels no
 * bound can be made again.
 */
export const slimEvidence = ({perturbations: _, ...evidence}: Evidence): Evidence => ({
  ...evidence,
  sample: {anchors: slimPoints(evidence.sample.anchors), references: slimPoints(evidence.sample.references)},
  layers: evidence.layers.map(
    ({examples: _examples, fresh: _fresh, nearest: _nearest, pilot: _pilot, ...layer}) => layer,
  ),
})

/** Metrics without single examples: their losses, labels and who is close to whom. */
export const slimMetrics = (metrics: CertifyMetrics): CertifyMetrics => ({
  ...metrics,
  layers: metrics.layers.map((layer) => ({...layer, mostVolatile: []})),
  ...(metrics.examples === undefined ? {} : {examples: {...metrics.examples, rows: []}}),
  witnesses: [],
  localization: {...metrics.localization, labelHints: []},
})

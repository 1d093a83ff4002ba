import type {CertifyMetrics} from '../types.js'
import {slimPoints} from '../sample/points.js'
import type {Evidence} from './evidence.js'

/**
 * The part of the evidence that a comparison with a later checkpoint needs (compare.ts): which rows were used, which of
 * them the model gets right, a digest of their labels, and the sums of each row. Without losses and labels, no bound
 * can be recomputed.
 */
export const slimEvidence = ({perturbations: _, ...evidence}: Evidence): Evidence => ({
  ...evidence,
  sample: {anchors: slimPoints(evidence.sample.anchors), references: slimPoints(evidence.sample.references)},
  layers: evidence.layers.map(
    ({examples: _examples, fresh: _fresh, nearest: _nearest, pilot: _pilot, ...layer}) => layer,
  ),
})

/** Metrics without data of single examples: losses, labels, and which are close. */
export const slimMetrics = (metrics: CertifyMetrics): CertifyMetrics => ({
  ...metrics,
  layers: metrics.layers.map((layer) => ({...layer, mostVolatile: []})),
  ...(metrics.examples === undefined ? {} : {examples: {...metrics.examples, rows: []}}),
  witnesses: [],
  localization: {...metrics.localization, labelHints: []},
})

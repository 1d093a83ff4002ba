import {percentDown, percentUp, lossChange} from '../../frame/figures.js'
import type {LayerMetrics} from '../layer-types.js'
import type {NearestHeadline} from './types.js'

/** Minimum coverage of a headline: a statement about few inputs is of little use, however small its bound. */
const LEAST_COVERED = 0.5
const SPACE = ' '

/**
 * The point of all curves that the verdict reports: at the headline's η, the smallest bound among points shown to cover
 * half of the inputs; ties go to the largest coverage. All points hold simultaneously, so choosing among them costs
 * nothing.
 *
 * Empty    no curve, or no point shown to cover half → null.
 */
export function nearestHeadline(layers: readonly LayerMetrics[], eta: number): NearestHeadline | null {
  const apart = layers.filter(({collapsed}) => collapsed !== true)
  const points = apart.flatMap(({name, nearest = []}) => nearest.map((point) => ({layer: name, ...point})))
  return points
    .filter((point) => point.eta === eta && point.status === 'certified' && point.coveredLower >= LEAST_COVERED)
    .reduce<NearestHeadline | null>(
      (best, point) =>
        best === null ||
        point.bound < best.bound ||
        (point.bound === best.bound && point.coveredLower > best.coveredLower)
          ? point
          : best,
      null,
    )
}

/** The headline of the nearest anchors in words. */
export function nearestSentence(point: NearestHeadline, anchors: number): string {
  const {layer, eta, coveredLower, bound, observed} = point
  return `At least ${percentDown(coveredLower, SPACE)} of fresh inputs are close to one of the ${anchors} anchors (layer ${layer}); of these at most ${percentUp(bound, SPACE)} get a very different loss than the nearest anchor (≥ ${lossChange(eta)}; seen: ${percentUp(observed ?? 0, SPACE)}).`
}

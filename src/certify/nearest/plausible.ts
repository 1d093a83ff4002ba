import type {LayerStatistics} from '../measure/layer-statistics.js'
import type {NearestAnchors} from './nearest-anchors.js'

/** Tolerance between two fp64 computations of a distance. */
const LOOSE = 1e-9

/**
 * How the nearest anchors of a layer contradict its counts, in one sentence; null: they do not. A reference has an
 * anchor within δ if and only if its nearest one is.
 */
export function nearestFault(
  {within, deltas, references}: LayerStatistics,
  {distances}: NearestAnchors,
  radii: readonly number[],
  scale: number,
): string | null {
  if (!radii.every((radius, k) => radius > (radii[k - 1] ?? 0)))
    return 'the radii of its curve do not ascend from above 0'
  if (!deltas.every((delta) => radii.includes(delta))) return 'a radius of its cells is not on its curve'
  for (let j = 0; j < references; j++) {
    const distance = distances[j]! / scale
    for (const [g, delta] of deltas.entries()) {
      const near = within[j * deltas.length + g]! > 0
      if (near ? distance > delta * (1 + LOOSE) : distance < delta * (1 - LOOSE))
        return `the nearest anchor of reference ${j} is ${distance} away at the scale ${scale}, which contradicts its counts at δ ${delta}`
    }
  }
  return null
}

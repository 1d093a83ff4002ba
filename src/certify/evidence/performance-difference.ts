import type {Comparison} from '../comparison-types.js'
import {concat} from '../sample/arrays.js'
import {type SampleRows, unpackRows} from '../sample/points.js'
import {perSource} from '../sample/sources.js'
import {MEASURES} from '../tasks/names.js'
import type {Certified} from './certified.js'
import {sourcesOfAll, upperOfMean} from './paired-sums.js'

/**
 * The paired difference in performance of two checkpoints: this one minus the earlier one.
 *
 * Formula    classes: for every row used (or the mean per source), whether it is right in both; likewise a row's share
 *            of right answers: −1 ≤ difference ≤ 1. Errors: for the references, min(e, L) − min(e′, L), with L the
 *            larger of the two limits, which the anchors fix: −L ≤ difference ≤ L. Betting bounds of its mean, α/2 each
 *            way.
 * Empty      unknown in one of the two, or different measures → null.
 * Source     docs/math.md, "Two checkpoints".   Deviation: none.
 */
export function performanceDifference(
  now: Certified,
  before: Certified,
  alpha: number,
): NonNullable<Comparison['performance']> | null {
  const measure = now.metrics.performance?.measure ?? 'accuracy'
  if (measure !== (before.metrics.performance?.measure ?? 'accuracy')) return null
  const {isError} = MEASURES[measure]
  const limit = isError ? Math.max(limitOf(now), limitOf(before)) : 1
  const figures = ({evidence: {sample}}: Certified) => {
    const references = unpackRows(sample.references, 'evidence, references')
    const sides = isError ? [references] : [unpackRows(sample.anchors, 'evidence, anchors'), references]
    const each = (side: SampleRows): Float64Array | null =>
      measure === 'accuracy'
        ? (side.correct ?? null) && Float64Array.from(side.correct!)
        : ((side.errors ?? null)?.map((error) => (isError ? Math.min(error, limit) : 1 - error)) ?? null)
    const values = sides.map(each)
    return values.some((of) => of === null) ? null : perSource(concat(values.map((of) => of!)), sourcesOfAll(sides))
  }
  const [here, there] = [figures(now), figures(before)]
  if (here === null || there === null || !(limit > 0 && limit < Infinity)) return null
  const mean = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length
  const differences = here.map((x, k) => x - there[k]!)
  return {
    ...(measure === 'accuracy' ? {} : {measure}),
    value: mean(here),
    earlier: mean(there),
    difference: mean(differences),
    exact: [
      -upperOfMean(
        differences.map((x) => -x),
        limit,
        limit,
        alpha / 2,
      ),
      upperOfMean(differences, limit, limit, alpha / 2),
    ],
    ...(isError ? {limit} : {}),
  }
}

const limitOf = ({metrics}: Certified): number => metrics.performance?.limit ?? Infinity

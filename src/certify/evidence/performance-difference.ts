import type {Comparison} from '../comparison-types.js'
import {concat} from '../sample/arrays.js'
import {unpackRows} from '../sample/points.js'
import {perSource} from '../sample/sources.js'
import type {Certified} from './certified.js'
import {sourcesOfAll, upperOfMean} from './paired-sums.js'

/** Of every row used (or source: by its mean), whether it is right now and then: −1 ≤ difference ≤ 1. */
export function performanceDifference(
  now: Certified,
  before: Certified,
  alpha: number,
): NonNullable<Comparison['performance']> | null {
  const right = ({evidence: {sample}}: Certified) => {
    const sides = [
      unpackRows(sample.anchors, 'evidence, anchors'),
      unpackRows(sample.references, 'evidence, references'),
    ]
    return sides.some(({correct}) => (correct ?? null) === null)
      ? null
      : perSource(concat(sides.map(({correct}) => Float64Array.from(correct!))), sourcesOfAll(sides))
  }
  const [here, there] = [right(now), right(before)]
  if (here === null || there === null) return null
  const mean = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length
  const differences = here.map((x, k) => x - there[k]!)
  return {
    value: mean(here),
    earlier: mean(there),
    difference: mean(differences),
    exact: [
      -upperOfMean(
        differences.map((x) => -x),
        1,
        1,
        alpha / 2,
      ),
      upperOfMean(differences, 1, 1, alpha / 2),
    ],
  }
}

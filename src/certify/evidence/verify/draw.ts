import type {Random} from '../../../stats/random.js'
import type {CertifyOptions} from '../../options.js'
import type {Points} from '../../sample/points.js'
import {splitSources} from '../../sample/sources.js'

/**
 * Repeats the draw of the two sides, anchors first, from the rows present; advances the generator as the original run
 * did.
 */
export function drawAgain(anchors: Points, references: Points, {split}: CertifyOptions, random: Random): number[] {
  const rows = [...anchors.rows, ...references.rows]
  const sorted = [...new Set(rows)].sort((a, b) => a - b)
  const groups = [...(anchors.groups ?? []), ...(references.groups ?? [])]
  if (groups.length === 0) return Array.from(random.permutation(rows.length), (k) => sorted[k]!)
  const sourceOf = new Map(rows.map((row, k) => [row, groups[k]!]))
  const drawn = splitSources(sorted, (row) => sourceOf.get(row)!, split!, random)
  return [...drawn.anchors, ...drawn.references]
}

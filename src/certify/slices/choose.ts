import type {CertifyOptions} from '../options.js'
import type {Points} from '../sample/points.js'

/** Minimum number of references for statements about a slice. */
export const MIN_REFERENCES = 30
/** Maximum number of slices: each one reduces the others' α. */
export const MAX_SLICES = 100

/** The slices with statements. */
export interface ChosenSlices {
  /** numbers, ascending */
  stated: number[]
  /** number of references of each */
  references: number[]
}

/** [rows] the slice of each row; null: no slices. */
export const slicesOf = (
  {labels, slices}: Pick<Points, 'labels' | 'slices'>,
  {slice}: Pick<CertifyOptions, 'slice'>,
): Int32Array | null => (slice === null ? null : slice === 'class' ? labels : (slices ?? null))

/**
 * The slices with at least 30 references, at most the 100 largest. The choice depends only on the rows' slices, and all
 * bounds hold conditionally on these (docs/math.md, "Slices").
 */
export function chosenSlices(
  references: Pick<Points, 'labels' | 'slices'>,
  options: Pick<CertifyOptions, 'slice'>,
): ChosenSlices {
  const counts = new Map<number, number>()
  for (const slice of slicesOf(references, options) ?? []) counts.set(slice, (counts.get(slice) ?? 0) + 1)
  const chosen = [...counts]
    .filter(([, count]) => count >= MIN_REFERENCES)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, MAX_SLICES)
    .sort((a, b) => a[0] - b[0])
  return {stated: chosen.map(([slice]) => slice), references: chosen.map(([, count]) => count)}
}

/** Elementwise sum of arrays of equal length, in order. */
export const added = (parts: readonly Float64Array[]): Float64Array =>
  parts[0]!.map((_, k) => parts.reduce((sum, values) => sum + values[k]!, 0))

/** Concatenates arrays. */
export function concat(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, values) => sum + values.length, 0))
  let at = 0
  for (const values of parts) {
    out.set(values, at)
    at += values.length
  }
  return out
}

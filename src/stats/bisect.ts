/**
 * Where an increasing condition turns true: the smallest x in [low, high] with `holds(x)`, to the last bits of fp64.
 * The result errs upwards: `holds(result)` is true whenever `holds(high)` is.
 *
 * Cost      at most 60 evaluations.
 * Empty     `holds` nowhere true → high.
 */
export function firstTrue(low: number, high: number, holds: (x: number) => boolean): number {
  if (holds(low)) return low
  for (let step = 0; step < 60; step++) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) break
    if (holds(middle)) high = middle
    else low = middle
  }
  return high
}

/** The first place of an ascending array where a condition that stays true turns true; its length if nowhere. O(log n). */
export function firstWhere(sorted: Float64Array, holds: (x: number) => boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(sorted[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

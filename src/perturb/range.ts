import type {NumericArray} from '../data/named-array.js'

/** Allowed values of an example: one range, or one per value. */
export interface Range {
  low: Float64Array
  high: Float64Array
  /** in words, for the report */
  description: string
}

export interface Values {
  data: NumericArray
  /** number of values per example */
  width: number
}

/**
 * The range that perturbed examples are clipped to: as stated; 0 … 255 for bytes; else the range of the anchors'
 * values, one range for images (whose values share a unit), otherwise one per value.
 */
export function rangeOf(
  {data, width}: Values,
  anchors: Uint32Array,
  image: boolean,
  stated: readonly [number, number] | null,
): Range {
  const filled = (low: number, high: number, description: string): Range => ({
    low: new Float64Array(width).fill(low),
    high: new Float64Array(width).fill(high),
    description,
  })
  if (stated !== null) return filled(stated[0], stated[1], `the stated range ${stated[0]} … ${stated[1]}`)
  if (data instanceof Uint8Array) return filled(0, 255, 'the range 0 … 255 of bytes')
  const low = new Float64Array(width).fill(Infinity)
  const high = new Float64Array(width).fill(-Infinity)
  for (const row of anchors) {
    for (let t = 0; t < width; t++) {
      const value = data[row * width + t]!
      if (value < low[t]!) low[t] = value
      if (value > high[t]!) high[t] = value
    }
  }
  if (!image) return {low, high, description: "each feature's range among the anchors"}
  const [least, most] = [low.reduce((a, b) => Math.min(a, b)), high.reduce((a, b) => Math.max(a, b))]
  return filled(
    least,
    most,
    `the range ${Number(least.toPrecision(6))} … ${Number(most.toPrecision(6))} of the anchors`,
  )
}

/** Clips to the range in place; a value that was outside before the perturbation may keep its old value. */
export function clipToRange(example: Float64Array, before: ArrayLike<number>, {low, high}: Range): void {
  for (let t = 0; t < example.length; t++) {
    example[t] = Math.max(Math.min(low[t]!, before[t]!), Math.min(Math.max(high[t]!, before[t]!), example[t]!))
  }
}

/** Standard deviation of each value over the anchors. */
export function deviations({data, width}: Values, anchors: Uint32Array): Float64Array {
  const mean = new Float64Array(width)
  for (const row of anchors) for (let t = 0; t < width; t++) mean[t]! += data[row * width + t]! / anchors.length
  const square = new Float64Array(width)
  for (const row of anchors)
    for (let t = 0; t < width; t++) square[t]! += (data[row * width + t]! - mean[t]!) ** 2 / anchors.length
  return square.map(Math.sqrt)
}

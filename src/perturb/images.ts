import type {Random} from '../stats/random.js'
import type {ImageLayout} from './layout.js'

/** Changes one example in place. */
export type Change = (example: Float64Array, random: Random) => void

/** Gaussian noise; `deviation` is one number for all values, or one per value. The caller clips. */
export function noise(deviation: number | Float64Array): Change {
  return (example, {normal}) => {
    for (let t = 0; t < example.length; t++)
      example[t]! += (typeof deviation === 'number' ? deviation : deviation[t]!) * normal()
  }
}

/** One amount for all pixels, uniform in ±most. */
export function brightness(most: number): Change {
  return (example, {uniform}) => {
    const amount = most * (2 * uniform() - 1)
    for (let t = 0; t < example.length; t++) example[t]! += amount
  }
}

/** Shifts by whole pixels, uniform in ±most along each axis; new areas repeat the edge. */
export function shift(layout: ImageLayout, most: number): Change {
  return (example, {integer}) => {
    const [down, right] = [integer(2 * most + 1) - most, integer(2 * most + 1) - most]
    resample(layout, example, (y, x) => [y - down, x - right])
  }
}

/** Rotates about the centre by an angle uniform in ±degrees, bilinear; new areas repeat the edge. */
export function rotate(layout: ImageLayout, degrees: number): Change {
  const [cy, cx] = [(layout.height - 1) / 2, (layout.width - 1) / 2]
  return (example, {uniform}) => {
    const angle = ((2 * uniform() - 1) * degrees * Math.PI) / 180
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)]
    resample(layout, example, (y, x) => [cy + cos * (y - cy) - sin * (x - cx), cx + sin * (y - cy) + cos * (x - cx)])
  }
}

/**
 * Replaces every pixel by the bilinear value at the position given by `from`; positions outside use the nearest pixel.
 */
function resample(
  {height, width, channels, channelsLast}: ImageLayout,
  example: Float64Array,
  from: (y: number, x: number) => [number, number],
): void {
  const source = example.slice()
  const at = (y: number, x: number, c: number) =>
    channelsLast ? (y * width + x) * channels + c : (c * height + y) * width + x
  const within = (value: number, length: number) => Math.min(length - 1, Math.max(0, value))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [v, u] = from(y, x)
      const [fromY, fromX] = [within(v, height), within(u, width)]
      const [top, left] = [Math.floor(fromY), Math.floor(fromX)]
      const [low, right] = [within(top + 1, height), within(left + 1, width)]
      const [b, r] = [fromY - top, fromX - left]
      for (let c = 0; c < channels; c++) {
        const upper = (1 - r) * source[at(top, left, c)]! + r * source[at(top, right, c)]!
        const lower = (1 - r) * source[at(low, left, c)]! + r * source[at(low, right, c)]!
        example[at(y, x, c)] = (1 - b) * upper + b * lower
      }
    }
  }
}

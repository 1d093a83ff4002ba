import type {NumericArray} from '../named-array.js'
import type {Image} from './decode-image.js'
import {encodePng} from './encode-png.js'
import {resizeImage} from './resize-image.js'

/** An input as a small picture, for a report. */
export interface Thumbnail {
  /** in the data file */
  row: number
  /** of the input itself; the picture may be smaller */
  width: number
  height: number
  /** a PNG file in base64 */
  png: string
}

/** Where the values of an example are, and which of them are black and white. */
export interface Picture {
  height: number
  width: number
  channels: number
  /** [height, width, channels]; else [channels, height, width] */
  channelsLast: boolean
  range: readonly [number, number]
  /** of the picture: a longer side is shrunk to it */
  side: number
}

/**
 * One example as a PNG: three channels as red, green, blue, any other number as the grey of their mean.
 *
 * Formula   level = 255 · (value − low)/(high − low), rounded, cut to 0 … 255; shrunk by averaging (resizeImage), never
 *           enlarged.
 * Empty     low = high → black.
 */
export function thumbnailOf(
  row: number,
  values: NumericArray,
  {height, width, channels, channelsLast, range: [low, high], side}: Picture,
): Thumbnail {
  const pixels = height * width
  const level = (p: number, c: number) =>
    high > low ? (255 * (values[channelsLast ? p * channels + c : c * pixels + p]! - low)) / (high - low) : 0
  const mean = (p: number) =>
    Array.from({length: channels}, (_, c) => level(p, c)).reduce((a, b) => a + b, 0) / channels
  const image: Image = {
    width,
    height,
    data: Float32Array.from({length: 3 * pixels}, (_, t) =>
      channels === 3 ? level(Math.floor(t / 3), t % 3) : mean(Math.floor(t / 3)),
    ),
  }
  const scale = Math.min(1, side / Math.max(width, height))
  const small = resizeImage(image, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)))
  const levels = Uint8ClampedArray.from(small.data, Math.round)
  const shown = channels === 3 ? levels : levels.filter((_, t) => t % 3 === 0)
  const png = encodePng(small.width, small.height, channels === 3 ? 3 : 1, shown)
  return {row, width, height, png: Buffer.from(png).toString('base64')}
}

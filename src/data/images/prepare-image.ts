import type {Image} from './decode-image.js'
import {cropCenter, resizeImage, resizeShorter} from './resize-image.js'

/** How an image becomes the numbers that a model takes. */
export interface ImageOptions {
  width: number
  height: number
  /** stretch: to the size whatever the shape; crop: the shorter side to `shorter` (default: the size), then the middle */
  fit: 'stretch' | 'crop'
  shorter: number | null
  channels: 1 | 3
  layout: 'chw' | 'hwc'
  /** what 0 and 255 become, before mean and deviation */
  range: readonly [number, number]
  /** one for each channel */
  mean: readonly number[]
  std: readonly number[]
}

/** Rec. 601 luma, as image libraries make grey of colour. */
const LUMA = [0.299, 0.587, 0.114] as const

/** The values of one example: [channels, height, width] or [height, width, channels]. */
export function prepareImage(
  image: Image,
  {width, height, fit, shorter, channels, layout, range, mean, std}: ImageOptions,
): Float32Array {
  const sized =
    fit === 'stretch'
      ? resizeImage(image, width, height)
      : cropCenter(resizeShorter(image, shorter ?? Math.max(width, height)), width, height)
  const pixels = width * height
  const out = new Float32Array(channels * pixels)
  const unit = (range[1] - range[0]) / 255
  for (let p = 0; p < pixels; p++) {
    const [r, g, b] = [sized.data[3 * p]!, sized.data[3 * p + 1]!, sized.data[3 * p + 2]!]
    for (let c = 0; c < channels; c++) {
      const level = channels === 1 ? LUMA[0] * r + LUMA[1] * g + LUMA[2] * b : c === 0 ? r : c === 1 ? g : b
      out[layout === 'chw' ? c * pixels + p : channels * p + c] = (range[0] + unit * level - mean[c]!) / std[c]!
    }
  }
  return out
}

/** The least and the largest value that any image can have. */
export function possibleRange({channels, range, mean, std}: ImageOptions): [number, number] {
  const ends = Array.from({length: channels}, (_, c) => range.map((end) => (end - mean[c]!) / std[c]!)).flat()
  return [Math.min(...ends), Math.max(...ends)]
}

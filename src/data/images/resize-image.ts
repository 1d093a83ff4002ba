import type {Image} from './decode-image.js'

/**
 * An image at another size, by bilinear interpolation that averages where it shrinks (a triangle filter as wide as a
 * new pixel).
 *
 * Formula    new pixel i covers old centre (i + ½)·s − ½, s = old/new; weight of old pixel j: max(0, 1 − |j − centre| /
 *            max(1, s)), normalized; first rows, then columns.
 * Shapes     [height, width, 3] → [newHeight, newWidth, 3].
 * Precision  fp64 sums, fp32 result; not rounded to whole levels.
 * Cost       new pixels · 2·max(1, s) · 3, twice.
 * Empty      the same size → the same image.
 * Source     the filter of Pillow's BILINEAR.   Deviation: Pillow rounds to whole levels after each pass.
 */
export function resizeImage(image: Image, width: number, height: number): Image {
  if (width === image.width && height === image.height) return image
  const across = resample(image.data, image.height, image.width, width, 3 * image.width, 3)
  const data = resample(across, width, image.height, height, 3, 3 * width)
  return {width, height, data: transposeBack(data, width, height)}
}

/** The image scaled so that its shorter side is `side`, the longer one rounded down as torchvision does. */
export function resizeShorter(image: Image, side: number): Image {
  const {width, height} = image
  const long = Math.floor((side * Math.max(width, height)) / Math.min(width, height))
  return width <= height ? resizeImage(image, side, long) : resizeImage(image, long, side)
}

/** The middle of an image, which is at least as large. */
export function cropCenter({width, height, data}: Image, newWidth: number, newHeight: number): Image {
  const left = Math.round((width - newWidth) / 2)
  const top = Math.round((height - newHeight) / 2)
  const out = new Float32Array(3 * newWidth * newHeight)
  for (let row = 0; row < newHeight; row++) {
    const from = 3 * ((top + row) * width + left)
    out.set(data.subarray(from, from + 3 * newWidth), 3 * row * newWidth)
  }
  return {width: newWidth, height: newHeight, data: out}
}

/**
 * `lines` lines of `from` pixels, pixel k of line l at l·lineStep + k·step, each resampled to `to` pixels: [lines, to,
 * 3].
 */
function resample(
  data: Float32Array,
  lines: number,
  from: number,
  to: number,
  lineStep: number,
  step: number,
): Float32Array {
  const scale = from / to
  const support = Math.max(1, scale)
  const out = new Float32Array(lines * to * 3)
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale - 0.5
    const first = Math.max(0, Math.ceil(centre - support))
    const last = Math.min(from - 1, Math.floor(centre + support))
    const weights = Array.from({length: last - first + 1}, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k - centre) / support),
    )
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    for (let line = 0; line < lines; line++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * data[line * lineStep + (first + k) * step + c]!
        out[(line * to + i) * 3 + c] = sum / total
      }
    }
  }
  return out
}

/** [width, height, 3] → [height, width, 3]. */
function transposeBack(data: Float32Array, width: number, height: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y++)
      for (let c = 0; c < 3; c++) out[3 * (y * width + x) + c] = data[3 * (x * height + y) + c]!
  return out
}

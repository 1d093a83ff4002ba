import {inflateSync} from 'node:zlib'
import {InputError} from '../../errors.js'
import {loadPart} from '../../packages.js'
import {LIMITS, raising} from '../limits.js'
import {describeContent} from '../sniff.js'

/** Red, green and blue, 0 … 255, row by row: [height, width, 3]. */
export interface Image {
  width: number
  height: number
  data: Float32Array
}

const AGAIN = ['save the image again as PNG or JPEG, or take it out']

type Decoders = {png: typeof import('fast-png'); jpeg: typeof import('jpeg-js')}

/** The decoders, loaded once; decoding itself is synchronous. */
export async function loadDecoders(): Promise<Decoders> {
  const [png, jpeg] = await loadPart('images', () => Promise.all([import('fast-png'), import('jpeg-js')]))
  return {png, jpeg: jpeg.default ?? jpeg}
}

/**
 * A PNG or JPEG image as RGB. Transparency is dropped, grey is repeated, 16 bits are scaled to 0 … 255 without
 * rounding.
 *
 * Precision  PNG exact; JPEG within a few levels of libjpeg, which decoders may differ by (colour planes are enlarged
 *            without smoothing).
 * Throws     InputError  another format, damaged, or more pixels than the limit; nothing larger is ever unpacked.
 */
export function decodeImage(bytes: Uint8Array, place: string, decoders: Decoders): Image {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff
  if (!isJpeg && describeContent(bytes) !== 'a PNG image')
    throw new InputError(`${place}: is ${describeContent(bytes)}, not a PNG or JPEG image`, AGAIN)
  try {
    return isJpeg ? decodeJpeg(bytes, decoders) : decodePng(bytes, place, decoders)
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError(
      `${place}: is a damaged or unusual ${isJpeg ? 'JPEG' : 'PNG'} image: ${String(cause instanceof Error ? cause.message : cause).slice(0, 120)}`,
      AGAIN,
      {cause},
    )
  }
}

function decodeJpeg(bytes: Uint8Array, {jpeg}: Decoders): Image {
  const {width, height, data} = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    maxResolutionInMP: LIMITS.pixels / 1e6,
    maxMemoryUsageInMB: 2048,
  })
  return {width, height, data: Float32Array.from(data)}
}

function decodePng(bytes: Uint8Array, place: string, {png}: Decoders): Image {
  checkPngSize(bytes, place)
  const {width, height, data, depth, channels, palette} = png.decode(bytes)
  const pixels = width * height
  const out = new Float32Array(3 * pixels)
  // Samples of less than 8 bits lie packed in bytes, each line on its own.
  const lineBytes = Math.ceil((width * channels * depth) / 8)
  const sample = (row: number, at: number): number => {
    if (depth >= 8) return data[row * width * channels + at]!
    const bit = at * depth
    return (data[row * lineBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
  }
  const unit = 255 / (2 ** depth - 1)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const to = 3 * (row * width + column)
      const from = column * channels
      if (palette !== undefined) {
        const colour = palette[sample(row, from)]
        if (colour === undefined) throw new Error('a pixel has no colour in the palette')
        for (let c = 0; c < 3; c++) out[to + c] = colour[c]!
      } else for (let c = 0; c < 3; c++) out[to + c] = sample(row, from + (channels >= 3 ? c : 0)) * unit
    }
  }
  return {width, height, data: out}
}

const CHANNELS: Record<number, number> = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

/**
 * The header against the limit, and the compressed data against the header: the decoder itself would unpack whatever
 * there is.
 */
function checkPngSize(bytes: Uint8Array, place: string): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < 33 || view.toString('latin1', 12, 16) !== 'IHDR')
    throw new InputError(`${place}: is a PNG image without a header`, AGAIN)
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)]
  if (width === 0 || height === 0 || width * height > LIMITS.pixels)
    throw new InputError(`${place}: has ${width} × ${height} pixels, the limit is ${LIMITS.pixels}`, [
      'make the image smaller',
      raising('pixels'),
    ])
  const bits = view[24]! * (CHANNELS[view[25]!] ?? Number.NaN)
  // Seven passes of an interlaced image have at most seven times as many lines, each with one byte more.
  const most = Math.ceil((width * bits) / 8) * height + 8 * (width + height) + height + 64
  const parts: Uint8Array[] = []
  for (let at = 8; at + 12 <= view.length; ) {
    const length = view.readUInt32BE(at)
    if (view.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(view.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  inflateSync(Buffer.concat(parts), {maxOutputLength: most})
}

import {encode as encodePng} from 'fast-png'
import jpeg from 'jpeg-js'
import {readFileSync} from 'node:fs'
import {deflateSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import {decodeImage, loadDecoders} from '../../src/data/images/decode-image.js'
import {possibleRange, prepareImage} from '../../src/data/images/prepare-image.js'
import {cropCenter, resizeImage, resizeShorter} from '../../src/data/images/resize-image.js'
import {InputError} from '../../src/errors.js'

const decoders = await loadDecoders()
const decode = (bytes: Uint8Array) => decodeImage(bytes, 'x.png', decoders)
const image = (width: number, height: number, value: (x: number, y: number, c: number) => number) => {
  const data = new Float32Array(3 * width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) data[3 * (y * width + x) + c] = value(x, y, c)
  return {width, height, data}
}

describe('images', () => {
  it('from PNG in colour, grey, with transparency and with 16 bits are exact', () => {
    const colour = Uint8Array.from({length: 3 * 6}, (_, i) => (i * 41) % 256)
    expect([...decode(encodePng({width: 3, height: 2, data: colour, channels: 3})).data]).toEqual([...colour])
    expect([...decode(encodePng({width: 2, height: 1, data: Uint8Array.of(7, 200), channels: 1})).data]).toEqual([
      7, 7, 7, 200, 200, 200,
    ])
    expect([...decode(encodePng({width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 0), channels: 4})).data]).toEqual([
      1, 2, 3,
    ])
    const [deep] = decode(
      encodePng({width: 1, height: 1, data: Uint16Array.of(257 * 100 + 128), channels: 1, depth: 16}),
    ).data
    expect(deep).toBeCloseTo(100 + 128 / 257, 4)
  })

  it('of one colour from JPEG keep it', () => {
    const {data} = jpeg.encode({width: 16, height: 16, data: new Uint8Array(4 * 256).fill(120)}, 95)
    const decoded = decode(data)
    expect([decoded.width, decoded.height]).toEqual([16, 16])
    for (const value of decoded.data) expect(Math.abs(value - 120)).toBeLessThanOrEqual(1)
  })

  it('shrink and grow as Pillow does it', () => {
    const {source, resized} = JSON.parse(readFileSync('fixtures/images/pillow-resize.json', 'utf8')) as {
      source: {width: number; height: number; data: number[]}
      resized: {width: number; height: number; data: number[]}[]
    }
    const from = {...source, data: Float32Array.from(source.data)}
    for (const {width, height, data} of resized) {
      const ours = resizeImage(from, width, height).data
      // Pillow rounds after each of two passes.
      expect(
        Math.max(...data.map((value, i) => Math.abs(value - ours[i]!))),
        `${width} × ${height}`,
      ).toBeLessThanOrEqual(1.01)
    }
  })

  it('keep a constant and a mean, and are cropped in the middle', () => {
    const flat = resizeImage(
      image(7, 5, () => 9),
      3,
      11,
    )
    for (const value of flat.data) expect(value).toBeCloseTo(9, 5)
    expect(
      resizeShorter(
        image(40, 20, () => 0),
        10,
      ),
    ).toMatchObject({width: 20, height: 10})
    expect(
      [
        ...cropCenter(
          image(4, 2, (x) => x),
          2,
          2,
        ).data,
      ].filter((_, i) => i % 3 === 0),
    ).toEqual([1, 2, 1, 2])
  })

  it('become numbers in the order, range and scale that are asked for', () => {
    const options = {
      width: 2,
      height: 1,
      fit: 'stretch',
      shorter: null,
      channels: 3,
      layout: 'chw',
      range: [-1, 1],
      mean: [0, 0, 0.5],
      std: [1, 2, 0.5],
    } as const
    const source = image(2, 1, (x, _, c) => (x === 0 ? 0 : 255) - (c === 2 ? (x === 0 ? 0 : 255) : 0))
    expect([...prepareImage(source, options)]).toEqual([-1, 1, -0.5, 0.5, -3, -3])
    expect([...prepareImage(source, {...options, layout: 'hwc'})]).toEqual([-1, -0.5, -3, 1, 0.5, -3])
    expect(possibleRange(options)).toEqual([-3, 1])
    expect(
      prepareImage(
        image(2, 1, (_x, _y, c) => (c === 1 ? 255 : 0)),
        {...options, channels: 1, range: [0, 1], mean: [0], std: [1]},
      )[0],
    ).toBeCloseTo(0.587, 6)
  })

  it.each<[string, () => Uint8Array, RegExp]>([
    ['no image', () => Buffer.from('hello'), /is plain text, not a PNG or JPEG image/],
    [
      'a PNG that is cut off',
      () => encodePng({width: 30, height: 30, data: new Uint8Array(2700).fill(3), channels: 3}).subarray(0, 60),
      /is a damaged or unusual PNG/,
    ],
    [
      'a JPEG that is cut off',
      () => jpeg.encode({width: 16, height: 16, data: new Uint8Array(1024)}, 90).data.subarray(0, 100),
      /is a damaged or unusual JPEG/,
    ],
    ['too many pixels', () => header(100_000, 100_000, new Uint8Array(0)), /100000 × 100000 pixels/],
    [
      'a bomb behind a small header',
      () => header(2, 2, deflateSync(new Uint8Array(50e6))),
      /is a damaged or unusual PNG/,
    ],
  ])('refuse %s', (_, make, message) => {
    const attempt = () => decode(make())
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(InputError)
  })
})

/** A PNG of one chunk of pixels, without checksums. */
function header(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const chunk = (type: string, content: Uint8Array) => {
    const out = Buffer.alloc(12 + content.length)
    out.writeUInt32BE(content.length, 0)
    out.write(type, 4, 'latin1')
    out.set(content, 8)
    return out
  }
  const about = Buffer.alloc(13)
  about.writeUInt32BE(width, 0)
  about.writeUInt32BE(height, 4)
  about.set([8, 0, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', about),
    chunk('IDAT', pixels),
    chunk('IEND', new Uint8Array(0)),
  ])
}

import {decode, encode} from 'fast-png'
import {expect, it} from 'vitest'
import {encodePng} from '../../src/data/images/encode-png.js'
import {thumbnailOf} from '../../src/data/images/thumbnail.js'

const decoded = (png: string) => decode(Buffer.from(png, 'base64'))

it('a grey input keeps its levels, cut to the range', () => {
  const values = Float64Array.of(0, 0.5, 1, 2, -1, 0.25)
  const {png, ...rest} = thumbnailOf(7, values, {
    height: 2,
    width: 3,
    channels: 1,
    channelsLast: true,
    range: [0, 1],
    side: 64,
  })
  expect(rest).toEqual({row: 7, width: 3, height: 2})
  expect([...decoded(png).data]).toEqual([0, 128, 255, 255, 0, 64])
  expect(decoded(png)).toMatchObject({width: 3, height: 2, channels: 1})
})

it('three channels are red, green, blue, whichever axis they are; other numbers of channels are their mean', () => {
  const last = {height: 1, width: 2, channels: 3, channelsLast: true, range: [0, 255] as const, side: 64}
  const rgb = [10, 20, 30, 40, 50, 60]
  expect([...decoded(thumbnailOf(0, Uint8Array.from(rgb), last).png).data]).toEqual(rgb)
  const first = thumbnailOf(0, Uint8Array.of(10, 40, 20, 50, 30, 60), {...last, channelsLast: false})
  expect([...decoded(first.png).data]).toEqual(rgb)
  const two = thumbnailOf(0, Uint8Array.of(10, 30, 100, 200), {...last, channels: 2})
  expect([...decoded(two.png).data]).toEqual([20, 150])
})

it('a large input shrinks to the side by averaging, keeps its shape, and is the same bytes again', () => {
  const picture = {height: 100, width: 200, channels: 1, channelsLast: true, range: [0, 1] as const, side: 50}
  const stripes = Float64Array.from({length: 20_000}, (_, t) => t % 2)
  const {png, width, height} = thumbnailOf(0, stripes, picture)
  expect([width, height]).toEqual([200, 100])
  const small = decoded(png)
  expect([small.width, small.height]).toEqual([50, 25])
  for (const level of small.data) expect(Math.abs(level - 127.5)).toBeLessThan(12)
  expect(thumbnailOf(0, stripes, picture).png).toBe(png)
})

it('a range without extent is black', () => {
  const {png} = thumbnailOf(0, Float64Array.of(3, 3, 3, 3), {
    height: 2,
    width: 2,
    channels: 1,
    channelsLast: true,
    range: [3, 3],
    side: 64,
  })
  expect([...decoded(png).data]).toEqual([0, 0, 0, 0])
})

it.each([
  [1, 1, 1],
  [5, 3, 3],
  [64, 48, 1],
] as const)('a file of %i × %i in %i channels has the bytes that fast-png writes', (width, height, channels) => {
  const levels = Uint8ClampedArray.from({length: width * height * channels}, (_, t) => (t * 37) % 256)
  expect(Buffer.from(encodePng(width, height, channels, levels))).toEqual(
    Buffer.from(encode({width, height, channels, depth: 8, data: levels})),
  )
})

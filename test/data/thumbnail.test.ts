import {decode} from 'fast-png'
import {expect, it} from 'vitest'
import {thumbnailOf} from '../../src/data/images/thumbnail.js'

const decoded = (png: string) => decode(Buffer.from(png, 'base64'))

it('a grey input keeps its levels, cut to the range', async () => {
  const values = Float64Array.of(0, 0.5, 1, 2, -1, 0.25)
  const {png, ...rest} = await thumbnailOf(7, values, {
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

it('three channels are red, green, blue, whichever axis they are; other numbers of channels are their mean', async () => {
  const last = {height: 1, width: 2, channels: 3, channelsLast: true, range: [0, 255] as const, side: 64}
  const rgb = [10, 20, 30, 40, 50, 60]
  expect([...decoded((await thumbnailOf(0, Uint8Array.from(rgb), last)).png).data]).toEqual(rgb)
  const first = await thumbnailOf(0, Uint8Array.of(10, 40, 20, 50, 30, 60), {...last, channelsLast: false})
  expect([...decoded(first.png).data]).toEqual(rgb)
  const two = await thumbnailOf(0, Uint8Array.of(10, 30, 100, 200), {...last, channels: 2})
  expect([...decoded(two.png).data]).toEqual([20, 150])
})

it('a large input shrinks to the side by averaging, keeps its shape, and is the same bytes again', async () => {
  const picture = {height: 100, width: 200, channels: 1, channelsLast: true, range: [0, 1] as const, side: 50}
  const stripes = Float64Array.from({length: 20_000}, (_, t) => t % 2)
  const {png, width, height} = await thumbnailOf(0, stripes, picture)
  expect([width, height]).toEqual([200, 100])
  const small = decoded(png)
  expect([small.width, small.height]).toEqual([50, 25])
  for (const level of small.data) expect(Math.abs(level - 127.5)).toBeLessThan(12)
  expect((await thumbnailOf(0, stripes, picture)).png).toBe(png)
})

it('a range without extent is black', async () => {
  const {png} = await thumbnailOf(0, Float64Array.of(3, 3, 3, 3), {
    height: 2,
    width: 2,
    channels: 1,
    channelsLast: true,
    range: [3, 3],
    side: 64,
  })
  expect([...decoded(png).data]).toEqual([0, 0, 0, 0])
})

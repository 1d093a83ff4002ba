import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {toFloat16} from '../../src/data/half-precision.js'
import {pool} from '../../src/checkpoint/pool.js'
import {fromFloat16} from '../../src/data/half-precision.js'

// [2 rows, 3 tokens, 2 wide]
const STATE = {shape: [2, 3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60)}
const MASK = Uint8Array.of(1, 1, 0, 0, 1, 1)
const plain = {how: undefined, channelAxis: 1 as const, mask: null}

describe('pooling', () => {
  it.each([
    [undefined, null, [3, 4, 30, 40]],
    ['mean', MASK, [2, 3, 40, 50]],
    ['first', MASK, [1, 2, 30, 40]],
    ['last', MASK, [3, 4, 50, 60]],
    ['last', null, [5, 6, 50, 60]],
    ['mean', Uint8Array.of(0, 0, 0, 1, 0, 0), [0, 0, 10, 20]],
    ['mean', Uint8Array.of(1, 1), [3, 4, 30, 40]],
  ] as const)('of tokens by %s with mask %s', (how, mask, expected) => {
    const {shape, data} = pool(STATE, {how, channelAxis: 1, mask: mask === null ? null : Uint8Array.from(mask)})
    expect(shape).toEqual([2, 2])
    expect([...data]).toEqual(expected)
  })

  it('leaves vectors alone and flattens images', () => {
    expect(pool({shape: [4], data: STATE.data.slice(0, 4)}, plain).shape).toEqual([4, 1])
    expect(pool({shape: [3, 4], data: STATE.data}, {...plain, how: 'channel'})).toEqual({
      shape: [3, 4],
      data: STATE.data,
      over: null,
    })
    expect(pool({shape: [2, 3, 2, 1], data: STATE.data}, plain)).toEqual({shape: [2, 6], data: STATE.data, over: null})
    expect(pool(STATE, {...plain, how: 'flatten'}).shape).toEqual([2, 6])
  })

  it('of a convolution over one axis averages its positions, not its channels, and says so', () => {
    // [1 row, 2 channels, 3 positions]
    const state = {shape: [1, 2, 3], data: Float32Array.of(1, 2, 3, 10, 20, 30)}
    expect(pool(state, {...plain, features: 1})).toEqual({
      shape: [1, 2],
      data: Float32Array.of(2, 20),
      over: 'mean over 3 positions',
    })
    expect(pool(state, {...plain, features: 1, how: 'last'})).toMatchObject({
      data: Float32Array.of(3, 30),
      over: 'last of 3 positions',
    })
    expect(pool(state, plain)).toMatchObject({shape: [1, 3], over: 'mean over 2 positions'})
  })

  it('by mean of images with known channels averages all positions', () => {
    const image = {shape: [1, 2, 1, 2], data: Float32Array.of(1, 3, 10, 30)}
    expect(pool(image, {...plain, how: 'mean', features: 1})).toEqual({
      shape: [1, 2],
      data: Float32Array.of(2, 20),
      over: 'mean over 1×2 positions',
    })
    expect(pool(image, {...plain, how: 'mean'})).toMatchObject({shape: [1, 4], over: null})
  })

  it('of channels is the mean over every other axis, wherever the channels are', () => {
    const shape = fc.tuple(
      fc.integer({min: 1, max: 3}),
      fc.integer({min: 1, max: 4}),
      fc.integer({min: 1, max: 4}),
      fc.integer({min: 1, max: 4}),
    )
    fc.assert(
      fc.property(shape, fc.constantFrom(1 as const, -1 as const), ([b, p, q, r], channelAxis) => {
        const data = Float64Array.from({length: b * p * q * r}, (_, i) => Math.sin(i + 1))
        const channels = channelAxis === 1 ? p : r
        const expected = new Float64Array(b * channels)
        for (let i = 0; i < data.length; i++) {
          const row = Math.floor(i / (p * q * r))
          const channel = channelAxis === 1 ? Math.floor(i / (q * r)) % p : i % r
          expected[row * channels + channel]! += data[i]! / ((p * q * r) / channels)
        }
        const pooled = pool({shape: [b, p, q, r], data}, {how: 'channel', channelAxis, mask: null})
        expect(pooled.shape).toEqual([b, channels])
        pooled.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12))
      }),
      {seed: 1, numRuns: 60},
    )
  })
})

describe('half precision', () => {
  it('keeps every one of its finite values', () => {
    const bits = Uint16Array.from({length: 0x10000}, (_, i) => i).filter((value) => (value & 0x7c00) !== 0x7c00)
    expect(Uint16Array.from(fromFloat16(bits), toFloat16)).toEqual(bits)
  })

  it('rounds to the nearest value, ties to even', () => {
    fc.assert(
      fc.property(fc.double({min: -70000, max: 70000, noNaN: true}), (value) => {
        const bits = toFloat16(value)
        const rounded = fromFloat16(Uint16Array.of(bits))[0]!
        if (!Number.isFinite(rounded)) return Math.abs(value) >= 65520
        const neighbours = fromFloat16(Uint16Array.of(bits - 1, bits + 1)).filter((other) => Number.isFinite(other))
        return neighbours.every(
          (other) =>
            Math.abs(rounded - value) < Math.abs(other - value) ||
            (Math.abs(rounded - value) === Math.abs(other - value) && bits % 2 === 0),
        )
      }),
      {seed: 2, numRuns: 2000},
    )
    expect([2049, 2051, 65519, 65520, 2 ** -25, 2 ** -25 * 1.01, NaN].map(toFloat16)).toEqual([
      0x6800, 0x6802, 0x7bff, 0x7c00, 0, 1, 0x7e00,
    ])
  })
})

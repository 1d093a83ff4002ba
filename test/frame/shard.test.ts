import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {blocksOfShard} from '../../src/frame/shard.js'

describe('blocksOfShard', () => {
  it('deals every block to one shard, and no shard has more than one above another', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer({min: 1, max: 50}), (blocks, count) => {
        const shares = Array.from({length: count}, (_, k) => blocksOfShard(blocks, {index: k + 1, count}))
        expect(shares.flat().sort((a, b) => a - b)).toEqual(Array.from({length: blocks}, (_, b) => b))
        const sizes = shares.map((share) => share.length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('gives block b to shard 1 + (b mod count)', () => {
    expect(blocksOfShard(7, {index: 2, count: 3})).toEqual([1, 4])
    expect(blocksOfShard(2, {index: 3, count: 3})).toEqual([])
  })
})

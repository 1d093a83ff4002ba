import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {memoryText} from '../../src/frame/memory.js'

describe('an amount of memory in words', () => {
  it('is a plain number within half a per cent, whatever its size', () => {
    fc.assert(
      fc.property(fc.double({min: 20, max: 50, noNaN: true}), (power) => {
        const bytes = 2 ** power
        const [, number, unit] = /^(\d+(?:\.\d+)?) ([MG]iB)$/.exec(memoryText(bytes))!
        expect((Number(number) * (unit === 'MiB' ? 2 ** 20 : 2 ** 30)) / bytes).toBeCloseTo(1, 2)
      }),
      {seed: 5},
    )
  })

  it.each([
    [1000, '1000 MiB'],
    [1023.6, '1024 MiB'],
    [99.96, '100 MiB'],
    [7.5, '7.50 MiB'],
    [1024, '1.00 GiB'],
    [999.9 * 1024, '1000 GiB'],
  ])('%d MiB', (mebibytes, text) => expect(memoryText(mebibytes * 2 ** 20)).toBe(text))
})

import fc from 'fast-check'
import {expect, it} from 'vitest'
import {encodeMessage, fields, utf8Text} from '../../src/data/protobuf.js'
import {InputError} from '../../src/errors.js'

const field = fc.tuple(fc.integer({min: 1, max: 2 ** 28}), fc.oneof(fc.string(), fc.maxSafeNat()))

it('what was encoded is read back, in order', () => {
  fc.assert(
    fc.property(fc.array(field), (message) => {
      const read = [...fields(encodeMessage(message), 'message')]
      expect(
        read.map(({number, integer, bytes}, i) => [
          number,
          typeof message[i]![1] === 'string' ? utf8Text(bytes) : integer,
        ]),
      ).toEqual(message)
    }),
    {seed: 3, numRuns: 200},
  )
})

it('nested messages are read from their bytes; fixed-width fields and groups are stepped over', () => {
  const [outer] = [
    ...fields(
      encodeMessage([
        [
          7,
          [
            [1, 'a'],
            [2, 5],
          ],
        ],
      ]),
      'outer',
    ),
  ]
  expect([...fields(outer!.bytes, 'inner')].map(({number}) => number)).toEqual([1, 2])
  // 1: fixed64, 2: fixed32, 3: a group that holds one integer, 4: the integer 9
  const bytes = Uint8Array.of(0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x1b, 0x08, 1, 0x1c, 0x20, 9)
  expect([...fields(bytes, 'mixed')].map(({number, integer}) => [number, integer])).toEqual([
    [1, NaN],
    [2, NaN],
    [3, NaN],
    [4, 9],
  ])
})

it('any bytes are fields or an input error that names the place', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 40}), (bytes) => {
      try {
        return [...fields(bytes, 'the file')].length <= bytes.length
      } catch (error) {
        expect(error).toBeInstanceOf(InputError)
        expect((error as InputError).message).toMatch(
          /^the file is not a valid protobuf message: it breaks off or is corrupt at byte \d+ of \d+$/,
        )
        return true
      }
    }),
    {seed: 4, numRuns: 500},
  )
})

import type {Random} from '../../../src/stats/random.js'
import {type Mutator, pick, range} from './mutator.js'

/** Where sizes, counts and offsets break: the ends of every integer type, and one beside them. */
const BOUNDARIES = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x10000n,
  0x7fffffffn,
  0x80000000n,
  0xfffffffen,
  0xffffffffn,
  0x100000000n,
  2n ** 40n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
]

/** The same as text. */
export const NUMBERS = [
  '0',
  '1',
  '-1',
  '-0',
  '0.5',
  '127',
  '256',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '4294967294',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '1e19',
  '1e308',
  '1e999',
  '-1e999',
  '1e-400',
  'NaN',
  'Infinity',
  '00',
  '1.',
  '0x10',
  '1_0',
  '99999999999999999999999999999999999999999',
]

/** One change that knows nothing of the format: bits, bytes, ranges, lengths, integers and numbers in text. */
export const mutateBytes: Mutator = (input, other, random) => pick(CHANGES, random)(input, other, random)

const CHANGES: Mutator[] = [
  (input, _, random) => poke(input, random, (byte) => byte ^ (1 << random.integer(8))),
  (input, _, random) => poke(input, random, () => random.integer(256)),
  (input, _, random) => poke(input, random, (byte) => byte + pick([1, -1, 16, -16, 128], random)),
  truncate,
  (input, _, random) => splice(input, input, random),
  (input, other, random) => splice(input, other, random),
  (input, _, random) =>
    replaced(
      input,
      ...range(input.length, random),
      Uint8Array.from({length: random.integer(16)}, () => random.integer(256)),
    ),
  (input, _, random) => replaced(input, ...range(input.length, random), new Uint8Array(0)),
  crossOver,
  integerField,
  integerField,
  numberInText,
]

function poke(input: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const out = Uint8Array.from(input)
  if (out.length === 0) return out
  const at = random.integer(out.length)
  out[at] = change(out[at]!)
  return out
}

function truncate(input: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  return input.slice(
    0,
    random.uniform() < 0.5 ? random.integer(input.length + 1) : Math.max(0, input.length - 1 - random.integer(32)),
  )
}

/** A piece of `source` in place of a piece of `input`. */
function splice(input: Uint8Array, source: Uint8Array, random: Random): Uint8Array {
  const [from, to] = range(source.length, random)
  const [start, end] = range(input.length, random)
  return replaced(input, start, random.uniform() < 0.5 ? start : end, source.subarray(from, to))
}

/** The beginning of one file and the end of the other. */
function crossOver(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  return replaced(
    input,
    random.integer(input.length + 1),
    input.length,
    other.subarray(random.integer(other.length + 1)),
  )
}

/** An integer of 1 to 8 bytes, in either order of bytes, set to a boundary or moved a little. */
function integerField(input: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  const width = pick([1, 2, 4, 8], random)
  if (input.length < width) return input
  const out = Buffer.from(input)
  const at = random.integer(input.length - width + 1)
  const little = random.uniform() < 0.7
  const bytes = out.subarray(at, at + width)
  if (!little) bytes.reverse()
  const old = bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n)
  let value = random.uniform() < 0.5 ? pick(BOUNDARIES, random) : old + BigInt(random.integer(9) - 4)
  for (let k = 0; k < width; k++, value >>= 8n) bytes[k] = Number(value & 255n)
  if (!little) bytes.reverse()
  return out
}

/** Some run of digits exchanged for a number at the edge of what can be read. */
function numberInText(input: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  const text = Buffer.from(input).toString('latin1')
  const found = [...text.matchAll(/-?\d+(\.\d+)?/g)]
  if (found.length === 0) return input
  const match = pick(found, random)
  return replaced(input, match.index, match.index + match[0].length, Buffer.from(pick(NUMBERS, random)))
}

export function replaced(input: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  return Buffer.concat([input.subarray(0, from), by, input.subarray(Math.max(from, to))])
}

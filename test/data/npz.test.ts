import fc from 'fast-check'
import {zipSync} from 'fflate'
import {describe, expect, it} from 'vitest'
import {openNpz, writeNpz} from '../../src/data/npz.js'
import {writeNpy} from '../../src/data/npy.js'
import {readZipDirectory, readZipEntry} from '../../src/data/zip.js'
import {InputError} from '../../src/errors.js'

const big = {
  name: 'big',
  shape: [20_000],
  type: 'i4' as const,
  data: Int32Array.from({length: 20_000}, (_, i) => (i * 7919) % 1000),
}
const small = {name: 'small', shape: [2], type: 'f8' as const, data: Float64Array.of(1.5, -2)}
const file = writeNpz([big, small])
const objectNpy = Buffer.from(
  Buffer.from(writeNpy({name: 'o', shape: [], type: 'S', data: ['p']}))
    .toString('latin1')
    .replace("'|S1'", "'|O'  ")
    .replace('}  ', '}'),
  'latin1',
)

/** The archive with one 16- or 32-bit field after each signature changed. */
function patch(bytes: Uint8Array, signature: number, offset: number, value: number, width: 2 | 4 = 4): Uint8Array {
  const out = Buffer.from(bytes)
  for (let at = 0; at + 4 <= out.length; at++)
    if (out.readUInt32LE(at) === signature) out.writeUIntLE(value, at + offset, width)
  return out
}
const CENTRAL = 0x02014b50

describe('openNpz', () => {
  it('reads what was written, and shapes without unpacking', () => {
    const archive = openNpz(file, 'f.npz')
    expect(archive.names).toEqual(['big', 'small'])
    expect(archive.shape('big')).toEqual([20_000])
    expect(archive.read('big')).toEqual(big)
    expect(archive.read('small')).toEqual(small)
  })
  it('gives the same bytes for the same arrays', () => {
    expect(writeNpz([big, small])).toEqual(file)
  })
  it('skips object arrays and entries that are not arrays, and carries their bytes', () => {
    const archive = openNpz(
      zipSync({'o.npy': objectNpy, 'readme.txt': Buffer.from('x'), 'small.npy': writeNpy(small)}),
      'f.npz',
    )
    expect(archive.names).toEqual(['small'])
    expect(archive.skipped.map(({name}) => name)).toEqual(['o', 'readme.txt'])
    expect(archive.has('o')).toBe(false)
    expect(() => archive.read('o')).toThrow(/never unpickled/)
    expect(Buffer.from(archive.raw('o'))).toEqual(objectNpy)
  })
  it('names the arrays where one is absent', () => {
    expect(() => openNpz(file, 'f.npz').read('labels')).toThrow('f.npz: has no array labels, its arrays are big, small')
  })
  it('keeps an array called __proto__ an array', () => {
    const archive = openNpz(writeNpz([{...small, name: '__proto__'}]), 'f.npz')
    expect(archive.read('__proto__').data).toEqual(small.data)
    expect(({} as Record<string, unknown>)['shape']).toBeUndefined()
  })
  it('every truncation is an InputError', () => {
    for (let length = 0; length < file.length; length += 97) {
      expect(() => openNpz(file.subarray(0, length), 'f.npz')).toThrow(InputError)
    }
  })
  it('a changed byte is an InputError or changes nothing that is read', () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({min: 1, max: 255}), (at, flip) => {
        const changed = Uint8Array.from(file)
        changed[at]! ^= flip
        try {
          const archive = openNpz(changed, 'f.npz')
          for (const name of archive.names) {
            const expected = name === 'big' ? big : name === 'small' ? small : null
            if (expected !== null) expect(Buffer.compare(writeNpy(archive.read(name)), writeNpy(expected))).toBe(0)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      }),
      {seed: 3, numRuns: 400},
    )
  })
})

describe('bad archives', () => {
  const bomb = zipSync({'a.npy': new Uint8Array(5_000_000)})
  it.each<[string, () => unknown, RegExp]>([
    [
      'text',
      () => openNpz(Buffer.from('just text'), 'f.npz'),
      /f\.npz: is not a zip archive, it looks like plain text/,
    ],
    ['an empty file', () => openNpz(new Uint8Array(0), 'f.npz'), /it looks like an empty file/],
    [
      'more than the limit unpacked',
      () => readZipDirectory(bomb, 'f.npz', {maxEntries: 10, maxBytes: 1_000_000}),
      /needs more than 1000000 bytes when unpacked/,
    ],
    [
      'too many entries',
      () => readZipDirectory(file, 'f.npz', {maxEntries: 1, maxBytes: 1e9}),
      /holds 2 entries, the limit is 1/,
    ],
    ['an impossible ratio', () => openNpz(patch(file, CENTRAL, 24, 2 ** 31), 'f.npz'), /claims 2147483648 bytes from/],
    [
      'a declared size below the real one',
      () => openNpz(patch(file, CENTRAL, 24, 100), 'f.npz').read('big'),
      /is corrupt/,
    ],
    ['two entries on the same data', () => openNpz(patch(file, CENTRAL, 42, 0), 'f.npz'), /overlaps/],
    ['encryption', () => openNpz(patch(file, CENTRAL, 8, 1, 2), 'f.npz'), /is encrypted/],
    ['another compression', () => openNpz(patch(file, CENTRAL, 10, 12, 2), 'f.npz'), /uses the compression method 12/],
    [
      'a path that climbs',
      () => openNpz(zipSync({'../a.npy': writeNpy(small)}), 'f.npz'),
      /has an entry with the name "\.\.\/a\.npy"/,
    ],
    [
      'a wrong checksum',
      () => openNpz(patch(file, CENTRAL, 16, 1), 'f.npz').read('small'),
      /does not match its checksum/,
    ],
  ])('%s', (_, attempt, message) => {
    expect(attempt).toThrow(InputError)
    expect(attempt).toThrow(message)
  })
  it('a name twice', () => {
    const twice = Buffer.from(zipSync({'a.npy': writeNpy(small), 'b.npy': writeNpy(small)}))
    for (let at = 0; at < twice.length - 5; at++)
      if (twice.toString('latin1', at, at + 5) === 'b.npy') twice.write('a', at)
    expect(() => openNpz(twice, 'f.npz')).toThrow('f.npz: holds the entry a.npy twice')
  })
})

it('entries of an archive that fflate wrote are read back, stored and deflated', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 300}), fc.boolean(), (content, stored) => {
      const bytes = zipSync({x: [content, {level: stored ? 0 : 6}]})
      const [entry] = readZipDirectory(bytes, 'f')
      expect(Uint8Array.from(readZipEntry(bytes, entry!, 'f'))).toEqual(content)
    }),
    {seed: 4},
  )
})

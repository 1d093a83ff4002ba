import {deflateSync, gunzipSync, gzipSync, inflateSync, crc32} from 'node:zlib'
import {zipSync} from 'fflate'
import {readZipDirectory, readZipEntry} from '../../../src/data/zip.js'
import {changeList, type Mutator, pick} from './mutator.js'
import {WORDS} from './text.js'

/*
 * Changes inside of what has a checksum or a length around it: unpacked, changed and packed again, so that they reach
 * the reader inside. A file that does not unpack stays as it is.
 */

const orSame =
  (change: Mutator): Mutator =>
  (input, other, random) => {
    try {
      return change(input, other, random)
    } catch {
      return input
    }
  }

type Part = [name: string, content: Uint8Array]

const partsOf = (bytes: Uint8Array): Part[] =>
  readZipDirectory(bytes, 'zip').map((entry): Part => [entry.name, readZipEntry(bytes, entry, 'zip')])

/**
 * Entries of a zip archive: left out, repeated under another name, or changed by one of `inner`, with the right CRC.
 */
export const mutateZip = (...inner: Mutator[]): Mutator =>
  orSame((input, other, random) => {
    const [own, others] = [partsOf(input), partsOf(other)]
    const change = ([name, content]: Part): Part => {
      const [, from] = others.find(([candidate]) => candidate === name) ?? pick(others, random)
      return random.integer(12) === 0
        ? [pick([...WORDS.map((word) => `${word}.npy`), ...own.map(([known]) => known)], random), content]
        : [name, pick(inner, random)(content, from, random)]
    }
    const at = random.integer(own.length)
    const parts =
      random.integer(4) === 0
        ? changeList(own, others, change, random)
        : own.map((part, k) => (k === at ? change(part) : part))
    return zipSync(Object.fromEntries(parts), {level: random.uniform() < 0.2 ? 6 : 0, mtime: new Date(1980, 0, 1)})
  })

export const mutateGzip = (...inner: Mutator[]): Mutator =>
  orSame((input, other, random) =>
    gzipSync(pick(inner, random)(gunzipSync(input), gunzipSync(other), random), {level: 1}),
  )

/** The JSON header of safetensors, with the right length before it. */
export const mutateSafetensors = (inner: Mutator): Mutator =>
  orSame((input, other, random) => {
    const header = (bytes: Uint8Array) => bytes.subarray(8, 8 + Number(Buffer.from(bytes).readBigUInt64LE(0)))
    const own = header(input)
    const fresh = inner(own, header(other), random)
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(fresh.length))
    return Buffer.concat([length, fresh, input.subarray(8 + own.length)])
  })

/** A chunk of a PNG, the pixels unpacked, with the right CRC. */
export const mutatePng = (inner: Mutator): Mutator =>
  orSame((input, other, random) => {
    const chunks = pngChunks(input)
    const others = pngChunks(other)
    const change = ([name, content]: Part): Part => {
      const from = others.find(([candidate]) => candidate === name)?.[1] ?? content
      if (name !== 'IDAT' || random.uniform() < 0.3) return [name, inner(content, from, random)]
      return [name, deflateSync(inner(inflateSync(content), inflateSync(from), random))]
    }
    const out = changeList(chunks, others, change, random)
    return Buffer.concat([
      input.subarray(0, 8),
      ...out.map(([name, content]) => {
        const body = Buffer.concat([Buffer.from(name, 'latin1'), content])
        const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
        length.writeUInt32BE(content.length)
        check.writeUInt32BE(crc32(body))
        return Buffer.concat([length, body, check])
      }),
    ])
  })

function pngChunks(bytes: Uint8Array): Part[] {
  const view = Buffer.from(bytes)
  const chunks: Part[] = []
  for (let at = 8; at + 12 <= view.length; ) {
    const length = view.readUInt32BE(at)
    chunks.push([view.toString('latin1', at + 4, at + 8), view.subarray(at + 8, at + 8 + length)])
    at += 12 + length
  }
  return chunks
}

import {crc32} from 'node:zlib'
import {zlibSync} from 'fflate'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const COLOUR = {1: 0, 3: 2} as const
const LEVEL = 3

/**
 * A PNG file of 8-bit grey or RGB levels, without filters. fflate compresses, so that the bytes do not depend on the
 * version of Node.
 *
 * Shapes   levels [height, width, channels].
 * Source   PNG specification, third edition, §5 and §11.2: IHDR, IDAT, IEND.
 */
export function encodePng(width: number, height: number, channels: 1 | 3, levels: Uint8ClampedArray): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, COLOUR[channels], 0, 0, 0], 8)
  const line = width * channels
  // Every line starts with its filter: none.
  const lines = new Uint8Array(height * (line + 1))
  for (let y = 0; y < height; y++) lines.set(levels.subarray(y * line, (y + 1) * line), y * (line + 1) + 1)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(lines, {level: LEVEL})),
    chunk('IEND', new Uint8Array(0)),
  ])
}

function chunk(type: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const frame = Buffer.alloc(8 + named.length)
  frame.writeUInt32BE(content.length, 0)
  frame.set(named, 4)
  frame.writeUInt32BE(crc32(named), 4 + named.length)
  return frame
}

import protobuf from 'protobufjs/minimal.js'
import type {Random} from '../../../src/stats/random.js'
import {mutateBytes} from './bytes.js'
import {changeList, type Mutator, pick} from './mutator.js'
import {WORDS} from './text.js'

interface Part {
  tag: number
  /** of a varint */
  value?: number
  /** of everything else, without a length before it */
  bytes?: Uint8Array
}

/**
 * One change to a field of a protobuf message, or of a message in it, with the lengths around it put right. No message:
 * unchanged.
 */
export const mutateProtobuf: Mutator = (input, other, random) => {
  const own = parse(input)
  return own === null || own.length === 0 ? input : encode(change(own, parse(other) ?? [], random, 8))
}

function change(parts: Part[], others: Part[], random: Random, depth: number): Part[] {
  // Down to a message inside more often than not: what stands there is what readers look at.
  const at = random.integer(parts.length)
  const inner = depth > 0 ? messageIn(parts[at]!) : null
  if (inner === null || inner.length === 0 || random.integer(4) === 0)
    return changeList(parts, others, (part) => anew(part, random), random)
  const like = others.find(({tag}) => tag === parts[at]!.tag)
  return parts.with(at, {
    tag: parts[at]!.tag,
    bytes: encode(change(inner, (like && messageIn(like)) ?? inner, random, depth - 1)),
  })
}

const messageIn = ({tag, bytes}: Part): Part[] | null =>
  (tag & 7) === 2 && bytes !== undefined && bytes.length >= 2 ? parse(bytes) : null

function anew(part: Part, random: Random): Part {
  const kind = random.integer(5)
  if (kind === 0) return {...part, tag: ((1 + random.integer(30)) << 3) | (part.tag & 7)}
  if (part.value !== undefined)
    return {
      tag: part.tag,
      value: pick(
        [0, 1, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, part.value + 1, part.value - 1, random.integer(20)],
        random,
      ),
    }
  if (kind === 1 && (part.tag & 7) === 2) return {tag: part.tag, bytes: Buffer.from(pick(WORDS, random))}
  return {tag: part.tag, bytes: (part.tag & 7) === 2 ? mutateBytes(part.bytes!, part.bytes!, random) : part.bytes!}
}

function parse(message: Uint8Array): Part[] | null {
  try {
    const reader = protobuf.Reader.create(message)
    const parts: Part[] = []
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      if (tag >>> 3 === 0) return null
      const start = reader.pos
      if ((tag & 7) === 0) parts.push({tag, value: Number(reader.int64())})
      else if ((tag & 7) === 2) parts.push({tag, bytes: reader.bytes()})
      else {
        reader.skipType(tag & 7)
        parts.push({tag, bytes: message.subarray(start, reader.pos)})
      }
    }
    return parts
  } catch {
    return null
  }
}

function encode(parts: readonly Part[]): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const {tag, value, bytes} of parts) {
    const head = protobuf.Writer.create().uint32(tag)
    if (value !== undefined) pieces.push(head.int64(value).finish())
    else if ((tag & 7) === 2) pieces.push(head.bytes(bytes!).finish())
    else pieces.push(head.finish(), bytes!)
  }
  return Buffer.concat(pieces)
}

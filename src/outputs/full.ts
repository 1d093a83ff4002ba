import {readSync} from 'node:fs'
import {fromBfloat16, fromFloat16} from '../data/half-precision.js'
import type {NumericArray} from '../data/named-array.js'
import {parseNpy} from '../data/npy.js'
import {InputError, option} from '../errors.js'
import {type Member, type Members, openMembers, readAt} from './array-members.js'
import {openParquetMembers} from './parquet-members.js'
import type {RecordedDocument, RecordedOutputs} from './recorded.js'

/** Names by which an array is known. */
const NAMES = {
  logits: ['logits', 'scores'],
  logProbabilities: ['log_probs', 'logprobs', 'log_probabilities'],
  /** the token that a row predicts */
  aligned: ['targets', 'next_tokens'],
  /** the token that a row has just read: it predicts the next one */
  shifted: ['input_ids'],
  /** both are in use: labels of Hugging Face are not shifted, others are */
  either: ['tokens', 'token_ids', 'labels'],
  mask: ['mask', 'attention_mask', 'loss_mask', 'response_mask'],
  ids: ['ids', 'doc_ids', 'names'],
  pieces: ['pieces', 'vocabulary', 'vocab'],
  advantages: ['advantages'],
} as const

export interface FullOptions {
  /** whether `tokens` holds the token that a row predicts (0) or the one before it (1); null: not said */
  shift: 0 | 1 | null
}

/**
 * Whole next-token distributions [documents, positions, vocabulary], or [positions, vocabulary] of one document, from
 * npz, npy, safetensors or Parquet. One row is in memory at a time.
 *
 * Reads      logits or log_probs; targets (−100 and what the mask leaves out are not positions), or input_ids, where row t
 *            predicts token t + 1; tokens and labels with a shift that is said; ids, mask, vocabulary and advantages where they are there.
 * Throws     InputError  an array is missing, has another shape, or can be understood in two ways; log_probs whose first
 *            row does not sum to 1.
 */
export async function openFull(path: string, options: FullOptions & {isParquet: boolean}): Promise<RecordedOutputs> {
  const opened = await (options.isParquet ? openParquetMembers(path) : openMembers(path))
  try {
    return describeFull(path, opened, options.shift)
  } catch (error) {
    opened.close()
    throw error
  }
}

function describeFull(path: string, {members, isUnpacked, close}: Members, shift: 0 | 1 | null): RecordedOutputs {
  const find = (names: readonly string[]) => members.find(({name}) => names.includes(name)) ?? null
  const scores = find([...NAMES.logits, ...NAMES.logProbabilities])
  if (scores === null)
    throw new InputError(
      `${path}: has no array logits or log_probs; its arrays are ${members.map(({name}) => name).join(', ') || 'none'}`,
      ['name the array logits or log_probs'],
    )
  const shape = scores.shape.length === 2 ? [1, ...scores.shape] : [...scores.shape]
  const [documents, length, vocabulary] = shape as [number, number, number]
  if (shape.length !== 3 || !['f2', 'bf16', 'f4', 'f8'].includes(scores.type ?? ''))
    throw new InputError(
      `${path}, array ${scores.name}: has the shape ${scores.shape.join(' × ')} and the type ${scores.type ?? 'unknown'}, expected numbers [documents, positions, vocabulary]`,
      ['write logits as 16-, 32- or 64-bit floating point numbers'],
    )
  const layout = {path, documents, length, vocabulary}
  const taken = takenTokens(find, layout, shift)
  const mask = small(find(NAMES.mask), [documents, length], layout)
  const advantages = find(NAMES.advantages)
  const perDocument = advantages !== null && advantages.shape.length === 1
  const weights = small(advantages, perDocument ? [documents] : [documents, length], layout)
  const names = texts(find(NAMES.ids), path)
  if (names !== null && names.length !== documents)
    throw new InputError(`${path}: names ${names.length} documents and holds ${documents}`, ['give one id a document'])
  const words = texts(find(NAMES.pieces), path)
  const rows: Int32Array[] = []
  const recorded = Array.from({length: documents}, (_, d): RecordedDocument => {
    const kept: number[] = []
    const tokens: number[] = []
    for (let t = 0; t + (taken?.shift ?? 0) < length; t++) {
      const next = d * length + t + (taken?.shift ?? 0)
      if (mask !== null && mask[next] === 0) continue
      const token = taken === null ? 0 : taken.values[next]!
      if (token === -100) continue
      if (!(Number.isInteger(token) && token >= 0 && token < vocabulary))
        throw new InputError(
          `${path}: document ${d}, position ${t}: the token ${token} is outside of the vocabulary of ${vocabulary}`,
          ['mark what is not a token with −100, or with 0 in an array mask'],
        )
      kept.push(t)
      tokens.push(token)
    }
    rows.push(Int32Array.from(kept))
    return {
      name: names?.[d] ?? null,
      positions: kept.length,
      tokens: taken === null ? null : tokens,
      pieces: words === null || taken === null ? null : tokens.map((token) => words[token] ?? `#${token}`),
      advantages:
        weights === null ? null : perDocument ? kept.map(() => weights[d]!) : kept.map((t) => weights[d * length + t]!),
    }
  })
  const read = rowReader(scores, vocabulary)
  if (NAMES.logProbabilities.includes(scores.name as never))
    requireLogProbabilities(read, rows, length, path, scores.name)
  return {
    path,
    format: `${scores.name} [${shape.join(', ')}]`,
    kind: 'full',
    isUnpacked,
    vocabulary,
    documents: recorded,
    row: (d, k) => read(d * length + rows[d]![k]!),
    top: () => {
      throw new InputError(`${path}: holds whole distributions`)
    },
    close,
  }
}

interface Layout {
  path: string
  documents: number
  length: number
  vocabulary: number
}

function takenTokens(
  find: (names: readonly string[]) => Member | null,
  layout: Layout,
  shift: 0 | 1 | null,
): {values: NumericArray; shift: 0 | 1} | null {
  const {path, documents, length} = layout
  const aligned = find(NAMES.aligned)
  const shifted = find(NAMES.shifted)
  const either = find(NAMES.either)
  const read = (member: Member) => small(member, [documents, length], layout)!
  if (aligned !== null) return {values: read(aligned), shift: 0}
  if (shifted !== null) return {values: read(shifted), shift: shift ?? 1}
  if (either === null) return null
  if (shift === null)
    throw new InputError(`${path}: ${either.name} can hold the token that a row predicts, or the one before it`, [
      `say ${option('shift')} 0 or ${option('shift')} 1`,
      'or call the array targets, or input_ids',
    ])
  return {values: read(either), shift}
}

/** A small array as a whole; [positions] stands for one document. */
function small(member: Member | null, shape: number[], {path}: Layout): NumericArray | null {
  if (member === null) return null
  const values = shape.reduce((product, n) => product * n, 1)
  const found = member.shape.reduce((product, n) => product * n, 1)
  if (
    member.type === null ||
    member.type === 'S' ||
    member.type === 'U' ||
    found !== values ||
    member.shape.at(-1) !== shape.at(-1)
  )
    throw new InputError(
      `${path}, array ${member.name}: has the shape ${member.shape.join(' × ')}, expected numbers ${shape.join(' × ')}`,
      ['give one value a position of logits'],
    )
  return numbersOf(member, path)
}

function numbersOf(member: Member, path: string): NumericArray {
  const values = member.shape.reduce((product, n) => product * n, 1)
  if (member.headerBytes > 0) {
    const bytes = readAt(
      member.file,
      member.offset - member.headerBytes,
      member.headerBytes + values * member.itemBytes,
    )
    return parseNpy(bytes, member.name, path).data as NumericArray
  }
  const bytes = readAt(member.file, member.offset, values * member.itemBytes)
  if (member.type === 'i8') return Float64Array.from({length: values}, (_, k) => Number(bytes.readBigInt64LE(8 * k)))
  if (member.type === 'i4') return Int32Array.from({length: values}, (_, k) => bytes.readInt32LE(4 * k))
  if (member.type === 'f4') return Float32Array.from({length: values}, (_, k) => bytes.readFloatLE(4 * k))
  if (member.type === 'f8') return Float64Array.from({length: values}, (_, k) => bytes.readDoubleLE(8 * k))
  if (member.type === 'u1' || member.type === 'b1') return Uint8Array.from(bytes)
  throw new InputError(`${path}, array ${member.name}: has a type that is not read here`, ['use 32- or 64-bit numbers'])
}

function texts(member: Member | null, path: string): string[] | null {
  if (member === null) return null
  const values = member.shape.reduce((product, n) => product * n, 1)
  if (member.headerBytes === 0 || member.type === null)
    return member.type === null ? null : Array.from(numbersOf(member, path), String)
  const bytes = readAt(member.file, member.offset - member.headerBytes, member.headerBytes + values * member.itemBytes)
  return Array.from(parseNpy(bytes, member.name, path).data as ArrayLike<string | number>, String)
}

/** Row r of [rows, vocabulary], in buffers that are reused. */
function rowReader(
  {file, offset, type, itemBytes}: Member,
  vocabulary: number,
): (row: number) => Float32Array | Float64Array {
  const bytes = new Uint8Array(vocabulary * itemBytes)
  const buffer = Buffer.from(bytes.buffer)
  const fill = (row: number) => {
    let done = 0
    while (done < buffer.length) {
      const read = readSync(file, buffer, done, buffer.length - done, offset + row * buffer.length + done)
      if (read === 0) throw new InputError(`the file ended in row ${row}: it changed while it was read`)
      done += read
    }
  }
  const halves = new Uint16Array(bytes.buffer, 0, (vocabulary * itemBytes) >> 1)
  const view = type === 'f8' ? new Float64Array(bytes.buffer) : type === 'f4' ? new Float32Array(bytes.buffer) : null
  return (row) => {
    fill(row)
    return view ?? (type === 'bf16' ? fromBfloat16(halves) : fromFloat16(halves))
  }
}

/** Refuses log-probabilities that are not normalised: using them would silently change the temperature of the model. */
function requireLogProbabilities(
  read: (row: number) => Float32Array | Float64Array,
  rows: readonly Int32Array[],
  length: number,
  path: string,
  name: string,
): void {
  const d = rows.findIndex((kept) => kept.length > 0)
  if (d < 0) return
  const sum = Float64Array.from(read(d * length + rows[d]![0]!)).reduce((total, x) => total + Math.exp(x), 0)
  if (!(Math.abs(sum - 1) < 0.02))
    throw new InputError(
      `${path}, array ${name}: its probabilities sum to ${sum.toPrecision(4)} in the first row, not to 1`,
      ['call the array logits if it holds logits'],
    )
}

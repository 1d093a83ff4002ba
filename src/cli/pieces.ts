import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {writeFileAtomic} from '../data/atomic-write.js'
import {isJsonObject, parseJson} from '../data/json.js'
import {openSafetensors, type SafetensorsFile} from '../data/safetensors.js'
import {writeSafetensors, type WrittenArray} from '../data/write-safetensors.js'
import {InputError} from '../errors.js'
import type {HeldPiece, PieceArray, Pieces, PieceTypes} from '../frame/pieces.js'

/** What is told of a piece beside its arrays. */
interface Told {
  name: string
  run: string
  facts: Record<string, unknown>
}

const AGAIN = ['delete this file: its stage makes it again']

/**
 * The pieces of one run as files of a folder, <name>.safetensors, each whole or not there.
 *
 * `run`     names the run: pieces of another one are refused.
 * Throws    InputError  a piece of another run or of another name, or one whose content does not have the checksum that
 *           it states.
 */
export const piecesIn = (folder: string, run: string): Pieces => {
  const pathOf = (name: string) => join(folder, `${name}.safetensors`)
  return {
    has: (name) => existsSync(pathOf(name)),
    async read(name) {
      const path = pathOf(name)
      if (!existsSync(path)) return null
      const bytes = await readFile(path)
      const file = openSafetensors(bytes, path)
      const told = toldBy(file, path)
      // The data come last, and are all of the tensors.
      const start = 8 + Number(bytes.readBigUInt64LE(0))
      if (file.metadata['checksum'] !== checksumOf(file.metadata['surety']!, [bytes.subarray(start)]))
        throw new InputError(`${path}: is damaged: its content does not have the checksum that it states`, AGAIN)
      if (told.run !== run)
        throw new InputError(`${path}: belongs to another run`, [...AGAIN, 'give each run a folder of its own'])
      if (told.name !== name) throw new InputError(`${path}: is the piece ${told.name} under another name`, AGAIN)
      return heldIn(file, path, told)
    },
    async write(name, {facts, arrays}) {
      const written = Object.entries(arrays).map(
        ([array, {shape, data}]): WrittenArray => ({name: array, shape, type: typeOf(data), data}),
      )
      const surety = JSON.stringify({name, run, facts} satisfies Told)
      const checksum = checksumOf(
        surety,
        written.map(({data}) => bytesOf(data as PieceArray)),
      )
      await writeFileAtomic(pathOf(name), writeSafetensors(written, {surety, checksum}))
    },
  }
}

function heldIn(file: SafetensorsFile, place: string, {facts}: Told): HeldPiece {
  return {
    place,
    facts,
    array: <T extends keyof PieceTypes>(name: string, type: T, shape: readonly number[]) => {
      const array = file.read(name)
      if (
        array.type !== type ||
        array.shape.length !== shape.length ||
        array.shape.some((size, k) => size !== shape[k])
      )
        throw new InputError(
          `${place}, tensor ${name}: is ${array.type} [${array.shape.join(', ')}], expected ${type} [${shape.join(', ')}]`,
          AGAIN,
        )
      return array.data as PieceTypes[T]
    },
  }
}

function toldBy({metadata}: SafetensorsFile, path: string): Told {
  const text = metadata['surety']
  const told = text === undefined ? null : parseJson(Buffer.from(text), path)
  if (isJsonObject(told) && typeof told.name === 'string' && typeof told.run === 'string' && isJsonObject(told.facts))
    return told as unknown as Told
  throw new InputError(`${path}: is not a piece of a run of surety`, AGAIN)
}

/** The arrays follow each other in the file without gaps, so the sum is that of all data. */
function checksumOf(surety: string, data: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(surety)
  for (const bytes of data) hash.update(bytes)
  return hash.digest('hex')
}

const bytesOf = ({buffer, byteOffset, byteLength}: PieceArray) => new Uint8Array(buffer, byteOffset, byteLength)

const typeOf = (data: PieceArray): keyof PieceTypes =>
  data instanceof Float64Array ? 'f8' : data instanceof Uint32Array ? 'u4' : data instanceof Int32Array ? 'i4' : 'u1'

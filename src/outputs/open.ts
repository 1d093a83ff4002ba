import {createHash} from 'node:crypto'
import {closeSync, createReadStream, statSync} from 'node:fs'
import {InputError} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import {openFile, readAt} from './array-members.js'
import {type FullOptions, openFull} from './full.js'
import {KLD_MAGIC, openKld} from './kld.js'
import type {RecordedOutputs} from './recorded.js'
import {openTop} from './top.js'

/**
 * Opens recorded outputs of a model in any format; the content of the file decides which.
 *
 * Throws  InputError  no such file, a folder, or a format that is not read.
 */
export async function openOutputs(path: string, options: FullOptions): Promise<RecordedOutputs> {
  const info = statSync(path, {throwIfNoEntry: false})
  if (info === undefined)
    throw new InputError(`${path}: there is no such file`, ['check the path; it is relative to the current folder'])
  if (!info.isFile()) throw new InputError(`${path}: is not a file`, ['name the file inside it'])
  if (info.size === 0) throw new InputError(`${path}: is empty`, ['check that the file was written completely'])
  const file = openFile(path)
  const head = readAt(file, 0, 64)
  closeSync(file)
  if (head.toString('latin1', 0, 8) === KLD_MAGIC) return openKld(path)
  if (head.toString('latin1', 0, 4) === 'PAR1') return openFull(path, {...options, isParquet: true})
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  return text.startsWith('{') ? openTop(path) : openFull(path, {...options, isParquet: false})
}

/** What the report says about a file of any size; this reads the file once more. */
export async function describeFile(path: string, role: InputFile['role']): Promise<InputFile> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const part of createReadStream(path, {highWaterMark: 2 ** 20})) {
    hash.update(part as Buffer)
    bytes += (part as Buffer).length
  }
  return {path, sha256: hash.digest('hex'), bytes, ...(role === undefined ? {} : {role})}
}

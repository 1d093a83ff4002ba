import {closeSync, readSync, statSync} from 'node:fs'
import {isJsonObject, type JsonObject, parseJson} from '../data/json.js'
import {InputError} from '../errors.js'
import {openFile, readAt} from './array-members.js'

/** JSON lines of any number, each read when it is asked for. */
export interface Lines {
  count: number
  /** of the file, from 1 */
  line: (k: number) => number
  object: (k: number) => JsonObject
  close: () => void
}

const PART = 2 ** 20
/** One line is in memory at a time. */
const MAX_LINE = 2 ** 28

/** Throws InputError where a line is longer than 256 MiB or no JSON object (when it is read). */
export function openLines(path: string): Lines {
  const file = openFile(path)
  const size = statSync(path).size
  const starts: number[] = []
  const ends: number[] = []
  const numbers: number[] = []
  const part = Buffer.alloc(PART)
  let [start, number] = [0, 1]
  const add = (end: number) => {
    if (end - start > MAX_LINE)
      throw new InputError(`${path}, line ${number}: has ${end - start} bytes, the limit is ${MAX_LINE}`, [
        'write one document a line',
      ])
    if (end > start) {
      starts.push(start)
      ends.push(end)
      numbers.push(number)
    }
    start = end + 1
    number++
  }
  for (let at = 0; at < size; ) {
    const read = readSync(file, part, 0, PART, at)
    if (read === 0) break
    for (let k = part.indexOf(10); k >= 0 && k < read; k = part.indexOf(10, k + 1)) add(at + k)
    at += read
  }
  if (start < size) add(size)
  const objectOf = (k: number) => {
    const bytes = readAt(file, starts[k]!, ends[k]! - starts[k]!)
    const where = `${path}, line ${numbers[k]}`
    const value = parseJson(bytes, where)
    if (isJsonObject(value)) return value
    throw new InputError(`${where}: is not a JSON object`, ['write one object a line'])
  }
  return {count: starts.length, line: (k) => numbers[k]!, object: objectOf, close: () => closeSync(file)}
}

import {InputError} from '../../errors.js'
import type {Note} from '../../frame/report.js'

/** A line of networkx.write_edgelist: two nodes and a dictionary of Python. */
const LINE = /^(.+?)(\s*[,;|\t]\s*|\s+)(.+?)\2(\{.*\})\s*$/
const DICTIONARY = /\{.*\}\s*$/

export interface DictionaryRecords {
  readonly ids: string[]
  /** [records] where the line of each begins, and ends */
  readonly starts: number[]
  readonly ends: number[]
  readonly lines: number[]
  readonly attributes: Record<string, unknown>[]
  readonly delimiter: string
  readonly notes: Note[]
}

/** Whether text is what NetworkX writes as an edge list by default: every line ends with a dictionary, {} where empty. */
export function isDictionaryList(text: string): boolean {
  const lines = text.split('\n', 50).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  return lines.length > 0 && lines.every((line) => DICTIONARY.test(line)) && LINE.test(lines[0]!)
}

/**
 * The edges of networkx.write_edgelist(graph): source, target and a Python dictionary of numbers, text, True, False and
 * None; other values stay the text of the dictionary.
 *
 * Throws  InputError  a line that is made otherwise, as in a multiline adjacency list (names the line).
 */
export function dictionaryRecords(bytes: Uint8Array, place: string): DictionaryRecords {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out: DictionaryRecords = {ids: [], starts: [], ends: [], lines: [], attributes: [], delimiter: ' ', notes: []}
  let delimiter: string | null = null
  for (let at = buffer.indexOf('\ufeff') === 0 ? 3 : 0, line = 1; at < buffer.length; line++) {
    const newline = buffer.indexOf(0x0a, at)
    const end = newline < 0 ? buffer.length : newline + 1
    const text = buffer.toString('utf8', at, end).trim()
    if (text !== '' && !text.startsWith('#')) {
      const [, source, between, target, dictionary] = LINE.exec(text) ?? []
      if (source === undefined || (delimiter !== null && between !== delimiter))
        throw new InputError(
          `${place}, line ${line}: ${JSON.stringify(text.slice(0, 60))} is not an edge with a dictionary, as the other lines are`,
          ['write it with networkx.write_edgelist(graph, FILE); adjacency lists are not read'],
        )
      delimiter ??= between!
      out.ids.push(source, target!)
      out.starts.push(at)
      out.ends.push(end)
      out.lines.push(line)
      out.attributes.push(dictionaryOf(dictionary!))
    }
    at = end
  }
  return {...out, delimiter: delimiter ?? ' '}
}

const TOKEN =
  /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(True|False|None)|(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|-?inf|nan)(?=[\s,}:]))\s*([,:}])/iy

/** A flat dictionary as Python writes it; what has lists or objects inside becomes the one attribute `attributes`. */
export function dictionaryOf(text: string): Record<string, unknown> {
  const entries: [string, unknown][] = []
  const asText = {attributes: text}
  TOKEN.lastIndex = 1
  if (/^\{\s*\}$/.test(text)) return {}
  for (let key: string | null = null; TOKEN.lastIndex < text.length; ) {
    const found = TOKEN.exec(text)
    if (found === null) return asText
    const [, quoted, word, number, behind] = found
    const value = quoted !== undefined ? unquoted(quoted) : word !== undefined ? WORDS[word] : numberOf(number!)
    if (key === null) {
      if (behind !== ':') return asText
      key = String(value)
      continue
    }
    if (behind === ':') return asText
    if (value !== null) entries.push([key, value])
    key = null
    if (behind === '}') break
  }
  return Object.fromEntries(entries)
}

const WORDS: Record<string, unknown> = {True: true, False: false, None: null}

const numberOf = (text: string): unknown =>
  /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text))
    ? BigInt(text)
    : /inf/i.test(text)
      ? (text.startsWith('-') ? -1 : 1) * Infinity
      : Number(text)

const unquoted = (text: string): string =>
  text
    .slice(1, -1)
    .replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|.)/gi, (_, code: string) =>
      /^[xu]./i.test(code) && code.length > 1
        ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
        : (ESCAPED[code] ?? code),
    )
const ESCAPED: Record<string, string> = {n: '\n', t: '\t', r: '\r'}

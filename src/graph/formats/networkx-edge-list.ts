import {InputError} from '../../errors.js'

/** A line of networkx.write_edgelist: two nodes and a Python dictionary, with the same separator between them. */
interface DictionaryLine {
  readonly source: string
  readonly between: string
  readonly target: string
  readonly dictionary: string
}

/** Splits the line at the first brace after two nodes; null: not such a line. Linear time. */
function splitLine(text: string): DictionaryLine | null {
  if (!text.endsWith('}')) return null
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
    const start = betweenStart(text, open)
    const between = text.slice(start, open)
    const second = between === '' ? -1 : text.indexOf(between, 1)
    if (second > 0 && second + between.length < start)
      return {
        source: text.slice(0, second),
        between,
        target: text.slice(second + between.length, start),
        dictionary: text.slice(open),
      }
  }
  return null
}

/** Where the spaces and the one separator before `end` begin. */
function betweenStart(text: string, end: number): number {
  const skipSpace = (at: number) => {
    while (at > 0 && /\s/.test(text[at - 1]!)) at--
    return at
  }
  const at = skipSpace(end)
  return at > 0 && ',;|'.includes(text[at - 1]!) ? skipSpace(at - 1) : at
}

export interface DictionaryRecords {
  readonly ids: string[]
  /** [records] where the line of each begins, and ends */
  readonly starts: number[]
  readonly ends: number[]
  readonly lines: number[]
  readonly attributes: Record<string, unknown>[]
  readonly delimiter: string
}

/** Whether text is what NetworkX writes as an edge list by default: every line ends with a dictionary, {} where empty. */
export function isDictionaryList(text: string): boolean {
  const lines = text.split('\n', 50).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  return lines.length > 0 && lines.every((line) => /\}\s*$/.test(line)) && splitLine(lines[0]!.trim()) !== null
}

/**
 * The edges of networkx.write_edgelist(graph): source, target and a Python dictionary of numbers, text, True, False and
 * None; a dictionary with other values stays text.
 *
 * Throws  InputError  a line of another form, as in a multiline adjacency list (names the line).
 */
export function dictionaryRecords(bytes: Uint8Array, place: string): DictionaryRecords {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out: DictionaryRecords = {ids: [], starts: [], ends: [], lines: [], attributes: [], delimiter: ' '}
  let delimiter: string | null = null
  for (let at = buffer.indexOf('\ufeff') === 0 ? 3 : 0, line = 1; at < buffer.length; line++) {
    const newline = buffer.indexOf(0x0a, at)
    const end = newline < 0 ? buffer.length : newline + 1
    const text = buffer.toString('utf8', at, end).trim()
    if (text !== '' && !text.startsWith('#')) {
      const split = splitLine(text)
      if (split === null || (delimiter !== null && split.between !== delimiter))
        throw new InputError(
          `${place}, line ${line}: ${JSON.stringify(text.slice(0, 60))} is not an edge with a dictionary, unlike the other lines`,
          ['write it with networkx.write_edgelist(graph, FILE); adjacency lists are not read'],
        )
      delimiter ??= split.between
      out.ids.push(split.source, split.target)
      out.starts.push(at)
      out.ends.push(end)
      out.lines.push(line)
      out.attributes.push(dictionaryOf(split.dictionary))
    }
    at = end
  }
  return {...out, delimiter: delimiter ?? ' '}
}

const TOKEN =
  /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(True|False|None)|(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|-?inf|nan)(?=[\s,}:]))\s*([,:}])/iy

/** A flat dictionary as Python writes it; one that holds lists or objects becomes the single attribute `attributes`. */
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

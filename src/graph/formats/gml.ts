import {InputError} from '../../errors.js'
import {rawOfAttributed} from '../attributed.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {keptNodes, keptRecords} from '../kept-edges.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions} from '../node-attributes.js'
import {attributeColumns} from './json-records.js'

/** A GML list: keys and values in order, and its position in the text, including its own key. */
interface GmlList {
  readonly entries: [key: string, value: unknown][]
  readonly start: number
  end: number
}

/** No graph nests deeper; deeper nesting is an attempt to exhaust the reader. */
const MAX_DEPTH = 64
const isList = (value: unknown): value is GmlList => typeof value === 'object' && value !== null && 'entries' in value

/**
 * GML: graph [ node [ id … label … ] edge [ source … target … ] ]. Node names are the labels if every node has a unique
 * one, else the ids. Rewriting cuts elements out of the text, so everything else is unchanged.
 *
 * Throws  InputError  no graph, unclosed brackets or quotes (names the line), an edge to an unknown node.
 */
export function readGml(bytes: Uint8Array, place: string, options: AttributeOptions, limits: GraphLimits): ReadResult {
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
  const root = parseGml(text, place)
  const graph = root.entries.find(([key, value]) => key === 'graph' && isList(value))?.[1] as GmlList | undefined
  if (graph === undefined) throw new InputError(`${place}: has no graph [ … ]`, ['check that the file holds a graph'])
  const lists = (key: string) =>
    graph.entries.flatMap(([name, value]) => (name === key && isList(value) ? [value] : []))
  const [nodes, edges] = [lists('node'), lists('edge')]
  const need = (list: GmlList, key: string, what: string) => {
    const value = valueOf(list, key)
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
      throw new InputError(`${place}: ${what} has no ${key}`, ['fix the file'])
    return String(value)
  }
  const ids = nodes.map((node, k) => need(node, 'id', `node ${k}`))
  const labels = nodes.map((node) => valueOf(node, 'label') ?? valueOf(node, 'name'))
  const isNamed =
    labels.every((label) => typeof label === 'string' || typeof label === 'number') &&
    new Set(labels.map(String)).size === nodes.length
  const names = isNamed ? labels.map(String) : ids
  const nameOf = new Map(ids.map((id, k) => [id, names[k]!]))
  const end = (edge: GmlList, key: string, k: number) => {
    const id = need(edge, key, `edge ${k}`)
    return nameOf.get(id) ?? `no node with the id ${id}`
  }
  if (nameOf.size < ids.length)
    throw new InputError(`${place}: two nodes have the same id`, ['give each node its own id'])
  const nodeAttributes = nodes.map((node) => attributesOf(node, ['id']))
  const read = rawOfAttributed(
    {
      nodes: nodeAttributes.map((attributes, k) => ({id: names[k]!, attributes})),
      edges: edges.map((edge, k) => ({
        source: end(edge, 'source', k),
        target: end(edge, 'target', k),
        weight: valueOf(edge, 'weight'),
      })),
      directed: valueOf(graph, 'directed') === 1,
    },
    place,
    options,
    limits,
  )
  const {taken, ...rest} = read
  return {
    ...rest,
    carried: {
      taken,
      nodeColumns: () => attributeColumns(nodeAttributes),
      edgeColumns: () => attributeColumns(edges.map((edge) => attributesOf(edge, ['source', 'target', 'weight']))),
      rewrite: (result, pruned) => cutText(text, {graph, nodes, edges, ids}, result, pruned),
    },
  }
}

const valueOf = (list: GmlList, key: string): unknown => list.entries.find(([name]) => name === key)?.[1]

/** Attributes of an element; a repeated key becomes a list, a list of keys an object. */
function attributesOf(list: GmlList, without: readonly string[]): Record<string, unknown> {
  const out = new Map<string, unknown[]>()
  for (const [key, value] of list.entries) {
    if (!without.includes(key)) out.set(key, [...(out.get(key) ?? []), isList(value) ? attributesOf(value, []) : value])
  }
  return Object.fromEntries(Array.from(out, ([key, values]) => [key, values.length === 1 ? values[0] : values]))
}

function parseGml(text: string, place: string): GmlList {
  const token = /\s+|#[^\n]*|"[^"]*"|\[|\]|[^\s[\]"#]+/y
  const stack: GmlList[] = [{entries: [], start: 0, end: text.length}]
  let key: {name: string; start: number} | null = null
  let at = 0
  const wrong = (what: string) =>
    new InputError(`${place}, line ${text.slice(0, at).split('\n').length}: ${what}`, [
      'write the file again, or copy it again from its source',
    ])
  while (at < text.length) {
    token.lastIndex = at
    const found = token.exec(text)?.[0]
    if (found === undefined) throw wrong('is not GML: a quote that does not close')
    const top = stack.at(-1)!
    if (/^[\s#]/.test(found)) {
      at += found.length
      continue
    }
    if (found === ']') {
      if (key !== null || stack.length === 1)
        throw wrong('is not GML: a bracket that was not opened, or a key without a value')
      top.end = at + 1
      stack.pop()
    } else if (key === null) {
      if (found === '[' || found.startsWith('"')) throw wrong('is not GML: a value without a key')
      key = {name: found, start: at}
    } else if (found === '[') {
      const list: GmlList = {entries: [], start: key.start, end: text.length}
      top.entries.push([key.name, list])
      if (stack.push(list) > MAX_DEPTH) throw wrong(`is nested deeper than ${MAX_DEPTH}`)
      key = null
    } else {
      top.entries.push([key.name, found.startsWith('"') ? unescaped(found.slice(1, -1)) : numberOrWord(found)])
      key = null
    }
    at += found.length
  }
  if (stack.length > 1 || key !== null) throw wrong('is not GML: it ends too early')
  return stack[0]!
}

const numberOrWord = (text: string): unknown =>
  /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(Number(text))
    ? BigInt(text)
    : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
      ? Number(text)
      : /^[+-]?INF$/i.test(text)
        ? (text.startsWith('-') ? -1 : 1) * Infinity
        : text

const NAMED: Record<string, string> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"}
/** Characters beyond ASCII are written as entities. */
const unescaped = (text: string): string =>
  text.replace(/&(#(\d{1,7})|#x([0-9a-f]{1,6})|[a-z]+);/gi, (whole, word: string, decimal?: string, hex?: string) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : NaN
    if (Number.isNaN(code)) return Object.hasOwn(NAMED, word) ? NAMED[word]! : whole
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

interface GmlText {
  graph: GmlList
  nodes: GmlList[]
  edges: GmlList[]
  ids: string[]
}

function cutText(
  text: string,
  {graph, nodes, edges, ids}: GmlText,
  result: NormalisedGraph,
  pruned: Uint8Array,
): WriteResult {
  const [nodeStays, edgeStays] = [keptNodes(result, nodes.length), keptRecords(result, pruned)]
  const out = [...nodes.filter((_, k) => nodeStays[k] === 0), ...edges.filter((_, k) => edgeStays[k] === 0)].sort(
    (a, b) => a.start - b.start,
  )
  const id = (node: number) => ids[result.nodeOrigin?.[node] ?? node]!
  const pairs = result.added ?? new Uint32Array(0)
  const fresh = Array.from(
    {length: pairs.length / 2},
    (_, a) => `  edge [\n    source ${id(pairs[2 * a]!)}\n    target ${id(pairs[2 * a + 1]!)}\n    added 1\n  ]\n`,
  )
  const pieces: string[] = []
  let from = 0
  for (const {start, end} of out) {
    let before = start
    while (before > from && /\s/.test(text[before - 1]!)) before--
    pieces.push(text.slice(from, before))
    from = end
  }
  pieces.push(text.slice(from, graph.end - 1), ...fresh, text.slice(graph.end - 1))
  return {bytes: Buffer.from(pieces.join('')), notes: []}
}

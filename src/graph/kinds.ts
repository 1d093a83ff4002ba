import {exactJson} from '../data/json.js'
import {option, UsageError} from '../errors.js'
import {didYouMean} from '../frame/did-you-mean.js'
import type {Note} from '../frame/report.js'
import type {AttributeColumn, GraphDocument, NormalisedGraph} from './document.js'

/** Numbers and dates with more distinct values than this are treated as times and binned into spans. */
const MOST_KINDS = 100
/** Number of time spans, with about equally many edges each. */
const SPANS = 10
const TIME_NAME = /(^|_|:)(t|ts|time|timestamp|date|datetime|day|year|when)s?($|_|:)|(time|date|timestamp)$/i
const SHOWN = 5

/** Kinds of edges and nodes, from columns of the files. */
export interface NamedKinds {
  /** [edges of the graph] each edge's kind; null: no edge column was named */
  readonly edges: Uint32Array | null
  /** [nodes of the graph] */
  readonly nodes: Uint32Array | null
  readonly notes: readonly Note[]
}

/**
 * Kinds of edges and nodes from named columns: types by value, times in ten spans with equal counts. If an edge has
 * several records, all their values together form its kind, and of times the earliest counts. A missing value is a kind
 * of its own.
 *
 * Shapes  names such as `type`, or `edge:type` and `node:type` if both have one → numbers in value order, not file
 *         order.
 * Throws  UsageError  a column that is missing, that both edges and nodes have, or that has a single value.
 */
export function kindsOf(document: GraphDocument, normalised: NormalisedGraph, names: readonly string[]): NamedKinds {
  const ofEdges = document.carried.edgeColumns?.() ?? []
  const ofNodes = [...(document.carried.nodeColumns?.() ?? []), ...(document.kinds ?? [])]
  const notes: Note[] = []
  const edgeKinds: Uint32Array[] = []
  const nodeKinds: Uint32Array[] = []
  for (const asked of names) {
    const {of, name, column} = columnOf(asked, ofEdges, ofNodes, document.inputs[0]!.path)
    const kinds = of === 'edges' ? edgeValues(column, normalised) : nodeValues(column, normalised)
    const {numbers, labels, isTime} = numbered(name, kinds)
    if (labels.length < 2)
      throw new UsageError(`${name} is the same for all ${of}, so it does not separate them`, [
        `name another column with ${option('within')}, or leave it out`,
      ])
    ;(of === 'edges' ? edgeKinds : nodeKinds).push(numbers)
    notes.push({level: 'info', code: 'rewired-within', message: summary(of, name, numbers, labels, isTime)})
  }
  return {edges: together(edgeKinds), nodes: together(nodeKinds), notes}
}

function columnOf(
  asked: string,
  ofEdges: readonly AttributeColumn[],
  ofNodes: readonly AttributeColumn[],
  place: string,
): {of: 'edges' | 'nodes'; name: string; column: AttributeColumn} {
  const [, whose, bare] = /^(?:(edge|node):)?([^]*)$/.exec(asked)!
  const name = bare!
  const named = (columns: readonly AttributeColumn[]) => columns.find((column) => column.name === name)
  const edge = whose === 'node' ? undefined : named(ofEdges)
  const node = whose === 'edge' ? undefined : named(ofNodes)
  if (edge !== undefined && node !== undefined)
    throw new UsageError(`${place}: both edges and nodes have a column ${JSON.stringify(name)}`, [
      `choose one with ${option('within')} edge:${name} or node:${name}`,
    ])
  if (edge !== undefined) return {of: 'edges', name, column: edge}
  if (node !== undefined) return {of: 'nodes', name, column: node}
  const known = [...ofEdges, ...ofNodes].map((column) => column.name)
  throw new UsageError(`${place}: neither edges nor nodes have a column ${JSON.stringify(name)}`, [
    ...didYouMean(name, known),
    known.length === 0
      ? 'the files have no columns other than ends, weights, features and labels'
      : `the columns are ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}`,
  ])
}

const isMissing = (value: unknown) =>
  value === undefined || value === null || value === '' || (typeof value === 'number' && Number.isNaN(value))

/** [edges] the values of each edge's records. */
function edgeValues({values}: AttributeColumn, {recordEdge, graph}: NormalisedGraph): unknown[][] {
  const out: unknown[][] = Array.from({length: graph.edges.length / 2}, () => [])
  recordEdge.forEach((edge, r) => {
    if (edge >= 0 && !isMissing(values[r])) out[edge]!.push(values[r])
  })
  return out
}

/** [nodes] the value of each node. */
const nodeValues = ({values}: AttributeColumn, {graph, nodeOrigin}: NormalisedGraph): unknown[][] =>
  Array.from({length: graph.nodes}, (_, node) => {
    const value = values[nodeOrigin?.[node] ?? node]
    return isMissing(value) ? [] : [value]
  })

/** Kinds numbered in value order, and their names. */
function numbered(
  name: string,
  values: readonly unknown[][],
): {numbers: Uint32Array; labels: string[]; isTime: boolean} {
  const times = values.map((of) => of.map(timeOf))
  const different = new Set(times.flat())
  const isTime = !different.has(null) && different.size > 1 && (TIME_NAME.test(name) || different.size > MOST_KINDS)
  if (!isTime || different.size <= SPANS) {
    const texts = values.map((of) => [...new Set(of.map(textOf))].sort().join(' and '))
    const labels = [...new Set(texts)].sort()
    const number = new Map(labels.map((label, k) => [label, k]))
    return {numbers: Uint32Array.from(texts, (text) => number.get(text)!), labels, isTime: false}
  }
  const first = values.map((_, k) => (times[k]!.length === 0 ? NaN : Math.min(...(times[k] as number[]))))
  const sorted = Float64Array.from(first.filter((time) => !Number.isNaN(time))).sort()
  const starts = [...new Set(Array.from({length: SPANS}, (_, k) => sorted[Math.floor((k * sorted.length) / SPANS)]!))]
  const numbers = Uint32Array.from(first, (time) =>
    Number.isNaN(time) ? starts.length : starts.findLastIndex((start) => start <= time),
  )
  return {
    numbers,
    labels: [...starts.map((start) => `from ${start}`), ...(first.some(Number.isNaN) ? [''] : [])],
    isTime,
  }
}

/** A number or a date as a number; null: neither. */
function timeOf(value: unknown): number | null {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') return null
  const number = Number(value)
  if (!Number.isNaN(number)) return number
  const date = /^\d{4}-\d{2}(-\d{2})?/.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(date) ? null : date
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : exactJson(value))

function together(lists: readonly Uint32Array[]): Uint32Array | null {
  const [first, ...others] = lists
  if (first === undefined) return null
  return others.reduce((sum, list) => {
    const width = list.reduce((most, x) => Math.max(most, x), 0) + 1
    return sum.map((x, k) => x * width + list[k]!)
  }, first)
}

function summary(
  of: 'edges' | 'nodes',
  name: string,
  numbers: Uint32Array,
  labels: readonly string[],
  isTime: boolean,
): string {
  if (isTime)
    return `rewired pairs keep ${name}, a time, in ${labels.length} spans of about ${Math.round(numbers.length / labels.length)} ${of}`
  const counts = new Uint32Array(labels.length)
  for (const k of numbers) counts[k]!++
  const shown = labels
    .map((label, k) => ({label: label === '' ? 'no value' : label, count: counts[k]!}))
    .sort((a, b) => b.count - a.count)
    .slice(0, SHOWN)
    .map(({label, count}) => `${label} ${count}`)
  return `rewired pairs keep ${name} of the ${of}: ${shown.join(', ')}${labels.length > SHOWN ? ` and ${labels.length - SHOWN} more` : ''}`
}

import type {Matrix} from '../linalg/types.js'
import type {Note} from '../frame/report.js'
import {type AttributeColumn, type GraphDocument, LOOP, type NormalisedGraph} from './document.js'
import {keptEdges, keptRecords} from './kept-edges.js'
import type {ClassName} from './labels.js'
import type {Split} from './types.js'

/** A graph to be written in another format: every kept record with all its data. */
export interface WrittenGraph {
  readonly nodes: number
  readonly names: readonly string[] | null
  readonly directed: boolean
  /** [k] 1: an undirected record in a directed graph; null: there is none */
  readonly undirected: Uint8Array | null
  /** [2 k] */
  readonly edges: Uint32Array
  /** [k] NaN: none; null: unweighted */
  readonly weights: Float64Array | null
  /** [k] 1: added by repair; null: nothing was added */
  readonly isAdded: Uint8Array | null
  readonly edgeColumns: readonly AttributeColumn[]
  readonly nodeColumns: readonly AttributeColumn[]
  /** features and labels; null if the node columns have them under the name they were read from */
  readonly features: Matrix | null
  readonly labels: Int32Array | null
  readonly classNames: readonly ClassName[] | null
  /** node columns that `features` and `labels` were read from, for formats that store these separately */
  readonly taken: {readonly labels: string | null; readonly features: readonly string[]}
  readonly split: Split | null
  /** [2 r], [2 a] pruned and added pairs */
  readonly removed: Uint32Array
  readonly added: Uint32Array | null
  readonly notes: readonly Note[]
}

/** The undirected simple graph without its pruned edges and without the file's other data. */
export function simpleGraph(result: NormalisedGraph, pruned: Uint8Array): WrittenGraph {
  const {graph, classNames, added} = result
  const {kept, removed, weights, isAdded} = keptEdges(result, pruned)
  return {
    nodes: graph.nodes,
    names: graph.nodeNames,
    directed: false,
    undirected: null,
    edges: kept,
    weights,
    isAdded,
    edgeColumns: [],
    nodeColumns: [],
    features: graph.features,
    labels: graph.labels,
    classNames,
    taken: {labels: null, features: []},
    split: graph.split,
    removed,
    added,
    notes: [],
  }
}

/** Name of the --soft weight if the file has weights of its own. */
const SOFT = 'surety_weight'

/**
 * All records of kept edges and loops in file order, then the added edges. A directed file with every record in both
 * directions, with equal attributes, becomes an undirected graph, because matrices and edge_index store undirected
 * graphs this way.
 *
 * `soft`  [edges of the graph] weights to write on the records, in addition to their own.
 */
export function recordGraph(
  document: GraphDocument,
  result: NormalisedGraph,
  pruned: Uint8Array,
  soft: Float64Array | null,
): WrittenGraph {
  const {raw, carried} = document
  const {graph, added, nodeOrigin, recordEdge} = result
  const stays = keptRecords(result, pruned)
  const columns = carried.edgeColumns?.() ?? []
  const all = Array.from(stays.keys()).filter((r) => stays[r] === 1)
  const isTwice = raw.directed && carried.directionUnknown !== true && (carried.undirectedRecords ?? null) === null
  const twins = isTwice ? oneOfTwo(raw.edges, raw.weights, columns, raw.nodes) : null
  const kept = twins === null ? all : all.filter((r) => twins[r] === 1)
  const number = nodeOrigin === null ? null : new Map(Array.from(nodeOrigin, (origin, node) => [origin, node]))
  const extra = (added?.length ?? 0) / 2
  const records = kept.length + extra
  const edges = new Uint32Array(2 * records)
  kept.forEach((r, k) => {
    for (const end of [0, 1])
      edges[2 * k + end] = number === null ? raw.edges[2 * r + end]! : number.get(raw.edges[2 * r + end]!)!
  })
  if (added !== null) edges.set(added, 2 * kept.length)
  const ofRecords = <T>(value: (record: number) => T, fresh: T): T[] => [
    ...kept.map(value),
    ...new Array<T>(extra).fill(fresh),
  ]
  const softly = soft === null ? null : ofRecords((r) => (recordEdge[r] === LOOP ? 1 : soft[recordEdge[r]!]!), 1)
  const own = raw.weights === null ? null : Float64Array.from(ofRecords((r) => raw.weights![r]!, 1))
  const directed = raw.directed && twins === null
  const keptNodes = nodeOrigin ?? null
  const {removed} = keptEdges(result, pruned)
  const labelsAreColumns = document.inputs.length === 1
  return {
    nodes: graph.nodes,
    names: graph.nodeNames,
    directed,
    undirected:
      (carried.undirectedRecords ?? null) === null
        ? null
        : Uint8Array.from(ofRecords((r) => carried.undirectedRecords![r]!, 1)),
    edges,
    weights: own ?? (softly === null ? null : Float64Array.from(softly)),
    isAdded: added === null ? null : Uint8Array.from({length: records}, (_, k) => Number(k >= kept.length)),
    edgeColumns: [
      ...columns.map(({name, values}) => ({name, values: ofRecords<unknown>((r) => values[r], undefined)})),
      ...(own !== null && softly !== null ? [{name: SOFT, values: softly}] : []),
    ],
    nodeColumns: (carried.nodeColumns?.() ?? []).map(({name, values}) => ({
      name,
      values: keptNodes === null ? values : Array.from(keptNodes, (node) => values[node]),
    })),
    features: graph.features,
    labels: graph.labels,
    classNames: result.classNames,
    taken: labelsAreColumns ? (carried.taken ?? {labels: null, features: []}) : {labels: null, features: []},
    split: graph.split,
    removed,
    added,
    notes: directed && carried.directionUnknown === true ? [DIRECTION] : [],
  }
}

const DIRECTION: Note = {
  level: 'info',
  code: 'direction-assumed',
  message: 'an edge list does not say whether its edges are directed: they are written as source → target',
}

/** [records] 1: the record that represents its pair; null: some record has no counterpart in the other direction. */
function oneOfTwo(
  edges: Uint32Array,
  weights: Float64Array | null,
  columns: readonly AttributeColumn[],
  nodes: number,
): Uint8Array | null {
  const records = edges.length / 2
  const known = new Map<number, number>()
  for (let r = 0; r < records; r++) {
    const key = edges[2 * r]! * nodes + edges[2 * r + 1]!
    if (known.has(key)) return null
    known.set(key, r)
  }
  const first = new Uint8Array(records)
  for (let r = 0; r < records; r++) {
    const twin = known.get(edges[2 * r + 1]! * nodes + edges[2 * r]!)
    if (twin === undefined || weights?.[r] !== weights?.[twin]) return null
    if (columns.some(({values}) => values[r] !== values[twin])) return null
    first[r] = Number(r <= twin)
  }
  return first
}

/** One note of what the target format cannot hold; none if nothing is lost. */
export function notHeld(format: string, lost: readonly (string | false)[]): Note[] {
  const parts = lost.filter((part): part is string => part !== false)
  return parts.length === 0
    ? []
    : [{level: 'warning', code: 'not-written', message: `${format} has no place for ${parts.join(' and ')}`}]
}

/** What a plain format cannot hold of a graph. */
export function lossNotes(
  format: string,
  graph: WrittenGraph,
  lacks: {names?: boolean; attributes?: boolean; labels?: boolean; mixed?: boolean},
): Note[] {
  const {taken} = graph
  return notHeld(format, [
    lacks.names === true && graph.names !== null && 'names of nodes',
    lacks.labels === true && graph.labels !== null && 'labels',
    lacks.attributes === true && graph.features !== null && 'features',
    lacks.attributes === true && graph.split !== null && 'split',
    lacks.attributes === true && columnNames('edge attributes', graph.edgeColumns),
    lacks.attributes === true &&
      columnNames(
        'node attributes',
        graph.nodeColumns.filter(
          (column) =>
            column.name !== taken.labels && !taken.features.includes(column.name) && !namesAsColumn(graph, column),
        ),
      ),
    lacks.mixed === true &&
      graph.directed &&
      graph.undirected?.includes(1) === true &&
      'undirected records among directed ones',
  ])
}

/** Whether a column only repeats the node names. */
export const namesAsColumn = ({names}: WrittenGraph, {values}: AttributeColumn): boolean =>
  values.every((value, node) => String(value) === (names?.[node] ?? String(node)))

/** Column names for such a note. */
export const columnNames = (what: string, columns: readonly AttributeColumn[]): string | false =>
  columns.length > 0 && `the ${what} ${columns.map(({name}) => name).join(', ')}`

export type ScalarType = 'boolean' | 'long' | 'double' | 'string'

/** The type that holds all values of a column; lists and objects are text. */
export function typeOfColumn({values}: AttributeColumn): ScalarType {
  const present = values.filter((value) => value !== undefined && value !== null)
  if (present.every((value) => typeof value === 'boolean')) return 'boolean'
  if (
    present.every(
      (value) =>
        typeof value === 'bigint' ||
        (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)),
    )
  )
    return 'long'
  return present.every((value) => typeof value === 'number') ? 'double' : 'string'
}

/** Number of nodes without a record. */
export function isolatedNodes({nodes, edges}: WrittenGraph): number {
  const touched = new Uint8Array(nodes)
  for (const node of edges) touched[node] = 1
  return touched.reduce((count, one) => count + 1 - one, 0)
}

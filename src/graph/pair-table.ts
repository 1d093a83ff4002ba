import {asUtf8} from '../data/encoding.js'
import {gunzip} from '../data/gzip.js'
import {requireText} from '../data/csv.js'
import {readInput} from '../data/read-file.js'
import {InputError} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import type {NormalisedGraph} from './document.js'
import {readRecords} from './formats/edge-lines.js'
import {nodeSet} from './node-set.js'
import {asTable} from './tables/parquet-csv.js'
import type {ColumnOptions} from './tables/edge-columns.js'

export interface PairTableOptions extends ColumnOptions {
  idsAsText?: boolean | undefined
  /** node names in the table; default: those of the graph's file */
  called?: readonly string[] | undefined
}

/** Pairs of nodes from a separate table. */
export interface PairTable {
  readonly file: InputFile
  /** [2 k] names as in the table */
  readonly names: readonly string[]
  /** [2 k] nodes of the graph; −1: it has no such node */
  readonly nodes: Int32Array
}

/**
 * Pairs of nodes, one per row, read like a table of edges, with names or numbers as in the graph's file.
 *
 * Throws  InputError  what reading a table of edges throws.
 */
export async function readPairTable(
  path: string,
  {graph, nodeOrigin}: NormalisedGraph,
  options: PairTableOptions = {},
): Promise<PairTable> {
  const {bytes, file} = await readInput(path)
  const text = gunzip(await asTable(bytes, path), path)
  requireText(text, path)
  const {ids} = readRecords(asUtf8(text, path).bytes, path, {
    ...options,
    nodeIds: 'auto',
    idsAsText: options.idsAsText ?? false,
    firstId: undefined,
    rowsInOrder: false,
    sideRows: () => ({rows: null, rowIds: null}),
  })
  const names = Array.from(ids as ArrayLike<string | number>, String)
  const called =
    options.called ?? graph.nodeNames ?? Array.from({length: graph.nodes}, (_, i) => String(nodeOrigin?.[i] ?? i))
  const {find} = nodeSet(called, options.idsAsText)
  return {file, names, nodes: Int32Array.from(names, (name) => find(name) ?? -1)}
}

/**
 * The pairs of a table whose two nodes are in the graph, flat [2 k].
 *
 * Throws  InputError there is none.
 */
export async function readNamedPairs(
  path: string,
  normalised: NormalisedGraph,
  options: PairTableOptions = {},
): Promise<{pairs: Uint32Array; file: InputFile; leftOut: number}> {
  const {file, names, nodes} = await readPairTable(path, normalised, options)
  const rows = Array.from({length: nodes.length / 2}, (_, r) => r)
  const kept = rows.filter((r) => nodes[2 * r]! >= 0 && nodes[2 * r + 1]! >= 0)
  if (kept.length === 0)
    throw new InputError(
      `${path}: no row names two nodes of the graph, the first is ${names.slice(0, 2).join(' – ')}`,
      ['name nodes as in the graph file'],
    )
  return {
    file,
    pairs: Uint32Array.from(kept.flatMap((r) => [nodes[2 * r]!, nodes[2 * r + 1]!])),
    leftOut: rows.length - kept.length,
  }
}

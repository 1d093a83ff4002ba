import {requireText} from '../../data/csv.js'
import {asUtf8} from '../../data/encoding.js'
import {InputError} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import type {RawGraph, ReadResult} from '../document.js'
import {keptRecords} from '../kept-edges.js'
import {checkSize, type GraphLimits} from '../limits.js'
import {numberNames, type NumberedNodes, numberNumericIds} from '../node-ids.js'
import {alikeNotes, requireIds} from '../tables/row-checks.js'
import {readRecords} from './edge-lines.js'
import type {EdgeListOptions, EdgeRecords} from './edge-records.js'
import {addedLines, keptLines} from './rewrite-edge-list.js'
import {formulaNotes} from './write-edge-list.js'

/**
 * CSV, TSV or text in UTF-8 or UTF-16: one edge per line; tableLayout decides which columns are the ends. All other
 * columns are carried over.
 */
export function readEdgeList(
  encoded: Uint8Array,
  place: string,
  options: EdgeListOptions,
  limits: GraphLimits,
): ReadResult {
  requireText(encoded, place)
  const {bytes, encode} = asUtf8(encoded, place)
  const records = readRecords(bytes, place, options)
  const {raw, notes} = graphOfRecords(records, place, options, limits)
  return {
    raw,
    notes: [...records.notes, ...notes],
    carried: {
      ...directionOf(records.undirected),
      edgeColumns: records.columns,
      rewrite: (result, pruned) => {
        const kept = keptLines(bytes, records, keptRecords(result, pruned))
        const {lines, notes} = addedLines(result, records.layout, kept)
        return {bytes: encode(Buffer.concat([kept, lines])), notes: [...notes, ...formulaNotes(raw.nodeNames)]}
      },
    },
  }
}

/** The direction of a table's records, as far as it is known. */
export const directionOf = (undirected: Uint8Array | null) => ({
  directionUnknown: undirected === null,
  undirectedRecords: undirected?.includes(1) === true && undirected.includes(0) ? undirected : null,
})

/** The graph of a table of edges. Throws InputError: too large, a missing value as a node, ids that cannot be matched. */
export function graphOfRecords(
  {ids, weights, undirected}: EdgeRecords,
  place: string,
  options: EdgeListOptions,
  limits: GraphLimits,
): {raw: RawGraph; notes: readonly Note[]} {
  checkSize(1, ids.length / 2, place, limits)
  if (!options.idsAsText && !(ids instanceof Float64Array)) requireIds(ids, place)
  const {nodes, edges, names, notes} = numberRecords(ids, place, options)
  return {
    raw: {
      nodes,
      edges,
      weights,
      directed: undirected?.every((one) => one === 1) !== true,
      nodeNames: names,
      features: null,
      labels: null,
      classNames: null,
      split: null,
    },
    notes: [...notes, ...(ids instanceof Float64Array ? [] : alikeNotes(names ?? [], place))],
  }
}

function numberRecords(ids: Float64Array | string[], place: string, options: EdgeListOptions): NumberedNodes {
  const {nodeIds, firstId, rowsInOrder} = options
  const isNumeric = ids instanceof Float64Array
  if (nodeIds === 'numbers' && !isNumeric) {
    throw new InputError(`${place}: node ${JSON.stringify(ids.find((id) => !isNumber(id)))} is not a number`, [
      'read the ids as names',
    ])
  }
  const {rows, rowIds} = options.sideRows(() => [...new Set<string | number>(ids)].map(String))
  if (!isNumeric) return numberNames(ids)
  if (rowsInOrder && rows !== null) return numberNames(Array.from(ids, String))
  return numberNumericIds(ids, {nodeIds, place, rows, rowIds, firstId})
}

const isNumber = (cell: string | undefined) => cell !== undefined && /^\d+$/.test(cell)

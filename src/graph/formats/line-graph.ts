import type {NormalisedGraph, WriteResult} from '../document.js'
import {type PairFilter, pairFilter} from '../kept-edges.js'

/** A line of a text file that names a node or a pair of nodes by number; `rest` is what follows the numbers. */
export interface NumberedLine {
  readonly kind: 'node' | 'edge'
  readonly ends: readonly number[]
  readonly rest: string
}

/** A file line by line: lines of nodes and edges are parsed, all others are text. */
export type Line = string | NumberedLine

/** How a format numbers nodes and writes changed lines. */
export interface LineFormat {
  /** number of nodes in the file */
  nodes: number
  /** number of the first node */
  first: number
  /** lines of an added edge, after the last edge */
  added: (u: number, v: number) => readonly string[]
  /** a line that is neither a node nor an edge, with its counts updated */
  header: (line: string, filter: PairFilter, edges: number) => string
}

/**
 * The lines without those of removed nodes and pairs. The others are unchanged, except that nodes are renumbered if
 * some are left out.
 */
export function rewriteLines(
  lines: readonly Line[],
  {nodes, first, added, header}: LineFormat,
  result: NormalisedGraph,
  pruned: Uint8Array,
): WriteResult {
  const filter = pairFilter(result, pruned, nodes)
  const number = (node: number) => (filter.number?.[node] ?? node) + first
  const stays = (line: NumberedLine) =>
    line.kind === 'node' ? filter.stays(line.ends[0]!, line.ends[0]!) : filter.stays(line.ends[0]!, line.ends[1]!)
  const fresh = Array.from({length: (result.added?.length ?? 0) / 2}, (_, a) =>
    added(result.added![2 * a]! + first, result.added![2 * a + 1]! + first),
  ).flat()
  const kept = lines.filter((line) => typeof line === 'string' || stays(line))
  const edges = kept.filter((line) => typeof line !== 'string' && line.kind === 'edge').length + fresh.length
  const text = kept.map((line) =>
    typeof line === 'string' ? header(line, filter, edges) : `${line.ends.map(number).join(' ')}${line.rest}`,
  )
  while (text.at(-1) === '') text.pop()
  return {bytes: Buffer.from([...text, ...fresh, ''].join('\n')), notes: []}
}

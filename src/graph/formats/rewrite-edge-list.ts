import {csvCell} from '../../data/csv.js'
import type {Note} from '../../frame/report.js'
import type {NormalisedGraph} from '../document.js'
import {addedByName} from '../kept-edges.js'
import {type Layout, type Records, typeColumn} from './edge-lines.js'

/** The file without the lines of removed records; everything else byte for byte. */
export function keptLines(
  bytes: Uint8Array,
  {starts, ends}: Pick<Records, 'starts' | 'ends'>,
  kept: Uint8Array,
): Uint8Array {
  const pieces: Uint8Array[] = []
  let from = 0
  for (let r = 0; r < kept.length; r++) {
    if (kept[r] === 1) continue
    pieces.push(bytes.subarray(from, starts[r]))
    from = ends[r]!
  }
  pieces.push(bytes.subarray(from))
  return Buffer.concat(pieces)
}

/** Lines of added edges to append to the file, which has no column to mark them. */
export function addedLines(
  result: NormalisedGraph,
  {delimiter, columns, width, header, dictionary}: Layout,
  before: Uint8Array,
): {lines: Uint8Array; notes: Note[]} {
  const added = addedByName(result)
  if (added.length === 0) return {lines: new Uint8Array(0), notes: []}
  const type = typeColumn(header)
  const lines = added.map(({source, target}) => {
    const cells = new Array<string>(width).fill('')
    cells[columns.source] = csvCell(source, delimiter)
    cells[columns.target] = csvCell(target, delimiter)
    if (columns.weight >= 0) cells[columns.weight] = '1'
    if (type >= 0) cells[type] = 'Undirected'
    if (dictionary) cells[2] = "{'added': True}"
    return `${cells.join(delimiter)}\n`
  })
  const open = before.length > 0 && before.at(-1) !== 10 ? '\n' : ''
  return {
    lines: Buffer.from(open + lines.join('')),
    notes: dictionary
      ? []
      : [
          {
            level: 'info',
            code: 'added-not-marked',
            message: `the ${added.length} added edges are the last lines of the list, which has no column to mark them; the scores file marks them`,
          },
        ],
  }
}

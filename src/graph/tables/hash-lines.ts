import {cellsOf, type Delimiter, type JudgeHash, type CsvTable} from '../../data/csv.js'
import type {Note} from '../../frame/report.js'
import {endsByName} from './column-names.js'
import {type ColumnOptions, tableLayout, type TableLayout} from './edge-columns.js'

/** A first line such as "# FromNodeId ToNodeId", which names the columns after a #. */
export function commentedHeader(comments: readonly string[], delimiter: Delimiter, width: number): string[] | null {
  for (const line of comments) {
    const cells = cellsOf(line.replace(/^#\s*/, ''), delimiter)
    if (cells?.length === width && endsByName(cells).length === 1) return cells
  }
  return null
}

/**
 * A line that begins with # is a record if its first field is a node of the file. It is also one if other node names
 * begin with # or its other end is a node, unless it is a commented-out record.
 */
export function hashJudge(place: string, options: ColumnOptions): JudgeHash {
  let layout: TableLayout | null = null
  let known: Set<string> | null = null
  let hashNames: boolean | null = null
  return (cells, text, certain) => {
    if (certain.length === 0) return !/^#\s/.test(text)
    layout ??= tableLayout(certain, place, options)
    const {source, target} = layout.columns
    known ??= new Set(certain.slice(layout.header ? 1 : 0).flatMap((row) => [row[source] ?? '', row[target] ?? '']))
    if (cells.length !== certain[0]!.length) return false
    if (known.has(cells[source]!)) return true
    if (/^#\s/.test(text) || known.has(cells[source]!.replace(/^#/, ''))) return false
    hashNames ??= [...known].some((name) => name.startsWith('#'))
    return hashNames || known.has(cells[target]!)
  }
}

/** A note about comments that look like records, which somebody may miss. */
export function hashNotes({comments, delimiter, rows}: CsvTable, place: string): Note[] {
  const alike = comments.filter((text) => !/^#\s/.test(text) && cellsOf(text, delimiter)?.length === rows[0]?.length)
  if (alike.length === 0) return []
  return [
    {
      level: 'warning',
      code: 'hash-lines',
      message: `${place}: ${alike.length} lines that begin with # were treated as comments, because their first fields are not nodes of the file; the first is ${JSON.stringify(alike[0])}`,
    },
  ]
}

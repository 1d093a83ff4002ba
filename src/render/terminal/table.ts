import {visible} from '../../frame/visible.js'
import {clipText, pad, width} from './text.js'

export interface TerminalTable {
  head: readonly string[]
  rows: readonly (readonly string[])[]
  align: readonly ('left' | 'right')[]
  /** what a text column keeps of its width when the others must give way; `NARROWEST` unless said */
  least?: readonly (number | undefined)[]
}

const GAP = 2
const NARROWEST = 6

/**
 * A table as lines, head first, at most `columns` wide: the widest text column gives way first, then the lines are cut.
 * Cells are made safe to print.
 */
export function tableLines({head, rows, align, least = []}: TerminalTable, columns: number): string[] {
  const cells = [head, ...rows].map((row) => row.map(visible))
  const widths = head.map((_, i) => Math.max(...cells.map((row) => width(row[i]!))))
  const total = () => widths.reduce((sum, w) => sum + w, GAP * (widths.length - 1))
  while (total() > columns) {
    const widest = widths.reduce(
      (best, w, i) => (align[i] === 'left' && w > (least[i] ?? NARROWEST) && w > (widths[best] ?? 0) ? i : best),
      -1,
    )
    if (widest < 0) break
    widths[widest]!--
  }
  return cells.map((row) => {
    const line = row.map((cell, i) => pad(clipText(cell, widths[i]!), widths[i]!, align[i]!)).join(' '.repeat(GAP))
    return clipText(line.trimEnd(), columns)
  })
}

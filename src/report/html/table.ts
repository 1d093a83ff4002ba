import {type Content, type Markup, markup} from './escape.js'

export interface DataTable {
  /** says what the table shows, for all readers */
  caption: string
  columns: readonly Column[]
  /** the first cell of a row is its header */
  rows: readonly (readonly Content[])[]
}

export interface Column {
  title: string
  kind: 'number' | 'word' | 'text' | 'reason' | 'hash'
}

const CLASS: Record<Column['kind'], string> = {number: 'num', word: 'word', text: '', reason: 'reason', hash: 'hash'}

/** A table in its own scrolling region: wide tables scroll inside it, by keyboard too, and never move the page. */
export function dataTable({caption, columns, rows}: DataTable): Markup {
  const head = columns.map(({title, kind}) => markup`<th scope="col" class="${CLASS[kind]}">${title}</th>`)
  const body = rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0 ? markup`<th scope="row" class="${CLASS[columns[0]!.kind]}">${cell}</th>` : markup`<td class="${CLASS[columns[i]!.kind]}">${cell}</td>`,
    )
    return markup`<tr>${cells}</tr>`
  })
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

/** A table folded away below the chart that shows the same numbers. */
export function foldedTable(summary: string, table: DataTable): Markup {
  return markup`<details><summary>${summary}</summary>${dataTable(table)}</details>`
}

/** Two columns: what, and its value. */
export function facts(caption: string, rows: readonly (readonly [string, Content])[]): Markup {
  return dataTable({caption, columns: [{title: 'name', kind: 'text'}, {title: 'value', kind: 'text'}], rows})
}

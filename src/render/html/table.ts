import type {TextTable} from '../evaluate-view.js'
import {type HtmlContent, type Markup, markup} from './escape.js'

export interface DataTable {
  /** says what the table shows, for all readers */
  caption: string
  columns: readonly TableColumn[]
  /** the first cell of a row is its header */
  rows: readonly (readonly HtmlContent[])[]
  /** the order says something that sorting would lose: rows of different quantities */
  fixed?: boolean
}

/** From how many rows on the page's script lets a table be sorted, and filtered. */
const SORTED = 4
const FILTERED = 12

export interface TableColumn {
  title: string
  /** layer: numbers below the name of a layer, which may be long */
  kind: 'number' | 'layer' | 'word' | 'text' | 'name' | 'reason' | 'hash'
}

const CLASS: Record<TableColumn['kind'], string> = {
  number: 'num',
  layer: 'num layer',
  word: 'word',
  text: '',
  name: 'name',
  reason: 'reason',
  hash: 'hash',
}

/** A table in its own scrolling region: wide tables scroll inside it, by keyboard too, and never move the page. */
export function dataTable({caption, columns, rows, fixed}: DataTable): Markup {
  const head = columns.map(({title, kind}) => markup`<th scope="col" class="${CLASS[kind]}">${title}</th>`)
  const body = rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0
        ? markup`<th scope="row" class="${CLASS[columns[0]!.kind]}">${cell}</th>`
        : markup`<td class="${CLASS[columns[i]!.kind]}">${cell}</td>`,
    )
    return markup`<tr>${cells}</tr>`
  })
  const sort = fixed === true || rows.length < SORTED ? null : rows.length < FILTERED ? 'sort' : 'filter'
  return region(
    caption,
    markup`<table><caption><span>${caption}</span></caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`,
    sort,
  )
}

/** A table folded away below the chart that shows the same numbers. */
export function foldedTable(summary: string, table: DataTable): Markup {
  return markup`<details><summary>${summary}</summary>${dataTable(table)}</details>`
}

/** A table of a view, its first `texts` columns text and the others numbers. */
export function textTable(caption: string, {head, rows}: TextTable, texts: number): DataTable {
  return {caption, columns: head.map((title, i) => ({title, kind: i < texts ? 'text' : 'number'})), rows}
}

/** Names and their values. */
export function facts(caption: string, rows: readonly (readonly [string, HtmlContent])[]): Markup {
  const body = rows.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)
  return region(
    caption,
    markup`<table class="facts"><caption><span>${caption}</span></caption><tbody>${body}</tbody></table>`,
  )
}

function region(label: string, table: Markup, sort: 'sort' | 'filter' | null = null): Markup {
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0"${sort === null ? null : markup` data-sort="${sort}"`}>${table}</div>`
}

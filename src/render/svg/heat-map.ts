import {type Markup, markup} from '../html/escape.js'
import {shorten} from '../../frame/visible.js'
import {type ChartFrame, px, svgFrame} from './frame.js'

/** A filled cell says its number; a hatched or empty one says why there is none. */
export interface HeatCell {
  text: string
  /** a second, smaller line; in every cell of a map or in none */
  detail?: string
  /** 0 strongest … 4 weakest; null: no value, drawn hatched */
  step: 0 | 1 | 2 | 3 | 4 | null
}

export interface HeatMap extends Omit<ChartFrame, 'width' | 'height'> {
  rows: readonly string[]
  columns: readonly string[]
  rowTitle: string
  columnTitle: string
  /** a row of cells for each row; null: no such cell */
  cells: readonly (readonly (HeatCell | null)[])[]
}

const LABEL = 128
const CELL = {width: 72, gap: 2}
const HEIGHT = {line: 34, lines: 46}
const TOP = 40
/** Characters of a row label that fit into LABEL units. */
const LABEL_LENGTH = 18

export function heatMap(map: HeatMap): Markup {
  const width = LABEL + map.columns.length * CELL.width
  const cellHeight = map.cells.some((row) => row.some((cell) => cell?.detail !== undefined))
    ? HEIGHT.lines
    : HEIGHT.line
  const height = TOP + map.rows.length * cellHeight
  const hatch = `${map.id}-hatch`
  const columns = map.columns.map(
    (name, c) => markup`<text class="tick" x="${centre(c)}" y="${TOP - 8}" text-anchor="middle">${name}</text>`,
  )
  const rows = map.rows.map((name, r) => {
    const y = TOP + r * cellHeight
    const cells = map.cells[r]!.map((cell, c) =>
      cell === null ? null : drawCell(cell, c, {y, height: cellHeight}, hatch),
    )
    return markup`<text class="label" x="0" y="${y + 21}">${shorten(name, LABEL_LENGTH)}</text>${cells}`
  })
  return svgFrame(
    {...map, width, height},
    markup`<defs><pattern id="${hatch}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" x2="0" y1="0" y2="7"/></pattern></defs><g aria-hidden="true"><text class="unit" x="0" y="12">${map.rowTitle}</text><text class="unit" x="${LABEL}" y="12">${map.columnTitle}</text>${columns}${rows}</g>`,
  )
}

function drawCell(
  {text, detail, step}: HeatCell,
  column: number,
  {y, height}: {y: number; height: number},
  hatch: string,
): Markup {
  const box = markup`x="${LABEL + column * CELL.width + CELL.gap / 2}" y="${y + CELL.gap / 2}" width="${CELL.width - CELL.gap}" height="${height - CELL.gap}" rx="3"`
  const fill =
    step === null
      ? markup`<rect class="empty" ${box}/><rect fill="url(#${hatch})" ${box}/>`
      : markup`<rect class="heat${step}" ${box}/>`
  const line = (name: string, content: string, down: number) =>
    markup`<text class="${step === null ? name : `${name} on${step}`}" x="${centre(column)}" y="${y + down}" text-anchor="middle">${content}</text>`
  return markup`${fill}${line('cell', text, 21)}${detail === undefined ? null : line('detail', detail, 37)}`
}

function centre(column: number): number {
  return px(LABEL + (column + 0.5) * CELL.width)
}

import {type Markup, markup} from '../html/escape.js'
import {type ChartFrame, px, svgFrame} from './frame.js'

export interface BeforeAfterRow {
  label: string
  before: {value: number; text: string}
  after: {value: number; text: string}
  /** length of a full bar */
  max: number
}

export interface BeforeAfter extends Omit<ChartFrame, 'height'> {
  rows: readonly BeforeAfterRow[]
}

const ROW = 84
const BAR = {left: 66, height: 18, right: 92}

/** Two bars for each quantity, before (outlined) above after (filled), each quantity on its own scale. */
export function beforeAfter(chart: BeforeAfter): Markup {
  const room = chart.width - BAR.left - BAR.right
  const bar = (name: string, word: string, {value, text}: {value: number; text: string}, max: number, y: number) => {
    const width = px(max > 0 ? (Math.max(0, value) / max) * room : 0)
    return markup`<text class="tick" x="0" y="${y + 14}">${word}</text><rect class="${name}" x="${BAR.left}" y="${y}" width="${width}" height="${BAR.height}" rx="2"/><text class="value" x="${px(BAR.left + width + 8)}" y="${y + 14}">${text}</text>`
  }
  const rows = chart.rows.map(
    ({label, before, after, max}, i) =>
      markup`<text class="label" x="0" y="${i * ROW + 14}">${label}</text>${bar('before', 'before', before, max, i * ROW + 24)}${bar('after', 'after', after, max, i * ROW + 46)}`,
  )
  return svgFrame({...chart, height: chart.rows.length * ROW - 12}, markup`<g aria-hidden="true">${rows}</g>`)
}

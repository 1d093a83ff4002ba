import {type Markup, markup} from '../html/escape.js'
import {shorten} from '../../frame/visible.js'
import {type ChartFrame, px, svgFrame} from './frame.js'
import {linearScale} from './scale.js'

export interface IntervalRow {
  name: string
  at: number
  interval: readonly [number, number]
  /** what stands at the right of the row */
  text: string
  strong?: boolean
}

export interface IntervalChart extends Omit<ChartFrame, 'height'> {
  rows: readonly IntervalRow[]
  label: string
  format: (tick: number) => string
}

const ROW = 24
const TOP = 8
const NAME = 150
const TEXT = 120
const NAME_LENGTH = 22

/** A row a thing: its name, its figure as a mark on an interval, the figure in words. */
export function intervalChart(chart: IntervalChart): Markup {
  const {rows, width, label, format} = chart
  const bottom = TOP + rows.length * ROW
  const ends = rows.flatMap(({interval, at}) => [...interval, at])
  const scale = linearScale([Math.min(...ends), Math.max(...ends)], [NAME, width - TEXT], 4)
  const grid = scale.ticks.map((tick) => {
    const x = px(scale.at(tick))
    return markup`<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${bottom}"/><text class="tick" x="${x}" y="${bottom + 16}" text-anchor="middle">${format(tick)}</text>`
  })
  const lines = rows.map(({name, at, interval, text, strong}, k) => {
    const y = TOP + (k + 0.5) * ROW
    const [low, high] = interval.map((x) => px(scale.at(x))) as [number, number]
    const mark =
      strong === true
        ? markup`<circle class="mark primary" cx="${px(scale.at(at))}" cy="${y}" r="4.5"/>`
        : markup`<circle class="mark estimate" cx="${px(scale.at(at))}" cy="${y}" r="3"/>`
    return markup`<text class="label" x="0" y="${y + 4}">${shorten(name, NAME_LENGTH)}</text><path class="whisker" d="M${low} ${y}H${high}M${low} ${y - 4}v8M${high} ${y - 4}v8"/>${mark}<text class="tick" x="${width}" y="${y + 4}" text-anchor="end">${text}</text>`
  })
  return svgFrame(
    {...chart, height: bottom + 40},
    markup`<g aria-hidden="true">${grid}${lines}<text class="unit" x="${width - TEXT}" y="${bottom + 34}" text-anchor="end">${label}</text></g>`,
  )
}

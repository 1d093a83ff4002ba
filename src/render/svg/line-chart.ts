import {type Markup, markup} from '../html/escape.js'
import {type Axis, axes, type Plot} from './axes.js'
import {type ChartFrame, px, svgFrame} from './frame.js'
import type {Scale} from './scale.js'

/** Dash, marker and weight differ as well as colour. */
export type SeriesStyle = 'primary' | 'secondary' | 'tertiary' | 'estimate'

export interface LinePoint {
  x: number
  /** null: a gap in the line */
  y: number | null
  /** drawn as a whisker */
  interval?: readonly [number, number] | null
}

export interface LineSeries {
  name: string
  style: SeriesStyle
  points: readonly LinePoint[]
  /** no markers: for curves of many points */
  plain?: boolean
}

export interface BandPoint {
  x: number
  between: readonly [number, number] | null
}

export interface LineChart extends ChartFrame {
  x: (range: readonly [number, number]) => Axis
  y: (range: readonly [number, number]) => Axis
  series: readonly LineSeries[]
  /** between which two heights the truth lies at each x: the area is shaded; null where nothing is known */
  band?: readonly BandPoint[]
}

const MARGIN = {left: 46, right: 14, top: 26, bottom: 44}

export function lineChart(chart: LineChart): Markup {
  const plot: Plot = {
    left: MARGIN.left,
    right: chart.width - MARGIN.right,
    top: MARGIN.top,
    bottom: chart.height - MARGIN.bottom,
  }
  const x = chart.x([plot.left, plot.right])
  const y = chart.y([plot.bottom, plot.top])
  const area = chart.band === undefined ? null : bandPaths(chart.band, x.scale, y.scale)
  return svgFrame(
    chart,
    markup`${area}${axes(plot, x, y)}${chart.series.map((series) => curve(series, x.scale, y.scale))}`,
  )
}

/** The key of a line chart, as HTML: a sample of each line with its marker, then its name; then that of a band. */
export function lineLegend(
  series: readonly Pick<LineSeries, 'name' | 'style' | 'plain'>[],
  band: string | null = null,
): Markup {
  return markup`<ul class="legend">${series.map(
    ({name, style, plain}) =>
      markup`<li><svg viewBox="0 0 34 12" width="34" height="12" aria-hidden="true"><path class="line ${style}" d="M1 6H33"/>${plain === true ? null : marker(style, 17, 6)}</svg> ${name}</li>`,
  )}${band === null ? null : markup`<li><svg viewBox="0 0 34 12" width="34" height="12" aria-hidden="true"><rect class="truth" x="0.5" y="0.5" width="33" height="11"/></svg> ${band}</li>`}</ul>`
}

function curve({style, points, plain}: LineSeries, x: Scale, y: Scale): Markup {
  const whiskers = points.map((point) =>
    point.interval ? whisker(x.at(point.x), point.interval.map(y.at) as [number, number]) : null,
  )
  const lines = segments(points).map((run) => markup`<path class="line ${style}" d="${path(run, x, y)}"/>`)
  const markers =
    plain === true
      ? null
      : points.map((point) => (point.y === null ? null : marker(style, px(x.at(point.x)), px(y.at(point.y)))))
  return markup`<g aria-hidden="true">${whiskers}${lines}${markers}</g>`
}

function whisker(x: number, [lo, hi]: [number, number]): Markup {
  return markup`<path class="whisker" d="M${px(x)} ${px(lo)}V${px(hi)}M${px(x - 5)} ${px(lo)}h10M${px(x - 5)} ${px(hi)}h10"/>`
}

function marker(style: SeriesStyle, x: number, y: number): Markup {
  switch (style) {
    case 'primary':
      return markup`<circle class="mark primary" cx="${x}" cy="${y}" r="3.5"/>`
    case 'secondary':
      return markup`<rect class="mark secondary" x="${px(x - 3)}" y="${px(y - 3)}" width="6" height="6"/>`
    case 'tertiary':
      return markup`<path class="mark tertiary" d="M${x} ${px(y - 4)}l4 7h-8z"/>`
    case 'estimate':
      return markup`<path class="mark estimate" d="M${x} ${px(y - 4)}l4 4l-4 4l-4-4z"/>`
  }
}

type Known = LinePoint & {y: number}

/** Runs of points without a gap. */
function segments(points: readonly LinePoint[]): Known[][] {
  const runs: Known[][] = [[]]
  for (const point of points) {
    if (point.y === null) runs.push([])
    else runs.at(-1)!.push({...point, y: point.y})
  }
  return runs.filter((run) => run.length > 0)
}

function path(run: readonly Known[], x: Scale, y: Scale): string {
  return run.map((p, i) => `${i === 0 ? 'M' : 'L'}${px(x.at(p.x))} ${px(y.at(p.y))}`).join('')
}

/** One area for each run of points without a gap; a run of one point is a bar. */
function bandPaths(band: readonly BandPoint[], x: Scale, y: Scale): Markup[] {
  const [upper, lower] = [1, 0].map((side) =>
    segments(band.map((point) => ({x: point.x, y: point.between?.[side] ?? null}))),
  ) as [Known[][], Known[][]]
  return upper.map((run, k) => {
    const [only] = run
    if (run.length > 1)
      return markup`<path class="truth" aria-hidden="true" d="${path(run, x, y)}${path([...lower[k]!].reverse(), x, y).replace('M', 'L')}Z"/>`
    const [left, top, bottom] = [px(x.at(only!.x) - 3), px(y.at(only!.y)), px(y.at(lower[k]![0]!.y))]
    return markup`<path class="truth" aria-hidden="true" d="M${left} ${top}h6V${bottom}h-6Z"/>`
  })
}

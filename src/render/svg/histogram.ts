import {count} from '../format.js'
import {type Markup, markup} from '../html/escape.js'
import {axes, type Plot} from './axes.js'
import {type ChartFrame, px, svgFrame} from './frame.js'
import {hatchPattern} from './hatch.js'
import {linearScale, type Scale} from './scale.js'

/** Two counts stacked in each bin, the lower plain, the upper hatched, and a labelled vertical line at the cut. */
export interface Histogram extends ChartFrame {
  /** one more than there are bins */
  edges: readonly number[]
  lower: readonly number[]
  upper: readonly number[]
  cut: {at: number; label: string} | null
  xLabel: string
  yLabel: string
}

export function histogramChart(chart: Histogram): Markup {
  const plot: Plot = {left: 52, right: chart.width - 12, top: 34, bottom: chart.height - 44}
  const totals = chart.lower.map((n, i) => n + chart.upper[i]!)
  const x = linearScale([chart.edges[0]!, chart.edges.at(-1)!], [plot.left, plot.right], 6)
  const y = linearScale([0, Math.max(1, ...totals)], [plot.bottom, plot.top + 6], 4)
  const hatch = `${chart.id}-hatch`
  const bars = totals.map((total, i) => {
    const left = x.at(chart.edges[i]!)
    const right = x.at(chart.edges[i + 1]!)
    const box = {left, width: Math.max(0.5, right - left - 1)}
    return markup`${rect('kept', box, y, 0, chart.lower[i]!)}${rect('pruned', box, y, chart.lower[i]!, total, hatch)}`
  })
  return svgFrame(
    chart,
    markup`${hatchPattern(hatch)}${axes(plot, {scale: x, label: chart.xLabel}, {scale: y, label: chart.yLabel, format: count})}<g aria-hidden="true">${bars}${chart.cut === null ? null : cutLine(chart.cut, x, plot)}</g>`,
  )
}

function rect(
  name: string,
  box: {left: number; width: number},
  y: Scale,
  from: number,
  to: number,
  pattern?: string,
): Markup | null {
  if (to === from) return null
  // At least a hairline: one pruned edge among thousands must still be seen.
  const height = Math.max(1, y.at(from) - y.at(to))
  return markup`<rect class="${name}" x="${px(box.left)}" y="${px(y.at(from) - height)}" width="${px(box.width)}" height="${px(height)}"${pattern === undefined ? null : markup` fill="url(#${pattern})"`}/>`
}

function cutLine({at, label}: {at: number; label: string}, x: Scale, plot: Plot): Markup {
  const position = px(x.at(at))
  const beyondMiddle = position > (plot.left + plot.right) / 2
  return markup`<line class="cut" x1="${position}" x2="${position}" y1="${plot.top - 14}" y2="${plot.bottom}"/><text class="cut-label" x="${px(position + (beyondMiddle ? -6 : 6))}" y="${plot.top - 4}" text-anchor="${beyondMiddle ? 'end' : 'start'}">${label}</text>`
}

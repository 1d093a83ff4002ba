import {type Markup, markup} from '../html/escape.js'
import {axes, type Plot} from './axes.js'
import {type ChartFrame, px, svgFrame} from './frame.js'
import {hatchPattern} from './hatch.js'
import {linearScale} from './scale.js'

/** Two bars side by side in each bin: plain for what was there before or was kept, filled or hatched for the other. */
export interface PairedBars extends ChartFrame {
  /** of the bins; an empty one is not written */
  labels: readonly string[]
  left: {style: 'before' | 'kept'; values: readonly number[]}
  right: {style: 'after' | 'pruned'; values: readonly number[]}
  xLabel: string
  yLabel: string
  format: (value: number) => string
}

export function pairedBars(chart: PairedBars): Markup {
  const {left, right, labels} = chart
  const plot: Plot = {left: 52, right: chart.width - 8, top: 28, bottom: chart.height - 44}
  const width = (plot.right - plot.left) / labels.length
  const y = linearScale([0, Math.max(...left.values, ...right.values) || 1], [plot.bottom, plot.top], 4)
  const centre = (k: number) => plot.left + (k + 0.5) * width
  const hatch = `${chart.id}-hatch`
  const bar = Math.max(1, width * 0.4)
  const draw = (style: string, value: number, x: number) => {
    if (value === 0) return null
    // At least a hairline: one node among thousands must still be seen.
    const height = Math.max(1, plot.bottom - y.at(value))
    return markup`<rect class="${style}" x="${px(x)}" y="${px(plot.bottom - height)}" width="${px(bar)}" height="${px(height)}"${style === 'pruned' ? markup` fill="url(#${hatch})"` : null}/>`
  }
  const bars = labels.map((_, k) => [
    draw(left.style, left.values[k]!, centre(k) - bar),
    draw(right.style, right.values[k]!, centre(k)),
  ])
  const named = [...labels.keys()].filter((k) => labels[k] !== '')
  const x = {at: centre, ticks: named}
  return svgFrame(
    chart,
    markup`${right.style === 'pruned' ? hatchPattern(hatch) : null}${axes(plot, {scale: x, label: chart.xLabel, format: (k) => labels[k]!}, {scale: y, label: chart.yLabel, format: chart.format})}<g aria-hidden="true">${bars}</g>`,
  )
}

/** The key of bars before and after, as HTML. */
export function beforeAfterLegend(before: string, after: string): Markup {
  return markup`<ul class="legend"><li><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect class="before" x="0.5" y="0.5" width="11" height="11"/></svg> ${before}</li><li><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect class="after" width="12" height="12"/></svg> ${after}</li></ul>`
}

import {setting} from '../format.js'
import {type Markup, markup} from '../html/escape.js'
import {px} from './frame.js'
import type {Scale} from './scale.js'

/** The drawing area in chart units. */
export interface Plot {
  left: number
  right: number
  top: number
  bottom: number
}

export interface Axis {
  scale: Scale
  label: string
  format?: (tick: number) => string
}

/** Value grid, ticks and labels: horizontal lines only, the unit of y above its axis, that of x below at the right. */
export function axes(plot: Plot, x: Axis, y: Axis): Markup {
  const xFormat = x.format ?? setting
  const yFormat = y.format ?? setting
  return markup`<g class="axes" aria-hidden="true">${y.scale.ticks.map((tick) => {
    const at = px(y.scale.at(tick))
    return markup`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}"/><text class="tick" x="${plot.left - 6}" y="${px(at + 4)}" text-anchor="end">${yFormat(tick)}</text>`
  })}<line class="base" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>${x.scale.ticks.map(
    (tick) => {
      const at = px(x.scale.at(tick))
      return markup`<line class="base" x1="${at}" x2="${at}" y1="${plot.bottom}" y2="${plot.bottom + 4}"/><text class="tick" x="${at}" y="${plot.bottom + 17}" text-anchor="middle">${xFormat(tick)}</text>`
    },
  )}<text class="unit" x="4" y="12">${y.label}</text><text class="unit" x="${plot.right}" y="${plot.bottom + 35}" text-anchor="end">${x.label}</text></g>`
}

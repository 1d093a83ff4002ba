import {type HtmlContent, Markup, markup} from '../html/escape.js'

/** What every chart has: an id unique in its document, and its content in words for those who cannot see it. */
export interface ChartFrame {
  id: string
  title: string
  description: string
  width: number
  height: number
}

/** An SVG image with title and description; it scales with its column, its text styled by the page. */
export function svgFrame({id, title, description, width, height}: ChartFrame, content: HtmlContent): Markup {
  return markup`<svg xmlns="http://www.w3.org/2000/svg" id="${id}" class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${content}</svg>`
}

/** A coordinate with at most two decimals. */
export function px(value: number): number {
  return Math.round(value * 100) / 100
}

import {type Markup, markup} from '../html/escape.js'

/** The hatching of what was pruned, as a pattern to fill with: told apart from plain fills without colour. */
export const hatchPattern = (id: string): Markup =>
  markup`<defs><pattern id="${id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="5" height="5"/><line class="hatch-line" x1="0" x2="0" y1="0" y2="5"/></pattern></defs>`

/** The key of a chart with a plain and a hatched part, as HTML. */
export function hatchLegend(plain: string, hatched: string): Markup {
  return markup`<ul class="legend"><li><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect class="kept" width="12" height="12"/></svg> ${plain}</li><li><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect class="hatch-ground" width="12" height="12"/><path class="hatch-line" d="M0 12L12 0M-3 9L9 -3M3 15L15 3"/></svg> ${hatched}</li></ul>`
}

import type {Comparison} from '../certify/comparison-types.js'
import {number, setting} from './format.js'

const SHOWN = 3

/** What makes the two checkpoints' figures differ beside the checkpoints: units that each takes from its own anchors. */
export function comparisonCaveats({lossMax, layers}: Comparison): string[] {
  const limit = (x: number | null) => (x === null ? 'none' : number(x))
  const floors = layers.filter(({floor, earlierFloor}) => floor !== earlierFloor)
  const shown = floors
    .slice(0, SHOWN)
    .map(({name, floor, earlierFloor}) => `${name} ${setting(earlierFloor)} → ${setting(floor)}`)
  const more = floors.length > SHOWN ? ` and ${floors.length - SHOWN} more` : ''
  return [
    ...(lossMax === undefined
      ? []
      : [
          `L_max differs: ${limit(lossMax.there)} then, ${limit(lossMax.here)} now. Inside ε a larger loss counts as it, and η is a share of it, so a part of each difference may be that of the limit.`,
        ]),
    ...(floors.length === 0
      ? []
      : [
          `τ differs (in median distances, then → now): ${shown.join(', ')}${more}. Smaller distances count as it, so a part of the difference of ε may be that of τ.`,
        ]),
  ]
}

import {isDeepStrictEqual} from 'node:util'
import type {SliceBets} from '../bets.js'
import type {Points} from '../sample/points.js'

/** What is impossible about the slices of packed rows, in one sentence; null: nothing. */
export function sliceFault(
  asked: string | null,
  sides: readonly Points[],
  names: readonly string[] | undefined,
): string | null {
  const named = asked !== null && asked !== 'class'
  if (asked === 'class' && sides.some(({labels}) => labels === null))
    return 'the slices are classes, but there are no labels'
  const has = [names !== undefined, ...sides.map(({slices}) => slices !== undefined && slices !== null)]
  if (has.some((each) => each !== named)) return 'it has slices in one place and not in another'
  const bad = sides.flatMap(({slices}) => [...(slices ?? [])]).find((slice) => !(slice >= 0 && slice < names!.length))
  return bad === undefined ? null : `a row lies in slice ${bad} of ${names!.length}`
}

/** How the stakes of slices do not match the slices with statements; null: they match. */
export function sliceBetsFault(
  bets: readonly SliceBets[] | undefined,
  stated: readonly number[],
  deltas: number,
): string | null {
  if ((bets !== undefined) !== stated.length > 0) return 'it has stakes of slices in one place and not in another'
  if (bets === undefined) return null
  const numbers = bets.map(({slice}) => slice)
  if (!isDeepStrictEqual(numbers, [...stated]))
    return `it has stakes of the slices ${numbers.join(', ')}, not of ${stated.join(', ')}`
  const bad = bets.find(({cells}) => cells.length !== deltas)
  return bad === undefined ? null : `slice ${bad.slice} has stakes for ${bad.cells.length} radii, not ${deltas}`
}

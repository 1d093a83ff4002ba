import {pack, unpack} from '../../data/packed.js'
import {InputError} from '../../errors.js'
import type {Source} from '../../frame/kept-parts.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {sourcesOf} from '../sample/sources.js'

/**
 * What a layer's stakes were chosen from, so that they can be recomputed: each anchor's sums over the others, and the
 * packing radii. Text is a packed array (data/packed) of Float64.
 */
export interface PackedPilot {
  /** [m] scaled units, ascending */
  radii: string
  /** [m] */
  total: string
  /** [m, G] */
  within: string
  /** [m, G, E] */
  exceed: string
  /** [m, G + 1, E] */
  windowed: string
}

export const packPilot = (
  {total, within, exceed, windowed}: Pick<LayerStatistics, 'total' | 'within' | 'exceed' | 'windowed'>,
  radii: Float64Array,
): PackedPilot => ({
  radii: pack(radii),
  total: pack(total),
  within: pack(within),
  exceed: pack(exceed),
  windowed: pack(windowed),
})

/**
 * The pilot that `packPilot` packed, bit for bit.
 *
 * Throws  InputError  an array of the wrong length; a sum or radius that is negative or NaN, radii that do not ascend,
 *         more anchors near an anchor than there are others, or more that differ in loss than are near.
 */
export function unpackPilot(
  packed: PackedPilot,
  {
    anchors: m,
    floor,
    deltas,
    etas,
    groups,
  }: {anchors: number; floor: number; deltas: Float64Array; etas: Float64Array; groups: Int32Array | null},
  {place, next}: Source,
): {statistics: LayerStatistics; radii: Float64Array} {
  const [G, E] = [deltas.length, etas.length]
  const read = (name: keyof PackedPilot, length: number) => {
    const values = unpack(packed[name], 'f8', length, `${place}: pilot ${name}`, next)
    const bad = values.findIndex((x) => !(x >= 0))
    if (bad !== -1) throw new InputError(`${place}: pilot ${name}[${bad}] is ${values[bad]!}`, next)
    return values
  }
  const radii = read('radii', m)
  const statistics: LayerStatistics = {
    anchors: m,
    references: m,
    floor,
    deltas,
    etas,
    total: read('total', m),
    anchorTotal: new Float64Array(m),
    crossLabelTotal: 0,
    zeroDistancePairs: 0,
    within: read('within', m * G),
    exceed: read('exceed', m * G * E),
    windowed: read('windowed', m * (G + 1) * E),
    sources: sourcesOf(groups),
  }
  if (radii.some((radius, k) => radius < (radii[k - 1] ?? 0)))
    throw new InputError(`${place}: the packing radii of its anchors do not ascend`, next)
  const {within, exceed} = statistics
  const most = (m - 1) * (1 + 1e-9)
  if (within.some((n, at) => n > most || (at % G > 0 && n < within[at - 1]!)))
    throw new InputError(`${place}: the counts of its anchors among themselves contradict each other`, next)
  if (exceed.some((n, at) => n > within[Math.floor(at / E)]! * (1 + 1e-9)))
    throw new InputError(`${place}: more of its anchors differ in loss than are near`, next)
  return {statistics, radii}
}

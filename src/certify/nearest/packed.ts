import {pack, unpack, WRITE_AGAIN} from '../../data/packed.js'
import {InputError} from '../../errors.js'
import type {NearestAnchors} from './nearest-anchors.js'

/** Text is a packed array (data/packed): `anchors` Uint32, `distances` Float64. */
export interface PackedNearest {
  anchors: string
  distances: string
}

export const packNearest = ({anchors, distances}: NearestAnchors): PackedNearest => ({
  anchors: pack(anchors),
  distances: pack(distances),
})

/** Throws InputError if an array does not decode to `count` elements, or has an impossible anchor or distance. */
export function unpackNearest(
  packed: PackedNearest,
  {count, anchors: m}: {count: number; anchors: number},
  place: string,
  next: readonly string[] = WRITE_AGAIN,
): NearestAnchors {
  const anchors = unpack(packed.anchors, 'u4', count, `${place}, anchors`, next)
  const distances = unpack(packed.distances, 'f8', count, `${place}, distances`, next)
  const bad = anchors.findIndex((anchor, j) => !(anchor < m && distances[j]! >= 0 && distances[j]! < Infinity))
  if (bad !== -1)
    throw new InputError(
      `${place}: reference ${bad} has anchor ${anchors[bad]!} of ${m} at distance ${distances[bad]!}, which cannot be`,
      next,
    )
  return {anchors, distances}
}

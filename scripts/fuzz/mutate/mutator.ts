import type {Random} from '../../../src/stats/random.js'

/**
 * A changed copy of `input`; `other` is another file of the same kind, to take parts from. May return `input` itself
 * where it cannot be changed this way.
 */
export type Mutator = (input: Uint8Array, other: Uint8Array, random: Random) => Uint8Array

export const pick = <T>(list: readonly T[], random: Random): T => list[random.integer(list.length)]!

/** A start and an end in 0 … length, short ranges more often than long ones. */
export function range(length: number, random: Random): [from: number, to: number] {
  const from = random.integer(length + 1)
  const most = random.uniform() < 0.7 ? 16 : length
  return [from, Math.min(length, from + random.integer(most + 1))]
}

/** The list with one element left out, repeated, moved, exchanged, or taken from `others`; `change` makes one anew. */
export function changeList<T>(list: readonly T[], others: readonly T[], change: (item: T) => T, random: Random): T[] {
  const out = [...list]
  if (out.length === 0) return others.length > 0 ? [pick(others, random)] : out
  const [at, to] = [random.integer(out.length), random.integer(out.length)]
  switch (random.integer(7)) {
    case 0:
      out.splice(at, 1)
      break
    case 1:
      out.splice(to, 0, out[at]!)
      break
    case 2:
      ;[out[at], out[to]] = [out[to]!, out[at]!]
      break
    case 3:
      if (others.length > 0) out.splice(at, random.integer(2), pick(others, random))
      break
    default:
      out[at] = change(out[at]!)
  }
  return out
}

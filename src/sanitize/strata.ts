import {UsageError} from '../errors.js'

/** A stratum of fewer edges has too few ends to exchange: such edges are rewired among themselves, whatever they are. */
export const SMALLEST_STRATUM = 20

/** What an edge and its ends are, as far as rewiring keeps it. */
export interface Kinds {
  /** [m] type of each edge, or its span of time; null: none is known */
  readonly edges: Uint32Array | null
  /** [n] kind of each node; null: none is known */
  readonly nodes: Uint32Array | null
}

/** Edges of one type between nodes of the same two kinds. */
export interface Stratum {
  /** numbers of its edges, ascending */
  readonly edges: Uint32Array
  /** its edges join nodes of two kinds: an end is exchanged for one of its own kind only */
  readonly joinsTwo: boolean
}

export interface Strata {
  readonly all: readonly Stratum[]
  /** [m] stratum of each edge */
  readonly of: Uint32Array
  /** [m] 1: the second end of the edge is of the first of the two kinds */
  readonly turned: Uint8Array
  /** edges of strata that are too small, taken together */
  readonly pooled: number
}

/** How a graph is rewired. */
export interface Rewiring {
  /** [n] nodes in an order that does not depend on the file */
  readonly order: Uint32Array
  /** edges that exchange their ends */
  readonly strata: Strata
}

/**
 * The edges of a graph by type and by the kinds of their ends, in the order of these numbers; what is too small is
 * pooled as the last stratum.
 *
 * Shapes     edges [2 m].   Cost  m log m.   Empty  neither is known → one stratum of all edges.
 * Throws     UsageError  lists of other lengths than the graph has edges or nodes.
 */
export function strataOf(edges: Uint32Array, nodes: number, of: Kinds | null): Strata {
  const m = edges.length / 2
  const [types, kinds] = [of?.edges ?? null, of?.nodes ?? null]
  if ((types !== null && types.length !== m) || (kinds !== null && kinds.length !== nodes))
    throw new UsageError(
      `what rewiring keeps is known of ${types?.length ?? m} edges and ${kinds?.length ?? nodes} nodes, the graph has ${m} and ${nodes}`,
    )
  const turned = new Uint8Array(m)
  const groups = new Map<string, number[]>()
  for (let e = 0; e < m; e++) {
    const [a, b] = [kinds?.[edges[2 * e]!] ?? 0, kinds?.[edges[2 * e + 1]!] ?? 0]
    turned[e] = Number(a > b)
    const key = `${types?.[e] ?? 0},${Math.min(a, b)},${Math.max(a, b)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [e])
    else group.push(e)
  }
  const numbers = (key: string) => key.split(',').map(Number) as [number, number, number]
  const sorted = [...groups].sort(([one], [other]) => {
    const [a, b] = [numbers(one), numbers(other)]
    return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
  })
  const isLarge = ([, {length}]: [string, number[]]) => length >= SMALLEST_STRATUM || groups.size === 1
  const all: Stratum[] = sorted
    .filter(isLarge)
    .map(([key, members]) => ({edges: Uint32Array.from(members), joinsTwo: numbers(key)[1] !== numbers(key)[2]}))
  const rest = Uint32Array.from(sorted.filter((group) => !isLarge(group)).flatMap(([, members]) => members)).sort()
  if (rest.length > 0) all.push({edges: rest, joinsTwo: false})
  const stratum = new Uint32Array(m)
  all.forEach(({edges: members}, number) => members.forEach((e) => (stratum[e] = number)))
  return {all, of: stratum, turned, pooled: rest.length}
}

/** The end of an edge, 0 or 1, that is of the first of its two kinds. */
export const firstEnd = ({turned}: Strata, e: number): 0 | 1 => (turned[e] === 1 ? 1 : 0)

import {selectRows, transposeCsr} from '../linalg/csr.js'
import {innerProductsOfRows, rowDot} from '../linalg/csr-products.js'
import type {Csr, Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'

/** Most alike nodes considered for each node: at least this many, whatever the limit. */
const LIST = 10
/**
 * Up to this many nodes are compared with one another; larger graphs are cut into groups of like nodes of at most
 * this size.
 */
const GROUP = 4096
/** Rows of one product. */
const BLOCK = 128

export interface Repair {
  /** [2 a] the added edges, u < v, sorted */
  added: Uint32Array
  /** [a] likeness of their ends, 0 to 2 */
  likeness: Float64Array
}

/** What likeness is measured with: profiles [n, d] of unit or zero rows, soft pseudo-labels [n, classes]. */
export interface RepairSource {
  profiles: Csr
  soft: Dense
}

/**
 * Edges to add after pruning, where nodes lost neighbours: between mutually most alike nodes that were not joined
 * before.
 *
 * Formula    likeness(u, v) = e_u·e_v + Σ_c p_uc p_vc. {u, v} is a candidate where each is among the ten (2 · limit, if
 *            that is more) nodes most alike to the other of those it was never joined to, and one of both lost a
 *            neighbour. Candidates are taken by falling likeness while both ends have fewer than `limit` added edges, and
 *            fewer than `enough` neighbours with them. A pruned edge never comes back.
 * Shapes     edges [2 m] before pruning, pruned [m].
 * Ties       the smaller u, then v.
 * Cost       n · min(n, 4,096) products of profiles, in blocks of 128 rows: 4 MiB at a time. Above 4,096 nodes those
 *            are compared that share the most alike of √n nodes drawn at random, so a best pair can be missed.
 * Empty      nothing pruned, or limit 0 → nothing added.
 * Source     Li et al. 2022 (STABLE), section 3.3.1. Deviation: likeness from features and pseudo-labels in place of a
 *            trained representation; mutual; only where edges were lost.
 */
export function repairEdges(
  edges: Uint32Array,
  pruned: Uint8Array,
  source: RepairSource,
  limit: number,
  random: Random,
  enough = Infinity,
): Repair {
  const n = source.profiles.rows
  const lost = new Uint8Array(n)
  for (let t = 0; t < edges.length; t++) if (pruned[t >> 1] === 1) lost[edges[t]!] = 1
  if (limit === 0 || !lost.includes(1)) return {added: new Uint32Array(0), likeness: new Float64Array(0)}
  const lists = mostAlike(source, joinedIn(edges, n), Math.max(LIST, 2 * limit), random)
  const candidates = [...mutualPairs(lists, lost)].sort((a, b) => b.likeness - a.likeness || a.u - b.u || a.v - b.v)
  const left = new Uint32Array(n)
  for (let t = 0; t < edges.length; t++) if (pruned[t >> 1] === 0) left[edges[t]!]!++
  const count = new Uint32Array(n)
  const isFull = (i: number) => count[i]! >= limit || left[i]! + count[i]! >= enough
  const taken = candidates.filter(({u, v}) => {
    if (isFull(u) || isFull(v)) return false
    count[u]!++
    count[v]!++
    return true
  })
  taken.sort((a, b) => a.u - b.u || a.v - b.v)
  return {
    added: Uint32Array.from(taken.flatMap(({u, v}) => [u, v])),
    likeness: Float64Array.from(taken, ({likeness}) => likeness),
  }
}

/**
 * [m] 1 at edges that repair would bring back if an attacker took them and an end lost a neighbour by pruning: each end
 * is as alike to the other as the least alike candidate of its list.
 *
 * Cost       that of repairEdges.
 */
export function repairableEdges(edges: Uint32Array, source: RepairSource, limit: number, random: Random): Uint8Array {
  const n = source.profiles.rows
  const length = Math.max(LIST, 2 * limit)
  const lists = mostAlike(source, joinedIn(edges, n), length, random)
  const isListed = (u: number, likeness: number) => likeness > (lists[u]!.likeness[length - 1] ?? 0)
  return Uint8Array.from({length: edges.length / 2}, (_, e) => {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    const likeness = rowDot(source.profiles, u, source.profiles, v) + rowDot(source.soft, u, source.soft, v)
    return Number(isListed(u, likeness) && isListed(v, likeness))
  })
}

function joinedIn(edges: Uint32Array, n: number): (u: number, v: number) => boolean {
  const joined = new Set<number>()
  for (let t = 0; t < edges.length; t += 2) joined.add(edges[t]! * n + edges[t + 1]!)
  return (u, v) => joined.has(Math.min(u, v) * n + Math.max(u, v))
}

/** The nodes most alike to one, most alike first. */
interface Alike {
  nodes: Uint32Array
  likeness: Float64Array
}

function* mutualPairs(lists: readonly Alike[], lost: Uint8Array): Generator<{u: number; v: number; likeness: number}> {
  for (let u = 0; u < lists.length; u++) {
    const {nodes, likeness} = lists[u]!
    for (let t = 0; t < nodes.length; t++) {
      const v = nodes[t]!
      if (u < v && (lost[u] === 1 || lost[v] === 1) && lists[v]!.nodes.includes(u)) yield {u, v, likeness: likeness[t]!}
    }
  }
}

function mostAlike(
  source: RepairSource,
  isJoined: (u: number, v: number) => boolean,
  length: number,
  random: Random,
): Alike[] {
  const lists = new Array<Alike>(source.profiles.rows)
  for (const members of groups(source.profiles, random)) {
    const e = selectRows(source.profiles, members) as Csr
    const transposed = transposeCsr(e)
    for (let from = 0; from < members.length; from += BLOCK) {
      const to = Math.min(members.length, from + BLOCK)
      const {data} = innerProductsOfRows(e, transposed, from, to)
      for (let i = from; i < to; i++) {
        const u = members[i]!
        const row = data.subarray((i - from) * members.length, (i - from + 1) * members.length)
        addLabels(row, u, members, source.soft)
        lists[u] = largest(row, members, length, (v) => v === u || isJoined(u, v))
      }
    }
  }
  return lists
}

function addLabels(row: Float64Array, u: number, members: Uint32Array, {cols, data}: Dense): void {
  for (let j = 0; j < members.length; j++) {
    const v = members[j]! * cols
    let sum = row[j]!
    for (let c = 0; c < cols; c++) sum += data[u * cols + c]! * data[v + c]!
    row[j] = sum
  }
}

/** The members with the largest positive values but the `excluded` ones; ties to the smaller node. */
function largest(row: Float64Array, members: Uint32Array, length: number, excluded: (v: number) => boolean): Alike {
  const nodes: number[] = []
  const likeness: number[] = []
  for (let j = 0; j < members.length; j++) {
    const value = row[j]!
    if (!(value > (likeness.length < length ? 0 : likeness[length - 1]!)) || excluded(members[j]!)) continue
    let place = likeness.length
    while (place > 0 && likeness[place - 1]! < value) place--
    nodes.splice(place, 0, members[j]!)
    likeness.splice(place, 0, value)
    nodes.length = likeness.length = Math.min(length, nodes.length)
  }
  return {nodes: Uint32Array.from(nodes), likeness: Float64Array.from(likeness)}
}

/** All nodes, or groups of nodes that share the most alike of some nodes drawn at random; members ascending. */
function groups(e: Csr, random: Random): Uint32Array[] {
  const n = e.rows
  const all = Uint32Array.from({length: n}, (_, i) => i)
  if (n <= GROUP) return [all]
  const pivots = transposeCsr(
    selectRows(
      e,
      random
        .permutation(n)
        .slice(0, Math.ceil(Math.sqrt(n)))
        .sort(),
    ) as Csr,
  )
  const members = Array.from({length: pivots.cols}, (): number[] => [])
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK)
    const {data, cols} = innerProductsOfRows(e, pivots, from, to)
    for (let i = from; i < to; i++) {
      let best = 0
      for (let p = 1; p < cols; p++) if (data[(i - from) * cols + p]! > data[(i - from) * cols + best]!) best = p
      members[best]!.push(i)
    }
  }
  return members.flatMap((group) =>
    Array.from({length: Math.ceil(group.length / GROUP)}, (_, k) =>
      Uint32Array.from(group.slice(k * GROUP, (k + 1) * GROUP)),
    ),
  )
}

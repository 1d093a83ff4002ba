import {InputError, option} from '../errors.js'
import type {Random} from '../stats/random.js'
import type {EdgeSet} from './edge-set.js'

/**
 * Adds `count` random new edges. Changes `graph`.
 *
 * Cost    count / (share of pairs without an edge) draws on average; nearly complete graphs are searched exhaustively.
 * Throws  InputError  fewer pairs without an edge than `count` (names both).
 * Source  the weakest baseline in the literature.   Deviation: none.
 */
export function randomAttack(graph: EdgeSet, count: number, random: Random): void {
  for (let k = 0; k < count; k++) {
    const [u, v] = drawPair(graph, random, () => true) ?? refuse(graph, count)
    graph.flip(u, v)
  }
}

/**
 * "Delete internally, connect externally": each change, by a fair coin, removes an edge inside a class or adds one
 * between classes. Changes `graph`.
 *
 * Shapes  labels [n], −1 unknown: such nodes are not changed.
 * Rules   an edge is not removed if it is the last one of an end; if one kind of change is exhausted, the other is
 *         used.
 * Throws  InputError  both kinds exhausted.
 * Source  Waniek et al. 2018.   Deviation: the coin decides between deletions and additions, as in Zügner & Günnemann
 *         2019.
 */
export function diceAttack(graph: EdgeSet, count: number, labels: Int32Array, random: Random): void {
  const edges = graph.edges()
  const inside = Array.from(random.permutation(edges.length / 2)).filter(
    (e) => labels[edges[2 * e]!]! >= 0 && labels[edges[2 * e]!] === labels[edges[2 * e + 1]!],
  )
  const remove = () => {
    while (inside.length > 0) {
      const e = inside.pop()!
      const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
      // A refused edge is not tried again: removals never increase degrees, and additions to a leaf are rare.
      if (graph.degree(u) > 1 && graph.degree(v) > 1) return [u, v] as const
    }
    return null
  }
  const add = () => drawPair(graph, random, (u, v) => labels[u]! >= 0 && labels[v]! >= 0 && labels[u] !== labels[v])
  for (let k = 0; k < count; k++) {
    const coin = random.uniform() < 0.5
    const [u, v] = (coin ? (remove() ?? add()) : (add() ?? remove())) ?? refuse(graph, count)
    graph.flip(u, v)
  }
}

const DRAWS = 1000

/** A random pair without an edge that was not flipped before and passes `fits`; null: none. */
function drawPair(
  graph: EdgeSet,
  random: Random,
  fits: (u: number, v: number) => boolean,
): readonly [number, number] | null {
  const free = (u: number, v: number) => u !== v && !graph.has(u, v) && !graph.wasFlipped(u, v) && fits(u, v)
  for (let draw = 0; draw < DRAWS; draw++) {
    const u = random.integer(graph.nodes)
    const v = random.integer(graph.nodes)
    if (free(u, v)) return [u, v]
  }
  // Few pairs are left: choose among all of them.
  let seen = 0
  let found: readonly [number, number] | null = null
  for (let u = 0; u < graph.nodes; u++)
    for (let v = u + 1; v < graph.nodes; v++) if (free(u, v) && random.integer(++seen) === 0) found = [u, v]
  return found
}

function refuse(graph: EdgeSet, count: number): never {
  throw new InputError(
    `a budget of ${count} changes cannot be spent: after ${graph.flips()} no fitting pair of the ${graph.nodes} nodes is left`,
    [`lower ${option('budget')} or ${option('count')}`],
  )
}

import type {EdgeScores, GraphExcerpt} from './types.js'

/** Pruned edges to draw around, and what a drawing of them holds at most. */
const AROUND = 12
const MAX_NODES = 150
const MAX_EDGES = 300
/** Neighbours of an end that are drawn: along kept edges, which say where it belongs, and along other pruned ones. */
const NEIGHBOURS = {kept: 4, pruned: 2}

interface Setting {
  /** [2 k] edges that repair added */
  added: Uint32Array
  /** [nodes] given labels, −1 where there is none */
  given: Int32Array
  nodeNames: readonly string[] | null
}

/**
 * The most suspect pruned edges, some neighbours of their ends, and the edges among all of these.
 *
 * Order   nodes as they are met: the ends of the pruned edges by rank, then for each end its neighbours. Of kept
 *         neighbours those that lie beside most ends come first, of pruned ones the most suspect; ties: the smaller
 *         node. So the same graph gives the same drawing.
 * Shapes  at most 150 nodes and 300 edges; of more edges the pruned ones stay, then those at an end, then the rest,
 *         each in the order of the graph.
 * Cost    two passes over the edges.
 * Empty   nothing pruned → null.
 */
export function graphExcerpt(
  scores: EdgeScores,
  order: Uint32Array,
  {added, given, nodeNames}: Setting,
): GraphExcerpt | null {
  const {edges, pruned, rank} = scores
  const centre = order.filter((e) => pruned[e] === 1).subarray(0, AROUND)
  if (centre.length === 0) return null
  const ends = [...new Set(Array.from(centre).flatMap((e) => [edges[2 * e]!, edges[2 * e + 1]!]))]
  const nodes = [...ends, ...neighboursOf(ends, scores)].slice(0, MAX_NODES)
  const place = new Map(nodes.map((node, at) => [node, at]))
  const between = (list: Uint32Array, describe: (e: number) => Omit<GraphExcerpt['edges'][number], 'ends'>) => {
    const found: GraphExcerpt['edges'] = []
    for (let e = 0; e < list.length / 2; e++) {
      const [u, v] = [place.get(list[2 * e]!), place.get(list[2 * e + 1]!)]
      if (u !== undefined && v !== undefined) found.push({ends: [u, v], ...describe(e)})
    }
    return found
  }
  const own = between(edges, (e) => ({state: pruned[e] === 1 ? 'pruned' : 'kept', rank: rank[e]!}))
  const all = [...own, ...between(added, () => ({state: 'added', rank: null}))]
  const urgency = ({ends: [u, v], state}: GraphExcerpt['edges'][number]) =>
    state === 'pruned' ? 0 : state === 'added' || Math.min(u, v) < ends.length ? 1 : 2
  all.sort((a, b) => urgency(a) - urgency(b) || (a.state === 'pruned' ? a.rank! - b.rank! : 0))
  return {
    around: centre.length,
    nodes: nodes.map((node) => ({
      name: nodeNames?.[node] ?? String(node),
      label: scores.pseudoLabels[node]!,
      given: given[node]! >= 0,
      degree: scores.degrees[node]!,
    })),
    edges: all.slice(0, MAX_EDGES),
    omitted: Math.max(0, all.length - MAX_EDGES),
  }
}

/** Nodes beside the ends, without these, as they are met. */
function neighboursOf(ends: readonly number[], {edges, pruned, rank}: EdgeScores): number[] {
  const isEnd = new Set(ends)
  const around = new Map(
    ends.map((node) => [node, {kept: [] as number[], pruned: [] as {node: number; rank: number}[]}]),
  )
  const beside = new Map<number, number>()
  for (let e = 0; e < pruned.length; e++) {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    for (const [from, to] of [
      [u, v],
      [v, u],
    ] as const) {
      const found = around.get(from)
      if (found === undefined || isEnd.has(to)) continue
      if (pruned[e] === 1) found.pruned.push({node: to, rank: rank[e]!})
      else {
        found.kept.push(to)
        beside.set(to, (beside.get(to) ?? 0) + 1)
      }
    }
  }
  const met = new Set<number>()
  for (const found of around.values()) {
    found.kept.sort((a, b) => beside.get(b)! - beside.get(a)! || a - b)
    found.pruned.sort((a, b) => a.rank - b.rank)
    for (const node of [
      ...found.kept.slice(0, NEIGHBOURS.kept),
      ...found.pruned.slice(0, NEIGHBOURS.pruned).map(({node: other}) => other),
    ])
      met.add(node)
  }
  return [...met]
}

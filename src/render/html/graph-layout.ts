import {UndirectedGraph} from 'graphology'
import forceAtlas2Module from 'graphology-layout-forceatlas2'

/** Its types describe an ES module, but it is a CommonJS one: what Node imports is the function itself. */
const forceAtlas2 = forceAtlas2Module as unknown as typeof forceAtlas2Module.default

export interface Point {
  x: number
  y: number
}

/** The angle that spreads points most evenly over a disc. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5))
const SPACING = 5
const SIZE = 3
/**
 * The strong pull to the middle keeps parts without a connection near; of the settings tried it drew graphs with the
 * fewest crossings and clumps.
 */
const FORCES = {scalingRatio: 10, gravity: 0.05, strongGravityMode: true, slowDown: 4}
/** First the shape, then nodes move off each other. */
const PHASES = [
  {iterations: 600, settings: FORCES},
  {iterations: 300, settings: {...FORCES, adjustSizes: true}},
]

/**
 * Places for the nodes of a small graph, so that joined nodes lie together: ForceAtlas2 from a spiral in the order of
 * the nodes. Nothing is drawn at random, so the same graph gets the same places; they are made here and not in the
 * report, since its logarithms may differ in the last bit between versions of Node.
 *
 * Shapes  `nodes` nodes, edges as pairs of their numbers → a place each, in no unit.   Cost  iterations · nodes².
 * Source  Jacomy, Venturini, Heymann & Bastian 2014, as implemented by graphology-layout-forceatlas2.
 */
export function layoutGraph(nodes: number, edges: readonly (readonly [number, number])[]): Point[] {
  const graph = new UndirectedGraph()
  for (let k = 0; k < nodes; k++) {
    const radius = SPACING * Math.sqrt(k + 0.5)
    graph.addNode(k, {x: radius * Math.cos(k * GOLDEN_ANGLE), y: radius * Math.sin(k * GOLDEN_ANGLE), size: SIZE})
  }
  for (const [u, v] of edges) graph.mergeEdge(u, v)
  for (const phase of PHASES) forceAtlas2.assign(graph, {...phase, getEdgeWeight: null})
  return graph.mapNodes((_, {x, y}) => ({x: Number(x), y: Number(y)}))
}

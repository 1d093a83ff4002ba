// @ts-expect-error The package types its layout of a graphology graph only, and graphology itself is not installed with surety.
import untypedIterate from 'graphology-layout-forceatlas2/iterate.js'

/** One step of ForceAtlas2, in place. Both matrices are laid out as its source says: NODE_FIELDS and EDGE_FIELDS. */
const iterate = untypedIterate as (settings: object, nodes: Float32Array, edges: Float32Array) => void

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
const DEFAULTS = {
  linLogMode: false,
  outboundAttractionDistribution: false,
  adjustSizes: false,
  edgeWeightInfluence: 1,
  barnesHutOptimize: false,
  barnesHutTheta: 0.5,
}
/** x, y, two forces, two earlier forces, mass, convergence, size, fixed */
const NODE_FIELDS = 10
const MASS = 6
/** places of both ends in the matrix of nodes, weight */
const EDGE_FIELDS = 3
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
  const distinct = new Map(edges.map(([u, v]) => [u < v ? `${u} ${v}` : `${v} ${u}`, [u, v] as const]))
  const joined = Float32Array.from([...distinct.values()].flatMap(([u, v]) => [u * NODE_FIELDS, v * NODE_FIELDS, 1]))
  let places = Array.from({length: nodes}, (_, k): Point => {
    const radius = SPACING * Math.sqrt(k + 0.5)
    return {x: radius * Math.cos(k * GOLDEN_ANGLE), y: radius * Math.sin(k * GOLDEN_ANGLE)}
  })
  for (const {iterations, settings} of PHASES) {
    const matrix = Float32Array.from(places.flatMap(({x, y}) => [x, y, 0, 0, 0, 0, 1, 1, SIZE, 0]))
    // The mass of a node is 1 and its degree.
    for (let e = 0; e < joined.length; e++) if (e % EDGE_FIELDS < 2) matrix[joined[e]! + MASS]! += 1
    for (let t = 0; t < iterations; t++) iterate({...DEFAULTS, ...settings}, matrix, joined)
    places = places.map((_, k) => ({x: matrix[k * NODE_FIELDS]!, y: matrix[k * NODE_FIELDS + 1]!}))
  }
  return places
}

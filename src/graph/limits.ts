import {LIMITS, raising} from '../data/limits.js'
import {InputError} from '../errors.js'

export interface GraphLimits {
  readonly maxNodes: number
  /** edge records of the file, before duplicates are merged */
  readonly maxEdges: number
  /** per file; archives may unpack to more (see ZIP_LIMITS) */
  readonly maxBytes: number
  /** class numbers are below this */
  readonly maxClasses: number
}

export const GRAPH_LIMITS: GraphLimits = {
  maxBytes: 2 ** 31 - 1,
  get maxNodes() {
    return LIMITS.nodes
  },
  get maxEdges() {
    return LIMITS.edges
  },
  get maxClasses() {
    return LIMITS.classes
  },
}

/** Refuses an empty graph and one beyond the limits. */
export function checkSize(nodes: number, records: number, place: string, limits: GraphLimits): void {
  if (nodes === 0)
    throw new InputError(`${place}: the graph has no node`, ['check that you chose the right file or array'])
  if (records === 0)
    throw new InputError(`${place}: the graph has no edge`, ['check that you chose the right file or array'])
  if (nodes > limits.maxNodes)
    throw new InputError(`${place}: has ${nodes} nodes, the limit is ${limits.maxNodes}`, [
      'cut the graph into parts',
      raising('nodes'),
    ])
  if (records > limits.maxEdges)
    throw new InputError(`${place}: has ${records} edges, the limit is ${limits.maxEdges}`, [
      'cut the graph into parts',
      raising('edges'),
    ])
}

import {exactJson} from '../data/json.js'
import {InputError} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {RawGraph} from './document.js'
import type {GraphLimits} from './limits.js'
import {type AttributeOptions, attributeData, type Attributes} from './node-attributes.js'

/** What formats with named nodes and attributes (GraphML, GEXF, JSON) have in common. */
export interface AttributedGraph {
  readonly nodes: readonly {readonly id: string; readonly attributes: Attributes}[]
  readonly edges: readonly {readonly source: string; readonly target: string; readonly weight: unknown}[]
  readonly directed: boolean
}

/**
 * The raw graph of named nodes and edges between them. Nodes with the names 0, 1, 2 … in this order count as numbered,
 * not named.
 *
 * Throws  InputError  a repeated node, an edge to an unknown node, a weight that is not a number.
 */
export function rawOfAttributed(
  {nodes, edges, directed}: AttributedGraph,
  place: string,
  options: AttributeOptions,
  limits: GraphLimits,
): {raw: RawGraph; notes: Note[]; taken: {labels: string | null; features: readonly string[]}} {
  const number = new Map<string, number>()
  nodes.forEach(({id}, i) => {
    if (number.has(id))
      throw new InputError(`${place}: node ${JSON.stringify(id)} is there twice (${number.get(id)} and ${i})`, [
        'give each node its own id',
      ])
    number.set(id, i)
  })
  const end = (name: string, edge: number) => {
    const node = number.get(name)
    if (node === undefined) {
      throw new InputError(
        `${place}: edge ${edge} goes to node ${JSON.stringify(name)}, which is not among the ${nodes.length} nodes`,
        ['add the node or remove the edge'],
      )
    }
    return node
  }
  const flat = new Uint32Array(2 * edges.length)
  edges.forEach(({source, target}, e) => {
    flat[2 * e] = end(source, e)
    flat[2 * e + 1] = end(target, e)
  })
  const weighted = edges.some(({weight}) => weight !== undefined && weight !== null)
  const named = nodes.some(({id}, i) => id !== String(i))
  const data = attributeData(
    nodes.map(({attributes}) => attributes),
    (node) => JSON.stringify(nodes[node]!.id),
    place,
    options,
    limits,
  )
  return {
    raw: {
      nodes: nodes.length,
      edges: flat,
      weights: weighted ? Float64Array.from(edges, ({weight}, e) => weightOf(weight, e, place)) : null,
      directed,
      nodeNames: named ? nodes.map(({id}) => id) : null,
      features: data.features,
      labels: data.labels,
      classNames: data.classNames,
      split: data.split,
    },
    notes: data.notes,
    taken: data.taken,
  }
}

/** In a weighted graph, an edge without a weight has weight 1, as in NetworkX. */
function weightOf(weight: unknown, edge: number, place: string): number {
  const value =
    weight === undefined || weight === null
      ? 1
      : typeof weight === 'string' && weight.trim() === ''
        ? NaN
        : Number(weight)
  if (Number.isNaN(value))
    throw new InputError(`${place}: edge ${edge} has the weight ${exactJson(weight)}, not a number`, ['fix the weight'])
  return value
}

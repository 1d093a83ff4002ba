import {isJsonObject, type JsonObject} from '../../data/json.js'
import {rawOfAttributed} from '../attributed.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions, Attributes} from '../node-attributes.js'
import {toGraphology} from '../graphology.js'
import {withoutPruned} from '../kept-edges.js'
import {notWritten} from '../not-written.js'
import {idOf, objectList, rewriteJson} from './json-records.js'

const attributesOf = (item: JsonObject): Attributes => (isJsonObject(item['attributes']) ? item['attributes'] : {})

/** A serialized graphology graph: nodes [{key, attributes}], edges [{source, target, attributes, undirected}], options. */
export function readGraphologyJson(
  root: JsonObject,
  place: string,
  options: AttributeOptions,
  limits: GraphLimits,
): ReadResult {
  const nodes = objectList(root, 'nodes', place).map((item, i) => ({
    id: idOf(item, 'key', `${place}: nodes[${i}]`),
    attributes: attributesOf(item),
  }))
  const records = objectList(root, 'edges', place)
  const edges = records.map((item, i) => ({
    source: idOf(item, 'source', `${place}: edges[${i}]`),
    target: idOf(item, 'target', `${place}: edges[${i}]`),
    weight: attributesOf(item)['weight'],
  }))
  const type = isJsonObject(root['options']) ? root['options']['type'] : undefined
  const directed = type !== 'undirected' && records.some((item) => item['undirected'] !== true)
  return {
    ...rawOfAttributed({nodes, edges, directed}, place, options, limits),
    carried: {
      rewrite: (result, pruned) =>
        rewriteJson(
          root,
          {
            idKey: 'key',
            edgesKey: 'edges',
            added: (source, target) => ({source, target, undirected: !directed, attributes: {added: true}}),
          },
          result,
          pruned,
        ),
    },
  }
}

/** Any graph as graphology JSON: class, features (a list of numbers) and weight as attributes. */
export function writeGraphologyJson(result: NormalisedGraph, pruned: Uint8Array): WriteResult {
  const {graph: cleaned, isAdded} = withoutPruned(result, pruned)
  const graph = toGraphology(cleaned, result.classNames, isAdded)
  return {
    bytes: Buffer.from(`${JSON.stringify(graph.export())}\n`),
    notes: notWritten(result.graph, ['split'], 'graphology JSON'),
  }
}

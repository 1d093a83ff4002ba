import type {JsonObject} from '../../data/json.js'
import {rawOfAttributed} from '../attributed.js'
import type {ReadResult} from '../document.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions} from '../node-attributes.js'
import {attributeColumns, idOf, objectList, rewriteJson} from './json-records.js'

/** NetworkX node_link_data: nodes [{id, …}], links or edges [{source, target, …}], directed. */
export function readNodeLink(
  root: JsonObject,
  place: string,
  options: AttributeOptions,
  limits: GraphLimits,
): ReadResult {
  const edgesKey = Object.hasOwn(root, 'links') ? 'links' : 'edges'
  const nodes = objectList(root, 'nodes', place).map((item, i) => ({
    id: idOf(item, 'id', `${place}: nodes[${i}]`),
    attributes: item,
  }))
  const edges = objectList(root, edgesKey, place).map((item, i) => ({
    source: idOf(item, 'source', `${place}: ${edgesKey}[${i}]`),
    target: idOf(item, 'target', `${place}: ${edgesKey}[${i}]`),
    weight: item['weight'],
  }))
  const records = objectList(root, edgesKey, place)
  const {taken, ...read} = rawOfAttributed({nodes, edges, directed: root['directed'] === true}, place, options, limits)
  return {
    ...read,
    carried: {
      taken,
      nodeColumns: () =>
        attributeColumns(
          nodes.map((node) => node.attributes),
          ['id'],
        ),
      edgeColumns: () => attributeColumns(records, ['source', 'target', 'weight']),
      rewrite: (result, pruned) =>
        rewriteJson(
          root,
          {idKey: 'id', edgesKey, added: (source, target) => ({source, target, added: true})},
          result,
          pruned,
        ),
    },
  }
}

import {write} from 'graphology-gexf'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {toGraphology} from '../graphology.js'
import {withoutPruned} from '../kept-edges.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions} from '../node-attributes.js'
import {notWritten} from '../not-written.js'
import {escapeXml, requireXmlText} from './graphml.js'
import {castXml, readXmlGraph, type XmlDialect} from './xml-graph.js'

interface Declaration {
  title: string
  type: string | undefined
  fallback: string | null
}

/** GEXF 1.1 to 1.3: <attributes> declarations, <node>, <edge> with <attvalue>; label and weight are attributes too. */
export function readGexf(bytes: Uint8Array, place: string, options: AttributeOptions, limits: GraphLimits): ReadResult {
  const declarations = {node: new Map<string, Declaration>(), edge: new Map<string, Declaration>()}
  let target: Map<string, Declaration> | null = null
  let last: Declaration | null = null
  let defaultType = 'undirected'
  const dialect: XmlDialect = {
    declare({attributes}, path) {
      const name = path.at(-1)
      if (name === 'graph') defaultType = attributes['defaultedgetype'] ?? 'undirected'
      if (name === 'attributes')
        target =
          attributes['class'] === 'node' ? declarations.node : attributes['class'] === 'edge' ? declarations.edge : null
      if (name !== 'attribute') return
      const id = attributes['id'] ?? ''
      last = {title: attributes['title'] ?? id, type: attributes['type'], fallback: null}
      target?.set(id, last)
    },
    declared(path, text) {
      if (path.at(-1) === 'default' && last !== null) last.fallback = text
    },
    attribute({attributes}, kind, xml, name) {
      if (name !== 'attvalue') return
      const id = xml['for'] ?? xml['id'] ?? ''
      const declaration = declarations[kind].get(id)
      attributes.set(declaration?.title ?? id, castXml(declaration?.type, xml['value'] ?? ''))
    },
    complete({attributes, xml}, kind) {
      const own = kind === 'node' ? 'label' : 'weight'
      if (xml[own] !== undefined && !attributes.has(own)) attributes.set(own, xml[own])
      for (const {title, type, fallback} of declarations[kind].values()) {
        if (fallback !== null && !attributes.has(title)) attributes.set(title, castXml(type, fallback))
      }
    },
    isDirected: ({xml}) => (xml['type'] ?? defaultType) === 'directed',
    // An attribute would have to be declared among those of the file; the label is free.
    added: {
      declaration: '',
      edge: (source, target, number) =>
        `<edge id="surety-added-${number}" source="${escapeXml(source)}" target="${escapeXml(target)}" label="added"/>`,
    },
  }
  return readXmlGraph(bytes, place, dialect, options, limits)
}

/** Any graph as GEXF with the attributes class and weight. */
export function writeGexf(result: NormalisedGraph, pruned: Uint8Array): WriteResult {
  result.graph.nodeNames?.forEach(requireXmlText)
  result.classNames?.map(String).forEach(requireXmlText)
  const {graph: cleaned, isAdded} = withoutPruned(result, pruned)
  const graph = toGraphology({...cleaned, features: null}, result.classNames, isAdded)
  return {bytes: Buffer.from(write(graph)), notes: notWritten(result.graph, ['features', 'split'], 'GEXF')}
}

import type {GraphExcerpt} from '../../sanitize/types.js'
import {count, plural} from '../format.js'
import {graphDrawing, graphLegend} from '../svg/graph-drawing.js'
import {shorten} from '../../frame/visible.js'
import {type HtmlContent, markup} from './escape.js'
import {layoutGraph} from './graph-layout.js'
import {edgeName} from './sanitize-edges.js'
import {foldedTable} from './table.js'

const NAME_LENGTH = 32
const STATE = {pruned: 'pruned', kept: 'kept', added: 'added by repair'}

/** More nodes than sanitize ever writes; laying them out takes the square of their number. */
const MOST_NODES = 500

/** Whether an excerpt can be drawn: a report from elsewhere may hold anything. */
export const isDrawable = ({nodes, edges}: GraphExcerpt): boolean =>
  nodes.length <= MOST_NODES && edges.every(({ends}) => ends.every((k) => nodes[k] !== undefined))

/** A drawing of the removed edges among their neighbours, and what it shows as tables. */
export function removedGraph({around, nodes, edges, omitted}: GraphExcerpt): HtmlContent {
  const places = layoutGraph(
    nodes.length,
    edges.map(({ends}) => ends),
  )
  const centre = edges.filter(({state}) => state === 'pruned').slice(0, around)
  const ends = new Set(centre.flatMap((edge) => edge.ends))
  const pruned = edges.filter(({state}) => state === 'pruned').length
  const drawing = graphDrawing({
    id: 'removed-graph',
    title: 'Removed edges and their neighbourhoods',
    description: `${plural(nodes.length, 'node')} and ${plural(edges.length, 'edge')} around the ${count(around)} most suspect removed edges; ${count(pruned)} of the edges drawn were removed.`,
    width: 1000,
    height: 640,
    nodes: nodes.map(({label, given}, k) => ({...places[k]!, text: String(label), given, strong: ends.has(k)})),
    edges: edges.map((edge) => ({
      ends: edge.ends,
      style: edge.state,
      ...(centre.includes(edge) ? {text: String(edge.rank)} : {}),
    })),
  })
  const drawn = nodes.map((_, k) => edges.filter((edge) => edge.ends.includes(k)).length)
  const names = nodes.map(({name}) => shorten(name, NAME_LENGTH))
  const repaired = edges.some(({state}) => state === 'added')
  return markup`<p class="lead">The ${count(around)} most suspect removed edges, each with its rank, some neighbours of their ends, and all edges among these nodes. The number in a node is its class; an edge that joins two clusters of different classes is what an attack adds.</p>
${graphLegend({pruned: 'removed', kept: 'kept', ...(repaired ? {added: 'added by repair'} : {})}, 'class given', 'class guessed (pseudo-label)')}
<figure class="canvas"><div class="scroll" role="region" aria-label="Drawing of the removed edges" tabindex="0">${drawing}</div><figcaption><p>Places have no meaning but nearness: joined nodes attract each other (ForceAtlas2). Nodes have more neighbours than are drawn${omitted === 0 ? '' : `, and ${plural(omitted, 'edge')} between these nodes ${omitted === 1 ? 'is' : 'are'} left out`}; the tables say how many.</p></figcaption></figure>
${foldedTable('Table of the edges drawn', {
  caption: 'Edges of the drawing, removed ones first, by rank among all edges',
  columns: [
    {title: 'edge', kind: 'name'},
    {title: 'classes', kind: 'word'},
    {title: 'decision', kind: 'word'},
    {title: 'rank', kind: 'number'},
  ],
  rows: edges.map(({ends: [u, v], state, rank}) => [
    edgeName({source: nodes[u]!.name, target: nodes[v]!.name}),
    `${nodes[u]!.label} and ${nodes[v]!.label}`,
    STATE[state],
    rank === null ? '–' : count(rank),
  ]),
})}
${foldedTable('Table of the nodes drawn', {
  caption: 'Nodes of the drawing; neighbours before pruning',
  columns: [
    {title: 'node', kind: 'text'},
    {title: 'class', kind: 'number'},
    {title: 'known by', kind: 'word'},
    {title: 'neighbours', kind: 'number'},
    {title: 'edges drawn', kind: 'number'},
  ],
  rows: nodes.map(({label, given, degree}, k) => [
    names[k]!,
    label,
    given ? 'given label' : 'pseudo-label',
    count(degree),
    count(drawn[k]!),
  ]),
})}`
}

import type {ExplainedEdge, SanitizeMetrics, TopEdge} from '../../sanitize/types.js'
import {count, number, orDash, percent, plural} from '../format.js'
import {firstEdges} from '../sanitize-answer.js'
import {chance} from '../sanitize-view.js'
import {shorten} from '../../frame/visible.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {dataTable} from './table.js'

/** Rows of the table of edges: every edge is in the scores file. */
const TOP_EDGES = 200
const NAME_LENGTH = 32

/** The edges to look at first, on the first screen; null: nothing was scored. */
export function firstEdgeTable(metrics: Pick<SanitizeMetrics, 'review' | 'top'>): Markup | null {
  const edges = firstEdges(metrics)
  return edges.length === 0
    ? null
    : markup`<div class="look"><h2>The ${edges.length === 1 ? 'edge' : `${edges.length} edges`} to review first</h2>${dataTable(
        {
          caption: 'p is the chance that an edge was wired at random',
          columns: [
            {title: 'rank', kind: 'number'},
            {title: 'edge', kind: 'name'},
            {title: 'p', kind: 'number'},
            {title: 'decision', kind: 'word'},
            {title: 'why', kind: 'reason'},
          ],
          rows: edges.map((e) => [count(e.rank), edgeName(e), e.p, e.pruned ? 'pruned' : 'kept', e.reason]),
          fixed: true,
        },
      )}</div>`
}

/** The most suspicious edges with the parts of their scores. */
export function edgeTable(top: readonly TopEdge[]): Markup {
  return dataTable({
    caption: `The ${count(Math.min(top.length, TOP_EDGES))} highest scores; every edge is in the scores file`,
    columns: [
      {title: 'rank', kind: 'number'},
      {title: 'edge', kind: 'name'},
      {title: 'p', kind: 'number'},
      {title: 'score', kind: 'number'},
      {title: 'decision', kind: 'word'},
      {title: 'KC', kind: 'number'},
      {title: 'label-free', kind: 'number'},
      {title: 'similarity', kind: 'number'},
      {title: 'differing labels', kind: 'number'},
      {title: 'labelled ends', kind: 'number'},
      {title: 'why', kind: 'reason'},
    ],
    rows: top
      .slice(0, TOP_EDGES)
      .map((e) => [
        count(e.rank),
        edgeName(e),
        chance(e.probability),
        number(e.score),
        e.pruned ? 'pruned' : 'kept',
        number(e.kc),
        orDash(e.labelFree),
        number(e.similarity),
        number(e.disagreement),
        e.labelledEnds,
        e.reason,
      ]),
  })
}

export const explanations = (edges: readonly ExplainedEdge[]): HtmlContent =>
  edges.map(
    (edge) => markup`<h3>${edgeName(edge)}</h3><ul>${edge.statements.map((text) => markup`<li>${text}</li>`)}</ul>`,
  )

/** Names break at the dash between them, not inside. */
export function edgeName({source, target}: Pick<TopEdge, 'source' | 'target'>): Markup {
  return markup`<span class="word">${shorten(source, NAME_LENGTH)}</span> – <span class="word">${shorten(target, NAME_LENGTH)}</span>`
}

/** What --repair added. */
export function addedTable({count: all, agreement, top}: SanitizeMetrics['added']): HtmlContent {
  return markup`<p class="lead">${plural(all, 'edge')} that the file does not hold ${all === 1 ? 'was' : 'were'} added between nodes that are most alike, where neighbours were lost; in ${orDash(agreement, percent)} of them the (pseudo-)labels agree.</p>
${dataTable({
  caption: `The ${count(top.length)} between the most alike nodes; every added edge is in the scores file`,
  columns: [
    {title: 'edge', kind: 'name'},
    {title: 'likeness, 0 to 2', kind: 'number'},
  ],
  rows: top.map((edge) => [edgeName(edge), number(edge.likeness)]),
})}`
}

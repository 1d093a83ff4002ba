import type {RandomEdgeSummary, ReviewedEdge, SanitizeMetrics} from '../../sanitize/types.js'
import {count, number, orDash, percent} from '../format.js'
import {visible} from '../../frame/visible.js'
import {chance, endText} from '../sanitize-view.js'
import type {KeyFigure} from './page.js'
import {type HtmlContent, markup} from './escape.js'
import {edgeName} from './sanitize-edges.js'
import {dataTable, facts} from './table.js'

/** How many edges look wired at random, before anything else. */
export function randomFigure({number: of, certain, finding, expectedGenuine}: RandomEdgeSummary): KeyFigure {
  const range = `${count(Math.round(of.low))} to ${count(Math.round(of.high))}`
  return finding === 'not enough evidence to judge'
    ? {name: 'Edges that look wired at random', value: '–', detail: finding}
    : {
        name: 'Edges that look wired at random',
        value: count(Math.round(of.estimate)),
        detail: `95 % interval ${range}; ${count(certain)} with a chance of at least .9${
          expectedGenuine === null
            ? ''
            : `; about ${count(Math.round(expectedGenuine))} of the pruned expected to be genuine`
        }`,
      }
}

/** How sure the counts are: what tells genuine edges from pairs wired at random here, and what a trial lost. */
export function randomSection(found: RandomEdgeSummary, {separation}: SanitizeMetrics['evidence']): HtmlContent {
  const {parts, harm, share, counted, reason} = found
  return markup`<p class="lead">${found.finding}${reason === null ? '' : `: ${reason}`}. A chance says that an edge looks wired at random, as an attacker of unlike nodes wires it; a graph has edges of its own that look so.</p>
${facts('How much is known of the edges of this graph', [
  ['edges counted', count(counted)],
  [
    'share that looks wired at random, 95 % interval',
    `${percent(share.estimate)}, ${percent(share.low)} to ${percent(share.high)}`,
  ],
  ['comparisons in which an edge looks better than a random pair (50 % is chance)', orDash(separation, percent)],
  [
    'trial on hidden labels',
    harm === null
      ? 'not made'
      : `${count(harm.hidden)} hidden in turn: pruning loses ${count(harm.lost)} right predictions and wins ${count(harm.won)}${harm.vetoes ? '; clear harm, so nothing is pruned' : ''}`,
  ],
])}
${dataTable({
  caption: 'The parts of the score, and whether each has a say in this graph',
  columns: [
    {title: 'part', kind: 'word'},
    {title: 'tells edges from random pairs in', kind: 'number'},
    {title: 'say', kind: 'word'},
  ],
  rows: parts.map(({name, separation: told, counts}) => [name, orDash(told, percent), counts ? 'yes' : 'none']),
})}`
}

/** The queue for people: the chance, why, and both ends. */
export const reviewSection = (review: readonly ReviewedEdge[]): HtmlContent =>
  markup`<p class="lead">The most suspect edges, for a person to look through. Classes that were not given are guessed.</p>
${dataTable({
  caption: `The ${count(review.length)} most suspect edges and their ends`,
  columns: [
    {title: 'rank', kind: 'number'},
    {title: 'edge', kind: 'name'},
    {title: 'p', kind: 'number'},
    {title: 'score', kind: 'number'},
    {title: 'decision', kind: 'word'},
    {title: 'why', kind: 'reason'},
    {title: 'one end', kind: 'reason'},
    {title: 'the other', kind: 'reason'},
  ],
  rows: review.map(({rank, probability, score, pruned, reason, ends}) => [
    count(rank),
    edgeName({source: ends[0].name, target: ends[1].name}),
    chance(probability),
    number(score),
    pruned ? 'pruned' : 'kept',
    reason,
    visible(endText(ends[0])),
    visible(endText(ends[1])),
  ]),
})}`

import type {NormalisationCounts} from '../../graph/types.js'
import type {ExplainedEdge, SanitizeMetrics, TopEdge, TruthMetrics} from '../../sanitize/types.js'
import {change, count, number, orDash, percent, plural, points, withSign} from '../format.js'
import type {SanitizeReport} from '../reports.js'
import {complexity, cutRule, type Effect, effects, solverText} from '../sanitize-view.js'
import {beforeAfter} from '../svg/before-after.js'
import {histogram, histogramLegend} from '../svg/histogram.js'
import {shorten} from '../visible.js'
import {type Content, type Markup, markup} from './escape.js'
import {type KeyFigure, page} from './page.js'
import {dataTable, facts, foldedTable} from './table.js'

/** Rows of the table of edges: every edge is in the scores file. */
const TOP_EDGES = 200
const NAME_LENGTH = 32

/** The cleaned graph's report as one self-contained HTML file: no script, no request; every chart has its table. */
export function sanitizeHtml(report: SanitizeReport): string {
  const {metrics} = report
  return page({
    report,
    figures: figures(metrics),
    sections: [
      {id: 'scores', title: 'Edge scores and the cut', body: scores(metrics)},
      {id: 'changes', title: 'What pruning changed', body: changes(metrics)},
      ...(metrics.top.length === 0 ? [] : [{id: 'edges', title: 'Most suspicious edges', body: edgeTable(metrics.top)}]),
      ...(metrics.added.count === 0 ? [] : [{id: 'added', title: 'Edges added', body: addedTable(metrics.added)}]),
      ...(metrics.explained.length === 0 ? [] : [{id: 'explained', title: 'Edges explained', body: explanations(metrics.explained)}]),
      ...(metrics.truth === null ? [] : [{id: 'truth', title: 'Against the known adversarial edges', body: truthTable(metrics.truth)}]),
      {id: 'kernel', title: 'The kernel', body: kernelFacts(metrics)},
      {id: 'reading', title: 'How the file was read', body: readingFacts(metrics.reading)},
    ],
  })
}

function figures(metrics: SanitizeMetrics): KeyFigure[] {
  const {edges, pruned, agreementBefore, agreementAfter, truth, cut} = metrics
  const kernel = complexity(metrics)
  return [
    {name: 'Edges pruned', value: count(pruned), detail: `of ${count(edges)} (${percent(edges === 0 ? 0 : pruned / edges)}); ${cutRule(metrics)}`},
    {name: kernel.name.replace('k', 'K'), value: change(kernel.before, kernel.after) ?? '–', detail: `${number(kernel.before)} before, ${number(kernel.after)} after; ${kernel.better}`},
    {name: 'Edges whose labels agree', value: points(agreementAfter - agreementBefore), detail: `${percent(agreementBefore)} before, ${percent(agreementAfter)} after; given labels or pseudo-labels`},
    {name: 'Score at the cut', value: orDash(cut.score), detail: 'pruned edges score at least this'},
    {name: 'Not scored', value: count(metrics.notScored), detail: 'edges out of reach of the node set: nothing is known of them'},
    truth === null
      ? {name: 'Nodes', value: count(metrics.nodes), detail: `${count(metrics.labelledNodes)} with a given label, ${plural(metrics.classes, 'class', 'classes')}`}
      : {name: 'Adversarial edges found (AUC)', value: number(truth.auc), detail: `${percent(truth.recall)} of ${count(truth.adversarial)} known ones pruned`},
  ]
}

function scores({histogram: bins, cut, pruned, edges, keptByMinDegree}: SanitizeMetrics): Content {
  const chart = histogram({
    id: 'score-histogram',
    title: 'Edge scores, kept and pruned',
    description: `${count(edges)} edges by score from ${number(bins.edges[0]!)} to ${number(bins.edges.at(-1)!)}; ${count(pruned)} pruned${cut.score === null ? '' : `, those scoring ${number(cut.score)} or more`}.`,
    width: 560,
    height: 300,
    edges: bins.edges,
    lower: bins.kept,
    upper: bins.pruned,
    cut: cut.score === null ? null : {at: cut.score, label: `cut at ${number(cut.score)}`},
    xLabel: 'score, higher = more suspect',
    yLabel: 'edges',
  })
  const held = keptByMinDegree === 0 ? '' : ` ${plural(keptByMinDegree, 'edge')} beyond the cut stayed because a node would have fallen below the least degree.`
  return markup`<figure class="beside wide">${chart}<figcaption>${histogramLegend('kept', 'pruned')}<p>A score ranks how much an edge looks added by an attacker. It is no proof of it, and a low score no proof of the opposite.${held}</p></figcaption></figure>
${foldedTable('Table of the histogram', {
    caption: 'Edges in each range of the score',
    columns: [{title: 'score', kind: 'word'}, {title: 'kept', kind: 'number'}, {title: 'pruned', kind: 'number'}],
    rows: bins.kept.map((kept, i) => [`${number(bins.edges[i]!)} to ${number(bins.edges[i + 1]!)}`, count(kept), count(bins.pruned[i]!)]),
  })}`
}

function changes(metrics: SanitizeMetrics): Content {
  const all = effects(metrics)
  const text = ({kind}: Effect, value: number) => ({count, number, share: percent})[kind](value)
  const drawn = all.filter(({name}) => name !== 'edges' && name !== 'isolated nodes')
  const chart = beforeAfter({
    id: 'before-after',
    title: 'The graph before and after pruning',
    description: drawn.map((e) => `${e.name}: ${text(e, e.before)} before, ${text(e, e.after)} after`).join('; ') + '.',
    width: 560,
    rows: drawn.map((e) => ({
      label: e.name,
      before: {value: e.before, text: text(e, e.before)},
      after: {value: e.after, text: text(e, e.after)},
      max: e.kind === 'share' ? 1 : Math.max(e.before, e.after),
    })),
  })
  const difference = (e: Effect) => ({count: withSign(e.after - e.before), number: change(e.before, e.after) ?? '–', share: points(e.after - e.before)})[e.kind]
  return markup`<figure class="beside wide">${chart}<figcaption><p>Complexity is measured on the same nodes, labels and ridge before and after. Each quantity has its own scale; agreement runs from 0 to 100 %.</p></figcaption></figure>
${dataTable({
    caption: 'The graph before and after pruning',
    columns: [{title: '', kind: 'text'}, {title: 'before', kind: 'number'}, {title: 'after', kind: 'number'}, {title: 'change', kind: 'number'}],
    rows: [...all.map((e) => [e.name, text(e, e.before), text(e, e.after), difference(e)]), ['edges kept for the least degree', '–', count(metrics.keptByMinDegree), '–']],
  })}`
}

function edgeTable(top: readonly TopEdge[]): Markup {
  return dataTable({
    caption: `The ${count(Math.min(top.length, TOP_EDGES))} highest scores; every edge is in the scores file`,
    columns: [
      {title: 'rank', kind: 'number'},
      {title: 'edge', kind: 'name'},
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
      .map((e) => [count(e.rank), edgeName(e), number(e.score), e.pruned ? 'pruned' : 'kept', number(e.kc), orDash(e.labelFree), number(e.similarity), number(e.disagreement), e.labelledEnds, e.reason]),
  })
}

const explanations = (edges: readonly ExplainedEdge[]): Content =>
  edges.map((edge) => markup`<h3>${edgeName(edge)}</h3><ul>${edge.statements.map((text) => markup`<li>${text}</li>`)}</ul>`)

/** Names break at the dash between them, not inside. */
function edgeName({source, target}: Pick<TopEdge, 'source' | 'target'>): Markup {
  return markup`<span class="word">${shorten(source, NAME_LENGTH)}</span> – <span class="word">${shorten(target, NAME_LENGTH)}</span>`
}

function addedTable({count: all, agreement, top}: SanitizeMetrics['added']): Content {
  return markup`<p class="lead">${plural(all, 'edge')} that the file does not hold ${all === 1 ? 'was' : 'were'} added between nodes that are most alike, where neighbours were lost; in ${orDash(agreement, percent)} of them the (pseudo-)labels agree.</p>
${dataTable({
    caption: `The ${count(top.length)} between the most alike nodes; every added edge is in the scores file`,
    columns: [{title: 'edge', kind: 'name'}, {title: 'likeness, 0 to 2', kind: 'number'}],
    rows: top.map((edge) => [edgeName(edge), number(edge.likeness)]),
  })}`
}

function truthTable(truth: TruthMetrics): Markup {
  return facts('How well the scores and the cut find the known adversarial edges', [
    ['known adversarial edges', count(truth.adversarial)],
    ['area under the ROC curve (0.5 = guessing)', number(truth.auc)],
    ['average precision', number(truth.averagePrecision)],
    ['precision: of the pruned edges, adversarial', orDash(truth.precision, percent)],
    ['recall: of the adversarial edges, pruned', percent(truth.recall)],
  ])
}

function readingFacts(reading: NormalisationCounts): Markup {
  return facts('What was done to the edges of the file before anything was computed', [
    ['directed edges in the file', count(reading.directedEdges)],
    ['self loops dropped', count(reading.selfLoopsDropped)],
    ['duplicates merged', count(reading.duplicatesMerged)],
    ['edges in one direction only, taken as undirected', count(reading.symmetrised)],
    ['nodes outside the largest component, dropped', count(reading.nodesDropped)],
    ['edges outside the largest component, dropped', count(reading.edgesDropped)],
    ['nodes without an edge', count(reading.isolatedNodes)],
  ])
}

function kernelFacts(metrics: SanitizeMetrics): Markup {
  return facts('What the complexity and the scores were computed from', [
    ['ridge λ', metrics.ridge === null ? 'infinite' : number(metrics.ridge)],
    ['computed by', solverText(metrics)],
    ['nodes in the kernel', count(metrics.nodeSetSize)],
    ['condition number of H + λI, estimated', number(metrics.condition)],
    ['nodes with a given label', count(metrics.labelledNodes)],
    ['classes', count(metrics.classes)],
    ['nodes whose aggregated features are zero', count(metrics.zeroRows)],
  ])
}

import type {NormalisationCounts} from '../../graph/types.js'
import type {SanitizeMetrics} from '../../sanitize/types.js'
import {change, count, number, orDash, percent, plural, points} from '../format.js'
import type {SanitizeReport} from '../../documents/reports.js'
import {complexity, cutRule, solverText} from '../sanitize-view.js'
import type {Markup} from './escape.js'
import {type KeyFigure, page} from './page.js'
import {changes, degrees} from './sanitize-changes.js'
import {addedTable, edgeTable, explanations, firstEdgeTable} from './sanitize-edges.js'
import {isDrawable, removedGraph} from './sanitize-graph.js'
import {sanitizeAnswer} from '../sanitize-answer.js'
import {randomFigure, randomSection, reviewSection} from './sanitize-random.js'
import {partSection, scores} from './sanitize-scores.js'
import {truthSection} from './sanitize-truth.js'
import {facts} from './table.js'

/** The cleaned graph's report as one self-contained HTML file, complete without its script; every chart has its table. */
export function sanitizeHtml(report: SanitizeReport): string {
  const {metrics} = report
  return page({
    report,
    answer: sanitizeAnswer(report),
    first: firstEdgeTable(metrics),
    figures: figures(metrics),
    sections: [
      {id: 'scores', title: 'Edge scores and the cut', body: scores(metrics)},
      ...(metrics.randomEdges === undefined
        ? []
        : [{id: 'sure', title: 'How sure', body: randomSection(metrics.randomEdges, metrics.evidence)}]),
      ...((metrics.review ?? []).length === 0
        ? []
        : [{id: 'review', title: 'For review', body: reviewSection(metrics.review!)}]),
      ...(metrics.parts === undefined || metrics.parts.length === 0
        ? []
        : [{id: 'parts', title: 'Parts of the score', body: partSection(metrics.parts)}]),
      ...(metrics.truth === null
        ? []
        : [{id: 'truth', title: 'Against the known adversarial edges', body: truthSection(metrics.truth, metrics)}]),
      {id: 'changes', title: 'What pruning changed', body: changes(metrics)},
      ...(metrics.degrees === undefined
        ? []
        : [{id: 'degrees', title: 'Degrees of the nodes', body: degrees(metrics.degrees, metrics.nodes)}]),
      ...(metrics.excerpt && isDrawable(metrics.excerpt)
        ? [{id: 'removed', title: 'Removed edges and what lies around them', body: removedGraph(metrics.excerpt)}]
        : []),
      ...(metrics.top.length === 0
        ? []
        : [{id: 'edges', title: 'Most suspicious edges', body: edgeTable(metrics.top)}]),
      ...(metrics.added.count === 0 ? [] : [{id: 'added', title: 'Edges added', body: addedTable(metrics.added)}]),
      ...(metrics.explained.length === 0
        ? []
        : [{id: 'explained', title: 'Edges explained', body: explanations(metrics.explained)}]),
      {id: 'kernel', title: 'The kernel', body: kernelFacts(metrics)},
      {id: 'reading', title: 'How the file was read', body: readingFacts(metrics.reading)},
    ],
  })
}

function figures(metrics: SanitizeMetrics): KeyFigure[] {
  const {edges, pruned, agreementBefore, agreementAfter, truth, cut} = metrics
  const kernel = complexity(metrics)
  return [
    ...(metrics.randomEdges === undefined ? [] : [randomFigure(metrics.randomEdges)]),
    {
      name: 'Edges pruned',
      value: count(pruned),
      detail: `of ${count(edges)} (${percent(edges === 0 ? 0 : pruned / edges)}); ${cutRule(metrics)}`,
    },
    {
      name: kernel.name.replace('k', 'K'),
      value: change(kernel.before, kernel.after) ?? '–',
      detail: `${number(kernel.before)} before, ${number(kernel.after)} after; ${kernel.better}`,
    },
    ...(metrics.classes === 0
      ? []
      : [
          {
            name: 'Edges whose labels agree',
            value: points(agreementAfter - agreementBefore),
            detail: `${percent(agreementBefore)} before, ${percent(agreementAfter)} after; given labels or pseudo-labels`,
          },
        ]),
    {name: 'Score at the cut', value: orDash(cut.score), detail: 'pruned edges score at least this'},
    {
      name: 'Not scored',
      value: count(metrics.notScored),
      detail: 'edges out of reach of the node set: nothing is known of them',
    },
    truth === null
      ? {
          name: 'Nodes',
          value: count(metrics.nodes),
          detail: `${count(metrics.labelledNodes)} with a given label, ${plural(metrics.classes, 'class', 'classes')}`,
        }
      : {
          name: 'Adversarial edges found (AUC)',
          value: number(truth.auc),
          detail: `${percent(truth.recall)} of ${count(truth.adversarial)} known ones pruned`,
        },
  ]
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

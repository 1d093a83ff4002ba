import type {ReviewedEdge, SanitizeMetrics} from '../../sanitize/types.js'
import {change, count, number, percent, points, withSign} from '../format.js'
import {firstEdges, sanitizeAnswer} from '../sanitize-answer.js'
import {chance, effects, endText, partsText} from '../sanitize-view.js'
import type {Report} from '../../frame/report.js'
import {visible} from '../../frame/visible.js'
import {blockColumns, rebin} from './blocks.js'
import {palette, type TerminalOptions} from './style.js'
import {type TerminalTable, tableLines} from './table.js'
import {finish, wrap} from './text.js'
import {answerLines} from './verdict.js'

const TOP_EDGES = 8

/** The result of sanitize as text: verdict, before and after, score histogram, top edges. Ends with a newline. */
export function sanitizeText(report: Report<SanitizeMetrics>, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const {metrics} = report
  const section = (title: string, [head, ...rows]: readonly string[]) => [
    '',
    paint.bold(title),
    `  ${paint.dim(head!)}`,
    ...rows.map((row) => `  ${row}`),
  ]
  const room = options.columns - 2
  const lines = [
    ...answerLines(
      report.verdict,
      sanitizeAnswer(report),
      options,
      metrics.top.length > 0 ? section('To review first', tableLines(firstTable(metrics), room)) : [],
    ),
    ...section('What changed', tableLines(effectTable(metrics), room)),
    ...section('Edge scores (higher = more suspect)', histogramLines(metrics, room)),
  ]
  if (metrics.randomEdges !== undefined)
    lines.push(
      ...wrap(`What tells edges from random pairs here: ${partsText(metrics.randomEdges)}`, room).map(
        (line) => `  ${line}`,
      ),
    )
  for (const edge of metrics.review ?? []) lines.push('', ...reviewLines(edge, room).map((line) => `  ${line}`))
  if (metrics.added.count > 0)
    lines.push(
      ...section(
        `Edges added: ${count(metrics.added.count)}, the most alike first`,
        tableLines(addedTable(metrics), room),
      ),
    )
  for (const {source, target, statements} of metrics.explained) {
    lines.push(
      '',
      paint.bold(visible(`Edge ${source} – ${target}`)),
      ...statements.flatMap((text) => wrap(`- ${text}`, room, '  ').map((line) => `  ${line}`)),
    )
  }
  if (metrics.truth !== null)
    lines.push(...section('Against the known adversarial edges', tableLines(truthTable(metrics.truth), room)))
  return finish(lines)
}

function effectTable(metrics: SanitizeMetrics): TerminalTable {
  return {
    head: ['', 'before', 'after', 'change'],
    align: ['left', 'right', 'right', 'right'],
    rows: effects(metrics).map(({name, before, after, kind}) => {
      const format = {count, number, share: percent}[kind]
      const difference = {
        count: withSign(after - before),
        number: change(before, after) ?? '–',
        share: points(after - before),
      }[kind]
      return [name, format(before), format(after), difference]
    }),
  }
}

/** Two rows of blocks on one height scale, all edges above the pruned ones, then the score axis. */
function histogramLines({histogram, cut, edges, pruned}: SanitizeMetrics, room: number): string[] {
  const bins = Math.min(60, room - 22)
  const removed = rebin(histogram.pruned, bins)
  const all = rebin(histogram.kept, bins).map((kept, i) => kept + removed[i]!)
  const low = number(histogram.edges[0]!)
  const high = number(histogram.edges.at(-1)!)
  const axis = low + high.padStart(Math.max(all.length - low.length, high.length + 1))
  return [
    `all     ${blockColumns(all)}  ${count(edges)}`,
    // Its own height: a tenth of the edges would be a flat line on the scale of all.
    `pruned  ${blockColumns(removed)}  ${count(pruned)}`,
    `score   ${axis}  ${cut.score === null ? 'nothing pruned' : `cut ${number(cut.score)}`}`,
  ]
}

/** The first of the queue; the score and its parts are in the report. */
function firstTable(metrics: SanitizeMetrics): TerminalTable {
  return {
    head: ['rank', 'edge', 'p', '', 'why'],
    align: ['right', 'left', 'right', 'left', 'left'],
    rows: firstEdges(metrics).map((e) => [
      count(e.rank),
      `${e.source} – ${e.target}`,
      e.p,
      e.pruned ? 'pruned' : 'kept',
      e.reason,
    ]),
  }
}

function reviewLines({rank, probability, pruned, reason, ends}: ReviewedEdge, room: number): string[] {
  const title = `${rank}. ${ends[0].name} – ${ends[1].name}: ${probability === null ? 'chance unknown' : `p ${chance(probability)}`}, ${pruned ? 'pruned' : 'kept'}`
  return [
    ...wrap(visible(title), room, '  '),
    ...wrap(`- ${reason}`, room, '  '),
    ...ends.flatMap((end) => wrap(visible(`- ${endText(end)}`), room, '  ')),
  ]
}

function addedTable({added}: SanitizeMetrics): TerminalTable {
  return {
    head: ['edge', 'likeness'],
    align: ['left', 'right'],
    rows: added.top.slice(0, TOP_EDGES).map((e) => [`${e.source} – ${e.target}`, number(e.likeness)]),
  }
}

function truthTable(truth: NonNullable<SanitizeMetrics['truth']>): TerminalTable {
  return {
    head: ['adversarial', 'AUC', 'avg. precision', 'precision', 'recall'],
    align: ['right', 'right', 'right', 'right', 'right'],
    rows: [
      [
        count(truth.adversarial),
        number(truth.auc),
        number(truth.averagePrecision),
        truth.precision === null ? '–' : percent(truth.precision),
        percent(truth.recall),
      ],
    ],
  }
}

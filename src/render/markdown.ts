import type {CertifyMetrics} from '../certify/types.js'
import type {Comparison} from '../certify/comparison-types.js'
import type {SanitizeMetrics} from '../sanitize/types.js'
import {poolingSentence} from './pooling.js'
import type {Answer} from './answer.js'
import {certifyAnswer, classNames, type WithNames} from './certify-answer.js'
import {findings} from './certify-findings.js'
import {bestBound, cellGrids, headlineGrid, statusCounts} from './certify-view.js'
import {comparisonCaveats} from './comparison-view.js'
import {
  confidence,
  count,
  lossChange,
  number,
  numberUp,
  orDash,
  percent,
  percentUp,
  radius,
  signedInterval,
  signedNumber,
} from './format.js'
import {nearestTable, nearestText} from './nearest-view.js'
import {sliceTable} from './slice-view.js'
import {firstEdges, sanitizeAnswer} from './sanitize-answer.js'
import {effects} from './sanitize-view.js'
import type {Report, Verdict} from '../frame/report.js'
import {visible} from '../frame/visible.js'

const SLICES = 10
const WORD: Record<Verdict['status'], string> = {
  pass: '✅ Pass',
  fail: '❌ Fail',
  inconclusive: '❔ Inconclusive',
  done: '☑️ Done',
  certified: '✅ Certified',
  'nothing-certified': '❔ Nothing certified',
  uninformative: '❔ Uninformative',
}

/** certify for a pull request or a job summary: verdict, meaning, bounds of the headline η by layer. */
export function certifyMarkdown(report: Report<CertifyMetrics> & WithNames): string {
  const {verdict, metrics} = report
  const headline = headlineGrid(cellGrids(metrics))
  const head = ['layer', 'ε (scale-free)', 'upper', ...(headline?.columns ?? [])]
  const rows = metrics.layers.map(({name, collapsed, epsilon: {scaleFree}}, k) => [
    markdownText(name),
    collapsed ? 'collapsed' : number(scaleFree.estimate, 'up'),
    collapsed ? '–' : orDash(scaleFree.upper, numberUp),
    ...(headline?.rows[k]!.cells ?? []).map((cell) => {
      const bound = cell.status === 'certified' ? percentUp(bestBound(cell)) : cell.status
      return headline!.sharedRadii ? bound : `${bound} (δ ${radius(cell.delta)})`
    }),
  ])
  const counts = statusCounts(metrics.cells)
  const about =
    headline === null
      ? 'No bounds were asked for.'
      : `${headline.sharedRadii ? 'Columns δ' : 'Columns are the closest share of all pairs, those within δ'}: at most this share of random pairs within δ differs in loss by ${lossChange(headline.eta)} or more. ${count(counts.certified)} of ${count(metrics.cells.length)} statements are certified, all together with ${confidence(metrics.alpha.total)} confidence.`
  const nearest = nearestTable(metrics)
  const slices = sliceTable(metrics, SLICES)
  const pooling = poolingSentence(metrics)
  const more = findings(metrics).map((sentence) => `- ${markdownText(sentence)}`)
  return answerDocument('surety certify', verdict, certifyAnswer(report, classNames(report)), [
    table(head, rows),
    about,
    ...(nearest === null
      ? []
      : [
          table(
            ['layer', ...nearest.columns],
            nearest.rows.map(({layer, points}) => [markdownText(layer), ...points.map(nearestText)]),
          ),
          `${nearest.title}.`,
        ]),
    ...(slices === null
      ? []
      : [
          `${markdownText(slices.title)}.`,
          table(
            ['slice', ...slices.columns],
            slices.rows.map(({slice, cells}) => [markdownText(slice), ...cells]),
          ),
          ...(slices.tooFew === null ? [] : [markdownText(slices.tooFew)]),
        ]),
    ...(pooling === null ? [] : [markdownText(pooling)]),
    ...(more.length === 0 ? [] : [more.join('\n')]),
    ...(metrics.comparison === undefined ? [] : comparisonParts(metrics.comparison)),
  ])
}

/** The difference to an earlier report, layer by layer. */
function comparisonParts(comparison: Comparison): string[] {
  const rows = comparison.layers.map(({name, earlier, epsilon, difference, exact}) => [
    markdownText(name),
    number(earlier, 'up'),
    number(epsilon, 'up'),
    signedNumber(difference),
    exact === null ? '–' : signedInterval(exact),
  ])
  return [
    `Against the earlier report, on the same examples: scale-free ε now − then; exact intervals hold for all layers at once with ${confidence(comparison.alpha)} confidence.`,
    table(['layer', 'then', 'now', 'difference', 'exact'], rows),
    ...comparisonCaveats(comparison).map(markdownText),
  ]
}

/** sanitize for a pull request or a job summary: verdict, meaning, before and after, the most suspicious edges. */
export function sanitizeMarkdown(report: Report<SanitizeMetrics>): string {
  const {verdict, metrics} = report
  const changed = effects(metrics).map(({name, before, after, kind}) => {
    const format = {count, number, share: percent}[kind]
    return [name, format(before), format(after)]
  })
  const top = firstEdges(metrics).map((e) => [
    count(e.rank),
    markdownText(e.source),
    markdownText(e.target),
    markdownText(e.p),
    e.pruned ? 'pruned' : 'kept',
    markdownText(e.reason),
  ])
  const parts = [table(['', 'before', 'after'], changed)]
  const first = top.length === 0 ? [] : [table(['rank', 'source', 'target', 'p', '', 'why'], top)]
  return answerDocument('surety sanitize', verdict, sanitizeAnswer(report), parts, first)
}

/** Heading with the verdict in a word, its summary and meaning, then the parts. */
export function document(title: string, {status, summary, meaning}: Verdict, parts: readonly string[]): string {
  return (
    [`## ${title}: ${WORD[status]}`, `**${markdownText(summary)}**`, ...meaning.map(markdownText), ...parts].join(
      '\n\n',
    ) + '\n'
  )
}

/**
 * Heading with the verdict in a word and its sentence, the lead, the facts, what to look at first; the rest is folded:
 * what it means, then the parts.
 */
function answerDocument(
  title: string,
  {status, meaning}: Verdict,
  {headline, lead, facts, look}: Answer,
  parts: readonly string[],
  first: readonly string[] = [],
): string {
  const seen = [
    ...(lead.length === 0 ? [] : [markdownText(lead.join(' '))]),
    ...(facts.length === 0
      ? []
      : [
          facts
            .map(
              ({name, value, detail}) =>
                `- **${markdownText(name)}**: ${markdownText(value)} (${markdownText(detail)})`,
            )
            .join('\n'),
        ]),
    ...(look === null
      ? []
      : [`${markdownText(look.title)}:`, look.items.map((item) => `- ${markdownText(item)}`).join('\n')]),
    ...first,
  ]
  const rest = [...meaning.map(markdownText), ...parts]
  return (
    [
      `## ${title}: ${WORD[status]}`,
      `**${markdownText(headline)}**`,
      ...seen,
      ...(rest.length === 0
        ? []
        : ['<details><summary>What this means, and the figures</summary>', ...rest, '</details>']),
    ].join('\n\n') + '\n'
  )
}

/** A table; columns after the first are figures unless said otherwise. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  kind: 'figures' | 'words' = 'figures',
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 || kind === 'words' ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  )
}

/** Text from outside as literal Markdown: every character that could start markup is escaped. */
export function markdownText(value: string): string {
  return visible(value).replace(/[\\`*_{}[\]<>|#~$&!]/g, (c) => (c === '<' ? '&lt;' : c === '&' ? '&amp;' : `\\${c}`))
}

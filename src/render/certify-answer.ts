import type {CertifyMetrics, ClassRow, Headline, SliceRow, Witness} from '../certify/types.js'
import {closenessSentences, exactly, freshData} from '../certify/statements/verdict.js'
import {worstOf} from '../certify/statements/worst.js'
import {NBSP} from '../frame/figures.js'
import type {Report} from '../frame/report.js'
import {shorten} from '../frame/visible.js'
import {type Answer, answerOf, type Fact, splitSummary} from './answer.js'
import {performanceFigure, performanceText, figuresInShort} from './performance-view.js'
import {confidence, count, lossChange, number, orDash, percentDown, percentUp, radius, tenths} from './format.js'

/** Witness pairs of the first screen. */
const PAIRS = 3

type Certificate = Pick<Report<CertifyMetrics>, 'metrics' | 'verdict' | 'config'>

/**
 * The first screen of a certificate: the verdict in a sentence, how often the model is right, the one bound that two
 * reports can be compared by, the worst class, three pairs to look at. Every figure is rounded against the model.
 */
export function certifyAnswer({metrics, verdict, config}: Certificate, className: ClassName = String): Answer {
  const {headline} = metrics
  if (headline === undefined) return answerOf(verdict)
  const pairs = firstPairs(metrics)
  return {
    headline: headlineSentence({metrics, verdict, config}, headline),
    lead: [
      ...(verdict.status === 'uninformative'
        ? []
        : [boundSentence(headline, config), ...closenessSentences(metrics, headline)]),
      ...(verdict.status === 'uninformative' ? [] : nearestSentence(metrics, headline)),
      `${confidence(metrics.alpha.total)} confidence, for ${freshData(limitsOf(config))} like the sample, not for attackers.`,
    ],
    facts: facts(metrics, headline, className),
    look:
      pairs.length === 0
        ? null
        : {
            title: 'Close in a layer, far apart in loss: look at these pairs first',
            items: pairs.map((pair) => pairText(pair, className)),
          },
  }
}

export type ClassName = (label: number) => string

const NAME_LENGTH = 24

/** A report that may name its classes. */
export interface WithNames {
  subject?: {data: {classNames: string[] | null}} | undefined
}

/** The names of the classes as far as the report has them, else their numbers. */
export function classNames(report: WithNames): ClassName {
  const names = report.subject?.data.classNames ?? []
  return (label) => shorten(names[label] ?? String(label), NAME_LENGTH)
}

function headlineSentence({metrics, verdict, config}: Certificate, {bound, status}: Headline): string {
  const right = performanceText(metrics.performance, metrics.task)
  switch (verdict.status) {
    case 'pass':
      return `${right}; every limit that was set is met.`
    case 'fail':
      return `${right}; ${missed(metrics, config)}.`
    case 'uninformative':
      return uninformativeSentence(verdict.summary) ?? 'The model is not shown to do better than a guess.'
    case 'nothing-certified':
      return `${right}; nothing could be shown of near-identical inputs.`
    default:
      return status === 'certified'
        ? `${right}; at most ${percentUp(bound)} of near-identical inputs get very different losses.`
        : `${right}; nothing could be shown of the closest inputs.`
  }
}

/** The limits that are missed, each with what was reached. */
function missed({performance, headline}: CertifyMetrics, config: Report['config']): string {
  const {maxShare, minAccuracy} = config
  const parts: string[] = []
  if (typeof maxShare === 'number' && !(headline!.bound < 1 && headline!.bound <= maxShare))
    parts.push(
      `${headline!.bound < 1 ? `at most ${percentUp(headline!.bound)}` : 'nothing'} could be shown of near-identical inputs, and the limit is ${exactly(maxShare, NBSP)}`,
    )
  if (typeof minAccuracy === 'number' && !((performance?.lower ?? -Infinity) >= minAccuracy))
    parts.push(
      `an accuracy of ${orDash(performance?.lower ?? null, (x) => tenths(x, 'down'))} could be shown, and the limit is ${exactly(minAccuracy, NBSP)}`,
    )
  return parts.join('; ') || 'a limit is missed'
}

/** What the certificate speaks about, from the configuration as a report holds it. */
const limitsOf = ({duplicates, group}: Report['config']) => ({
  duplicates: duplicates === 'drop' ? ('drop' as const) : ('keep' as const),
  group: typeof group === 'string' ? group : null,
})

/** The sentence of the summary that says why a certificate says nothing: the one after the accuracy. */
function uninformativeSentence(summary: string): string | null {
  const [, rest] = splitSummary(summary)
  const [reason] = splitSummary(rest)
  return reason === '' ? null : reason
}

function boundSentence({bound, eta, observed, status}: Headline, {duplicates}: Report['config']): string {
  const of = `Of two ${duplicates === 'drop' ? 'distinct rows' : 'inputs'} that this model sees as near-identical`
  const seen = observed === null ? 'none was seen' : `seen: ${percentUp(observed)}`
  return status === 'certified'
    ? `${of}, at most ${percentUp(bound)} get very different losses (≥ ${lossChange(eta)}; ${seen}).`
    : `${of}, nothing is shown: no bound below 100 % holds for losses that differ by ≥ ${lossChange(eta)} (${seen}).`
}

function nearestSentence({nearest}: CertifyMetrics, {eta}: Headline): string[] {
  if (nearest === undefined) return []
  const same = nearest.eta === eta ? '' : ` (≥ ${lossChange(nearest.eta)})`
  return [
    `At least ${percentDown(nearest.coveredLower)} of fresh inputs lie near an example whose loss is known; of these at most ${percentUp(nearest.bound)} get a very different loss than that example${same}.`,
  ]
}

function facts(metrics: CertifyMetrics, headline: Headline, className: ClassName): Fact[] {
  const {performance} = metrics
  const worst = worstClass(metrics, headline.layer)
  const slice = metrics.slices?.find(({status}) => status === 'stated')
  return [
    ...(performance === undefined ? [] : [performanceFigure(performance, ' of fresh data')]),
    {
      name: 'Close inputs that differ',
      value: headline.status === 'certified' ? `at most ${percentUp(headline.bound)}` : 'nothing shown',
      detail: `seen: ${orDash(headline.observed, percentUp)}; of any two inputs ${percentUp(headline.arbitrary.observed)}; the closest ${percentUp(headline.closeness)} of pairs (δ ${radius(headline.delta)}) in ${headline.layer}, the worst layer`,
    },
    ...(slice !== undefined ? [sliceFact(slice, className)] : []),
    ...(worst === null || slice !== undefined
      ? []
      : [
          {
            name: 'Worst class',
            value: className(worst.label),
            detail:
              worst.status === 'certified'
                ? `at most ${percentUp(worst.bound)} of near pairs with it differ so much; seen: ${orDash(worst.observed, percentUp)}, in ${worst.layer}`
                : `nothing is shown of it, from ${count(worst.pairs)} near pairs; seen: ${orDash(worst.observed, percentUp)}, in ${worst.layer}`,
          },
        ]),
  ]
}

/** The worst slice comes first in the report. */
function sliceFact({column, name, rows, performance, headline}: SliceRow, className: ClassName): Fact {
  const bound =
    headline?.status === 'certified'
      ? `at most ${percentUp(headline.bound)} of near pairs differ so much`
      : 'nothing is shown of near pairs'
  const right = performance === null ? '' : `${figuresInShort(performance)}; `
  return {
    name: column === 'class' ? 'Worst class' : `Worst slice by ${shorten(column, NAME_LENGTH)}`,
    value: column === 'class' ? className(Number(name)) : shorten(name, NAME_LENGTH),
    detail: `${right}${bound}; ${count(rows)} rows`,
  }
}

/** Of the rows in the headline's layer (else in any) the one of the largest bound; of equal bounds, what was seen decides. */
function worstClass({classes = []}: CertifyMetrics, layer: string): ClassRow | null {
  const there = classes.filter((row) => row.layer === layer)
  return worstOf(there.length > 0 ? there : classes, ({bound}) => bound)
}

/** A loss beside another one: what is tiny is said to be. */
export const lossText = (loss: number): string => (loss > 0 && loss < 0.001 ? '<\u00a00.001' : number(loss))

/** The first pairs of the headline's layer, no row twice where others are left. */
export function firstPairs({witnesses, headline}: Pick<CertifyMetrics, 'witnesses' | 'headline'>): Witness[] {
  const there = witnesses.filter(({layer}) => layer === headline?.layer)
  const from = there.length > 0 ? there : witnesses
  const seen = new Set<number>()
  const fresh = from.filter(({rows}) => {
    if (rows.some((row) => seen.has(row))) return false
    for (const row of rows) seen.add(row)
    return true
  })
  return [...fresh, ...from.filter((pair) => !fresh.includes(pair))].slice(0, PAIRS)
}

function pairText({rows, labels, losses, distance, layer}: Witness, className: ClassName): string {
  const of = (k: 0 | 1) =>
    `row ${rows[k]}${labels === null ? '' : ` (${className(labels[k])})`} has loss ${lossText(losses[k])}`
  return `${of(0)}, ${of(1)}; distance ${number(distance)} in ${layer}`
}

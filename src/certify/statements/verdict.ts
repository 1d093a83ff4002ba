import {confidence, lossChange, number, percentUp, tenths} from '../../frame/figures.js'
import type {Verdict} from '../../frame/report.js'
import type {CertifyOptions} from '../options.js'
import type {CertifyMetrics, Headline, Performance} from '../types.js'
import type {PerturbationKind, PerturbationMetrics} from '../perturbation-types.js'
import {looksCopied, looksOrdered} from '../survey/dependence.js'
import {MEASURES} from '../tasks/names.js'
import {nearestSentence} from '../nearest/headline.js'
import {uninformative} from './informative.js'

/** Sentences use ordinary spaces, so that they are searchable. */
const SPACE = ' '
/** From this accuracy on, loss changes are rare at any distance. */
const NEARLY_ALWAYS_RIGHT = 0.9

type Limits = Pick<CertifyOptions, 'maxShare' | 'minAccuracy' | 'allowUninformative' | 'duplicates' | 'group'>

/**
 * The verdict and the sentences on what a certificate does and does not say.
 *
 * `certified` and `nothing-certified` are facts; a pass or a fail needs a limit. `constant`: the losses hardly vary
 * (see informative). Figures are rounded to the model's disadvantage.
 */
export function verdictOf(metrics: CertifyMetrics, limits: Limits, constant: boolean): Verdict {
  const {cells, headline} = metrics
  if (metrics.anchors === null || headline === undefined) {
    return {
      status: 'done',
      summary: 'Plain statistics of all pairs; without a split nothing is certified.',
      meaning: [
        'These are figures of this sample. They bound nothing beyond it: a certificate needs the rows split into anchors and references.',
      ],
    }
  }
  const reason = uninformative(metrics, constant)
  const certified = cells.filter((cell) => cell.status === 'certified').length
  const demands = demandsOf(metrics, headline, limits)
  const status =
    reason !== null && !limits.allowUninformative
      ? 'uninformative'
      : demands.length > 0
        ? demands.every(({met}) => met)
          ? 'pass'
          : 'fail'
        : certified > 0
          ? 'certified'
          : 'nothing-certified'
  return {
    status,
    summary: [
      performanceSentence(metrics),
      ...(reason === null ? [] : [reason]),
      ...(status === 'uninformative' || metrics.nearest === undefined
        ? []
        : [nearestSentence(metrics.nearest, metrics.anchors)]),
      ...(status === 'uninformative' ? [] : headlineSentences(metrics, headline, limits)),
      ...demands.map(({sentence}) => sentence),
      `${confidence(metrics.alpha.total, SPACE)} confidence, for ${freshData(limits)} like the sample, not for attackers.`,
    ].join(' '),
    meaning: meaningOf(metrics, limits, certified),
  }
}

/** What a certificate is about: fresh examples, or examples of a fresh source. */
export function freshData({duplicates, group}: Pick<Limits, 'duplicates' | 'group'>): string {
  const rows = duplicates === 'drop' ? 'distinct rows' : 'data'
  return group === null ? `fresh ${rows}` : `${rows} of a fresh source (${group})`
}

function performanceSentence({task, performance, loss}: CertifyMetrics): string {
  if (performance === undefined)
    return task === 'scores'
      ? `What the losses say of right and wrong is not known (their mean is ${lossChange(loss.mean)}).`
      : `The accuracy is not known (mean ${loss.name} loss ${lossChange(loss.mean)}).`
  const {measure, value, lower, upper, baseline, limit} = performance
  const {title, guess, isError} = MEASURES[measure]
  if (isError) {
    const bound = typeof upper === 'number' ? `at most ${number(upper, 'up')}` : 'no bound'
    const clipped = limit === undefined ? '' : `; errors above ${number(limit)} count as that`
    return `${title} ${number(value, 'up')} (${bound}; ${guess}: ${number(baseline, 'down')}${clipped}).`
  }
  return `${title} ${tenths(value, 'down', SPACE)} (at least ${tenths(lower ?? 0, 'down', SPACE)}; ${guess}: ${tenths(baseline, 'up', SPACE)}).`
}

/** How close inputs behave, and whether closeness matters. */
function headlineSentences(metrics: CertifyMetrics, headline: Headline, {duplicates}: Limits): string[] {
  const {layer, closeness, eta, bound, observed, status} = headline
  const seen = observed === null ? 'none was seen' : `seen: ${percentUp(observed, SPACE)}`
  const inputs = `Of two ${duplicates === 'drop' ? 'distinct rows' : 'inputs'} that this model sees as near-identical (closest ${percentUp(closeness, SPACE)} of pairs, layer ${layer})`
  if (status !== 'certified')
    return [
      `${inputs}, nothing is shown: no bound below 100 % holds for losses that differ by ≥ ${lossChange(eta)} (${seen}).`,
    ]
  return [
    `${inputs}, at most ${percentUp(bound, SPACE)} get very different losses (≥ ${lossChange(eta)}; ${seen}).`,
    ...closenessSentences(metrics, headline),
  ]
}

/** If a certified bound is not below that of arbitrary pairs: that closeness is not shown to help. */
export function closenessSentences(
  {performance}: Pick<CertifyMetrics, 'performance'>,
  {status, bound, arbitrary: {lower, observed}}: Headline,
): string[] {
  if (status !== 'certified' || bound < lower) return []
  const right = (performance?.lower ?? 0) >= NEARLY_ALWAYS_RIGHT
  return [
    `Of arbitrary pairs ${percentUp(observed, SPACE)} do: closeness is not shown to buy anything${right ? ', which is no fault of a model that is nearly always right' : ''}.`,
  ]
}

interface Demand {
  met: boolean
  sentence: string
}

/** Compares bounds with limits; limits are printed as given. */
function demandsOf({performance}: CertifyMetrics, {bound}: Headline, {maxShare, minAccuracy}: Limits): Demand[] {
  const verb = (met: boolean) => (met ? 'met' : 'missed')
  const demands: Demand[] = []
  if (maxShare !== null) {
    const met = bound < 1 && bound <= maxShare
    demands.push({met, sentence: `The limit of ${exactly(maxShare)} for the share is ${verb(met)}.`})
  }
  if (minAccuracy !== null) {
    const met = (performance?.lower ?? -Infinity) >= minAccuracy
    demands.push({met, sentence: `The least accuracy of ${exactly(minAccuracy)} is ${verb(met)}.`})
  }
  return demands
}

/** A limit, printed as given. */
export const exactly = (share: number, space = SPACE): string => `${Number((100 * share).toPrecision(12))}${space}%`

/** The certificate's assumption: independent rows, or independent sources. */
function assumption({sources, dependence}: CertifyMetrics, {duplicates, group}: Limits): string {
  if (group !== null && sources !== undefined)
    return `This assumes that the ${sources.anchors + sources.references} sources (${group}) are independent draws from one distribution; rows of one source may depend on each other. A source counts once, by the mean over its rows: the anchors are those of ${sources.anchors} sources, the bounds rest on the ${sources.references} others.`
  const signs =
    dependence === undefined
      ? []
      : [
          ...(looksOrdered(dependence) ? ['neighbours in the file are alike'] : []),
          ...(looksCopied(dependence) ? ['many rows are near copies of others'] : []),
        ]
  const doubt =
    signs.length === 0
      ? ''
      : ` Here they look dependent (${signs.join(', and ')}): if they are, the bounds do not hold.`
  return (
    (duplicates === 'drop'
      ? 'This assumes that the distinct rows are independent draws from one distribution: copies were left out, as asked for, so it speaks of distinct rows and not of how often each comes.'
      : 'This assumes that the rows are independent draws from one distribution; several rows of one patient, user or recording are not.') +
    doubt
  )
}

function meaningOf(metrics: CertifyMetrics, limits: Limits, certified: number): string[] {
  const {alpha, anchors, cells, performance, perturbations: perturbed = []} = metrics
  const fresh = limits.group === null ? 'fresh example' : 'row of a fresh source'
  return [
    assumption(metrics, limits),
    `With probability ≥ ${confidence(alpha.total, SPACE)} over the sample, at most the stated share of random pairs within δ in a layer differ in loss by ≥ η, for every cell of this report at once${performance === undefined ? '' : performanceClause(performance)}; ${certified} of ${cells.length} cells are certified.`,
    `A random pair is one of the ${anchors} anchors of this sample and a ${fresh} of the distribution that the sample was drawn from.`,
    'This concerns random pairs of the sampled distribution. It says nothing about an adversary who chooses the input, nor about data from elsewhere.',
    ...perturbed.map(perturbationSentence),
    ...(Object.keys(SCOPE) as PerturbationKind[])
      .filter((kind) => perturbed.some((each) => each.kind === kind))
      .map((kind) => SCOPE[kind]),
  ]
}

const performanceClause = ({measure}: Performance) =>
  MEASURES[measure].isError
    ? `, and the ${MEASURES[measure].short} of fresh examples, clipped, is at most the stated one`
    : `, and the ${MEASURES[measure].short} is at least the stated one`

/** Scope of the bounds about perturbed copies. */
const SCOPE: Record<PerturbationKind, string> = {
  random:
    'A perturbation that is drawn at random is not chosen: its bounds say nothing about somebody who searches for the worst one.',
  attack:
    'The bounds of an attack certify the distribution of its output on fresh examples, not robustness against every adversary: another one, or more effort, may do worse.',
  supplied:
    'The bounds of given pairs hold for fresh pairs from whatever made them, provided that they were made independently of each other.',
}

/** The headline of one pair distribution: the largest η, at any distance. */
function perturbationSentence({changes, description, pairs}: PerturbationMetrics): string {
  const {eta, upper, observed} = changes.at(-1)!
  return `Of fresh examples at most ${percentUp(upper, SPACE)} change in loss by ≥ ${lossChange(eta)} when perturbed (observed ${percentUp(observed, SPACE)} of ${pairs}): ${description}.`
}

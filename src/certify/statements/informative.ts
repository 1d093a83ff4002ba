import {quantile} from '../../stats/quantile.js'
import {number, tenths} from '../../frame/figures.js'
import {MEASURES} from '../tasks/names.js'
import {concat} from '../sample/arrays.js'
import type {CertifyPlan} from '../plan-types.js'
import type {CertifyMetrics} from '../types.js'

/** Losses are nearly constant if their middle 80 % lie within this fraction of the largest of them … */
const SPREAD = 0.05
/** … and fewer than this share of arbitrary pairs differ by half of the loss's range. */
const RARE = 0.02

/** Whether the losses are nearly constant: 80 % of them lie within 5 % of each other. */
export function nearConstant({anchors, references, alpha}: CertifyPlan): boolean {
  const losses = (alpha === null ? references.losses.slice() : concat([anchors.losses, references.losses])).sort()
  const [low, high] = [quantile(losses, 0.1), quantile(losses, 0.9)]
  return high - low <= SPREAD * high
}

/**
 * Why the certificate is uninformative about the model, in one sentence; null: it is informative.
 *
 * A model that is not shown to beat a constant guess may rarely change its loss because it is always wrong; a loss that
 * hardly varies cannot change, whatever the model does. If the performance is known, it decides.
 */
export function uninformative({performance, headline}: CertifyMetrics, constant: boolean): string | null {
  if (performance !== undefined && (performance.lower !== null || typeof performance.upper === 'number')) {
    const {measure, lower, upper, baseline} = performance
    const {short, guess} = MEASURES[measure]
    if (lower !== null ? lower > baseline : upper! < baseline) return null
    const bound = lower === null ? `at most ${number(upper!, 'up')}` : `at least ${tenths(lower, 'down', ' ')}`
    const ofGuess = lower === null ? number(baseline, 'down') : tenths(baseline, 'up', ' ')
    return `This model is not shown to beat ${guess}: its ${short} is ${bound}, that of the guess ${ofGuess}; loss changes of such a model say nothing.`
  }
  if (!constant || headline === undefined || headline.arbitrary.observed >= RARE) return null
  return 'The loss hardly varies and no accuracy is known: it is unknown whether the model is always right or always wrong, and loss changes say nothing.'
}

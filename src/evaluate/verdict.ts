import type {Verdict} from '../frame/report.js'
import {accuracyText, judgedAccuracy, judgedNodes} from './accuracy-interval.js'
import type {Accuracy, EvaluateMetrics} from './types.js'

/** One sentence with the accuracies, on the targets where there are some, and what they mean. */
export function evaluationVerdict(metrics: EvaluateMetrics): Verdict {
  const {accuracies, targets, model, recovered, seeds} = metrics
  const where = targets === null ? 'test accuracy' : `accuracy on ${targets} targets`
  const on = (graph: string) => {
    const found = accuracies.find((one) => one.graph === graph)
    return found === undefined ? null : inWords(found, metrics)
  }
  const clean = on('clean')
  const defended = on('defended')
  const share = targets === null ? recovered.test : recovered.targets
  const back = share === null ? '' : `; ${(100 * share).toFixed(0)} % of what was lost is recovered`
  return {
    status: 'done',
    summary: `${model}: ${where} ${on('given')!} on the graph as given, ${on('sanitized')!} sanitized${defended === null ? '' : `, ${defended} defended`}${clean === null ? '' : ` (clean ${clean})`}${back}${ignoring(metrics)}`,
    meaning: [
      seeds === 1
        ? 'One training of each graph: without others from other random starts, nothing says how far the figures would move.'
        : `Mean over ${seeds} trainings that differ in their random start and dropout; the split is the same. In brackets a 95 % interval (asymptotic) for other nodes and other trainings.`,
      'It is measured on this attack and this model. Another attack, above all one that knows the defence, can do better.',
    ],
  }
}

/** A defence below a model that never saw the graph is worse than to leave the graph away. */
function ignoring(metrics: EvaluateMetrics): string {
  const {withoutGraph, accuracies, targets} = metrics
  const mean = (one: Accuracy) => (targets === null ? one.test : one.targets!).mean
  const best = (withoutGraph ?? []).toSorted((a, b) => mean(b) - mean(a))[0]
  if (best === undefined) return ''
  const found = `without the graph ${inWords(best, metrics)}, by ${best.name}`
  const defences = accuracies.filter(({graph}) => graph === 'sanitized' || graph === 'defended')
  return defences.some((defence) => mean(defence) > mean(best))
    ? `; ${found}`
    : `; ${found}: a defence below that is worse than ignoring the graph`
}

const inWords = (of: Accuracy, metrics: EvaluateMetrics): string =>
  accuracyText(judgedAccuracy(of), judgedNodes(metrics), ' ')

import type {Verdict} from '../frame/report.js'
import type {EvaluateMetrics, Spread} from './types.js'

/** One sentence with the accuracies, on the targets where there are some, and what they mean. */
export function evaluationVerdict({accuracies, targets, model, recovered, seeds}: EvaluateMetrics): Verdict {
  const where = targets === null ? 'test accuracy' : `accuracy on ${targets} targets`
  const on = (graph: string) => {
    const found = accuracies.find((one) => one.graph === graph)
    return found === undefined ? null : inWords(targets === null ? found.test : found.targets!)
  }
  const clean = on('clean')
  const share = targets === null ? recovered.test : recovered.targets
  const back = share === null ? '' : `; ${(100 * share).toFixed(0)} % of what was lost is recovered`
  return {
    status: 'done',
    summary: `${model}: ${where} ${on('given')!} on the graph as given, ${on('sanitized')!} sanitized${clean === null ? '' : ` (clean ${clean})`}${back}`,
    meaning: [
      seeds === 1
        ? 'One training of each graph: without others from other random starts, nothing says how far the figures would move.'
        : `Mean ± standard deviation over ${seeds} trainings that differ in their random start and dropout; the split is the same.`,
      'It is measured on this attack and this model. Another attack, above all one that knows the defence, can do better.',
    ],
  }
}

function inWords({mean, sd}: Spread): string {
  return sd === null ? `${(100 * mean).toFixed(1)} %` : `${(100 * mean).toFixed(1)} ± ${(100 * sd).toFixed(1)} %`
}

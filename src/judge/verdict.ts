import type {Verdict} from '../frame/report.js'
import type {JudgeGroup, JudgeMetrics, Statement} from './types.js'

const share = (x: number) => `${(100 * x).toFixed(1)} %`

/** The judge that depends most on the order, in one sentence, and what the figures mean. */
export function judgeVerdict(metrics: JudgeMetrics): Verdict {
  const {alpha, groups, questions} = metrics
  const measured = groups.filter(({consistency}) => consistency.estimate !== null)
  const worst = [...measured].sort((a, b) => a.consistency.estimate! - b.consistency.estimate!)[0]
  const confidence = `${Number((100 * (1 - alpha.total)).toPrecision(6))} %`
  const of = measured.length > 1 ? `, the least consistent of ${measured.length},` : ''
  return {
    status: 'done',
    summary:
      worst === undefined
        ? `No comparison stands in the log in two orders with a verdict in both: nothing can be said of position bias`
        : `${worst.name}${of} names the same winner in both orders for ${share(worst.consistency.estimate!)} of ${worst.pairs.parsed} comparisons (${confidence}: at least ${share(Math.max(0, worst.consistency.interval![0]))})${leanOf(worst)}`,
    meaning: [
      `All ${alpha.statements} intervals hold together with ${confidence} confidence for fresh questions like the ${questions} of the log; answers about one question may depend on each other in any way.`,
      'A verdict that flips with the order is undecided: it counts half for each side, and other programs should not read it as a win.',
      'This is about consistency, not correctness: a judge that always prefers the worse answer is consistent.',
    ],
  }
}

function leanOf({fairness}: JudgeGroup): string {
  const {estimate, interval} = fairness as Statement
  if (estimate === null || interval === null || estimate === 0) return ''
  const side = estimate > 0 ? 'second' : 'first'
  const sure = interval[0] > 0 || interval[1] < 0
  return sure ? `; it leans to the answer shown ${side}` : `; a lean to the answer shown ${side} is not beyond chance`
}

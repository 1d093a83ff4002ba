import type {Verdict} from '../frame/report.js'
import type {DriftMetrics} from './types.js'

const share = (x: number, round: (x: number) => number) => `${round(1000 * x) / 10} %`

/** The share of positions whose top token changed, how few carry the divergence, and what that means. */
export function driftVerdict({
  alpha,
  shares,
  sparsity,
  documents,
  positions,
  means,
  divergences,
}: DriftMetrics): Verdict {
  const confidence = `${Number((100 * (1 - alpha.total)).toPrecision(6))} %`
  const top = shares.find(({name}) => name === 'top-changed')!
  const [js] = means
  return {
    status: 'done',
    summary: `In a fresh document at most ${share(top.upper, Math.ceil)} of the positions change their most likely token (${confidence}; observed ${share(top.observed, Math.round)} of ${positions} positions in ${documents} documents); ${share(sparsity.share, Math.round)} of the positions carry ${100 * sparsity.carried} % of the divergence`,
    meaning: [
      `All ${alpha.statements} statements hold together with ${confidence} confidence for the expected value of a fresh document like these; positions of one document may depend on each other in any way.`,
      `The mean Jensen–Shannon divergence is ${js!.estimate.toPrecision(3)} nats (${js!.interval[0].toPrecision(3)} to ${js!.interval[1].toPrecision(3)})${divergences === 'bounds' ? ', its lower end, since only the most likely tokens are recorded' : ''}; 0 is not a change, ${Math.LN2.toFixed(3)} the most there is.`,
      'It says how much the distributions changed on this text, not whether the answers became better or worse.',
    ],
  }
}

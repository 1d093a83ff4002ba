import type {Note, Verdict} from '../frame/report.js'
import type {PreparedGraph} from './prepare.js'
import type {KernelFacts} from './solvers/solver.js'
import type {SanitizeMetrics} from './types.js'

/** What was done, in one sentence, and what it does not say. */
export function sanitizeVerdict(metrics: SanitizeMetrics): Verdict {
  const {gkcBefore, gkcAfter, alignment} = metrics
  const change =
    alignment === null
      ? `kernel complexity ${gkcBefore!.toPrecision(4)} → ${gkcAfter!.toPrecision(4)}`
      : `kernel–label alignment ${alignment.before.toPrecision(4)} → ${alignment.after.toPrecision(4)}`
  const share = ((100 * metrics.pruned) / metrics.edges).toFixed(1)
  const summary =
    metrics.notScored === metrics.edges
      ? `none of the ${metrics.edges} edges could be scored: no labelled node is within reach`
      : `${metrics.pruned} of ${metrics.edges} edges (${share} %) are marked for removal${metrics.added.count === 0 ? '' : ` and ${metrics.added.count} new ones are added`}; ${change}`
  return {
    status: metrics.notScored === metrics.edges ? 'inconclusive' : 'done',
    summary,
    meaning: [
      'A high rank means that the edge fits the features, the labels and the neighbourhoods of its ends badly; it is no proof of an attack.',
      'An edge that was kept, or not scored, is not certified as genuine.',
    ],
  }
}

/** What a reader must know of how the scores came about. */
export function sanitizeNotes(
  {graph, plan, options}: PreparedGraph,
  metrics: SanitizeMetrics,
  facts: KernelFacts,
): Note[] {
  const notes: Note[] = [
    {
      level: 'info',
      code: 'removal-method',
      message: `kernel-complexity scores by ${facts.method === 'exact' ? 'exact removal' : 'the first-order closed form'}`,
    },
  ]
  const {landmarks, kernelError} = metrics.solver
  if (landmarks !== null && plan.solver === 'landmarks')
    notes.push({
      level: 'info',
      code: 'landmarks',
      message: `${plan.reason}: the kernel is seen through ${landmarks} landmark nodes, which leave a relative error of ${kernelError!.toPrecision(2)} on held-out columns`,
    })
  if (facts.precision === 'fp32')
    notes.push({
      level: 'warning',
      code: 'scores-in-fp32',
      message:
        'kernel scores were computed in fp32: an edge whose rank is next to the cut may fall on the other side of it on another device',
    })
  if (graph.features === null)
    notes.push({
      level: 'warning',
      code: 'no-features',
      message: `the graph has no features: the kernel uses the identity, and each edge is judged by the neighbours that its ends have without it, which is weaker evidence${weakness(metrics)}`,
    })
  if (facts.labelFree === null)
    notes.push({
      level: 'info',
      code: 'label-free-left-out',
      message: `the label-free score is left out of the ranking: the solver ${plan.solver} does not give it${metrics.alignment === null ? '' : ' at an infinite ridge'}`,
    })
  else if (facts.labelFree.standardError > 0)
    notes.push({
      level: 'info',
      code: 'label-free-estimated',
      message: `the label-free complexity ${facts.labelFree.gkc.toPrecision(4)} is estimated by random probes, standard error ${facts.labelFree.standardError.toPrecision(2)}`,
    })
  if (graph.weights !== null)
    notes.push({level: 'warning', code: 'weights-ignored', message: 'edge weights are ignored: every edge counts as 1'})
  if (metrics.notScored > 0)
    notes.push({
      level: 'warning',
      code: 'not-scored',
      message: `${metrics.notScored} edges are out of reach of the ${options.focus ? 'focus' : 'node set'}: nothing is said about them, and they are kept`,
    })
  if (metrics.zeroRows > 0)
    notes.push({
      level: 'warning',
      code: 'zero-rows',
      message: `${metrics.zeroRows} nodes have only zeros as aggregated features: their kernel rows are 0`,
    })
  return notes
}

/** How weak, measured on pairs that are known to be wired at random. */
function weakness({evidence: {separation: chance}}: SanitizeMetrics): string {
  if (chance === null) return ''
  return `: an edge of this graph fits better than a pair wired at random in ${Math.round(100 * chance)} % of comparisons (50 % is chance)`
}

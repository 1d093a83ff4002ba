import type {Note, Verdict} from '../frame/report.js'
import type {PreparedGraph} from './prepare.js'
import type {KernelFacts} from './solvers/solver.js'
import type {RandomEdgeSummary, SanitizeMetrics} from './types.js'

/** What was found and done, in one sentence, and what it does not say. */
export function sanitizeVerdict(metrics: SanitizeMetrics): Verdict {
  const {randomEdges: found, cut} = metrics
  const isUnjudged = found !== undefined && found.finding === 'not enough evidence to judge'
  return {
    status: metrics.notScored === metrics.edges || (isUnjudged && cut.rule === 'auto') ? 'inconclusive' : 'done',
    summary:
      metrics.notScored === metrics.edges
        ? `none of the ${metrics.edges} edges could be scored: no labelled node is within reach`
        : `${found === undefined ? '' : `${findingText(found)}; `}${removedText(metrics)}; ${complexityText(metrics)}`,
    meaning: [
      'A chance says that an edge looks wired at random, as an attacker of unlike nodes wires it: an estimate, and no proof of an attack.',
      'A graph has edges of its own that look random, and they cannot be distinguished from added ones. An edge that was kept, or not scored, is not certified as genuine.',
    ],
  }
}

function findingText({finding, reason, number, certain}: RandomEdgeSummary): string {
  if (finding === 'not enough evidence to judge') return `${finding}: ${reason ?? 'nothing is known of the edges'}`
  const [estimate, low, high] = [number.estimate, number.low, number.high].map((x) => String(Math.round(x)))
  return `${finding}: ${estimate!} edges look wired at random (95 % interval ${low!} to ${high!}), ${certain} of them with a chance of at least .9`
}

function removedText({pruned, edges, added, randomEdges}: SanitizeMetrics): string {
  const share = ((100 * pruned) / edges).toFixed(1)
  const genuine = randomEdges?.expectedGenuine ?? null
  return `${pruned} of ${edges} edges (${share} %) are marked for removal${
    pruned > 0 && genuine !== null ? `, about ${Math.round(genuine)} of them expected to be genuine` : ''
  }${added.count === 0 ? '' : ` and ${added.count} new ones are added`}`
}

function complexityText({gkcBefore, gkcAfter, alignment}: SanitizeMetrics): string {
  return alignment === null
    ? `kernel complexity ${gkcBefore!.toPrecision(4)} → ${gkcAfter!.toPrecision(4)}`
    : `kernel–label alignment ${alignment.before.toPrecision(4)} → ${alignment.after.toPrecision(4)}`
}

/** What a reader must know of how the scores came about. */
export function sanitizeNotes(
  {graph, plan, options, leftOut, given, problem}: PreparedGraph,
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
  if (given.missing !== null)
    notes.push({
      level: 'warning',
      code: 'no-classes',
      message: `${given.missing}: classes have no say, edges are judged by context, common neighbours and fit, and kernel complexity is that of one constant label`,
    })
  const harm = metrics.randomEdges?.harm ?? null
  if (harm !== null)
    notes.push({
      level: harm.vetoes ? 'warning' : 'info',
      code: 'harm-test',
      message: `of ${harm.hidden} labels hidden in turn, pruning loses ${harm.lost} right predictions and wins ${harm.won}${harm.vetoes ? ': clear harm, so nothing is pruned' : ''}`,
    })
  const silent = metrics.randomEdges?.parts.filter(({counts}) => !counts) ?? []
  if (silent.length > 0)
    notes.push({
      level: 'info',
      code: 'parts-without-say',
      message: `${silent.map(({name}) => name).join(', ')}: ${silent.length === 1 ? 'tells' : 'tell'} the edges of this graph from pairs wired at random no better than chance, and ${silent.length === 1 ? 'has' : 'have'} no say`,
    })
  for (const what of ['time stamp', 'identifier'] as const) {
    const columns = leftOut.filter((one) => one.what === what).map(({column}) => column)
    if (columns.length > 0)
      notes.push({
        level: 'warning',
        code: 'columns-left-out',
        message: `feature column${columns.length === 1 ? '' : 's'} ${columns.join(', ')}: ${columns.length === 1 ? `looks like a ${what}` : `look like ${what}s`} and ${columns.length === 1 ? 'is' : 'are'} left out`,
      })
  }
  const {landmarks, kernelError} = metrics.solver
  if (landmarks !== null && plan.solver === 'landmarks')
    notes.push({
      level: 'info',
      code: 'landmarks',
      message: `${plan.reason}: the kernel is seen through ${landmarks} landmark nodes, which leave a relative error of ${kernelError!.toPrecision(2)} on held-out columns`,
    })
  const {residual, leftToHost} = facts.solve ?? {residual: null, leftToHost: null}
  // Through landmarks fp32 adds a ten-thousandth of the error that is named above.
  if (facts.precision === 'fp32' && plan.solver !== 'landmarks')
    notes.push({
      level: 'warning',
      code: 'scores-in-fp32',
      message: `kernel scores were computed in fp32${residual === null ? '' : ` from a solve with a relative residual of ${residual.toExponential(0)}`}: an edge whose rank is next to the cut may fall on the other side of it on another device`,
    })
  if (leftToHost !== null)
    notes.push({
      level: 'info',
      code: 'left-to-processor',
      message: `the kernel was solved ${facts.precision === 'fp64' ? 'in fp64 on the processor, not on the device' : "on the processor with the device's products"}: ${leftToHost}`,
    })
  if (graph.features === null)
    notes.push({
      level: 'warning',
      code: 'no-features',
      message: `the graph has no features: the kernel uses the identity, and each edge is judged by the neighbours that its ends have without it, which is weaker evidence${weakness(metrics)}`,
    })
  if (facts.labelFree === null && problem.labelFreeRidge === null && plan.solver !== 'landmarks')
    notes.push({
      level: 'info',
      code: 'label-free-left-out',
      message: 'the label-free score is left out: it ranks nothing, and would take as long as all else',
    })
  else if (facts.labelFree === null)
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

import {percentUp} from '../../frame/figures.js'
import type {Note} from '../../frame/report.js'
import type {CertifyOptions} from '../options.js'
import {looksCopied, looksOrdered} from '../survey/dependence.js'
import type {CertifyMetrics} from '../types.js'

/** Notes if rows look dependent, which violates the bounds' assumption. */
function dependenceNotes(dependence: CertifyMetrics['dependence']): Note[] {
  if (dependence === undefined) return []
  const {rows, layer, order, nearCopies} = dependence
  const next =
    'If several rows come from one patient, user or recording, say which: sources can be counted in place of rows'
  return [
    ...(looksOrdered(dependence)
      ? [
          {
            level: 'warning' as const,
            code: 'rows-ordered',
            message: `rows that stand near each other in the file are alike in layer ${layer} (${rows} rows; an exchangeability test with e-value ${order.eValue}, which independent rows reach with probability ≤ ${order.level}): they may be several rows of one source, or drift along the file. The bounds assume independent rows. ${next}`,
          },
        ]
      : []),
    ...(looksCopied(dependence)
      ? [
          {
            level: 'warning' as const,
            code: 'near-copies',
            message: `${percentUp(nearCopies.share, ' ')} of ${rows} rows have neighbours in layer ${layer} that are five times nearer than the next: near copies of one another, by a rule that rows spread over one dimension or more do not meet. The bounds assume independent rows. ${next}`,
          },
        ]
      : []),
  ]
}

export function notesOf(metrics: CertifyMetrics, options: CertifyOptions): Note[] {
  const notes: Note[] = []
  if (metrics.anchors === null)
    notes.push({
      level: 'info',
      code: 'no-split',
      message: 'without a split there are no upper bounds and no certificate: these are statistics of this sample',
    })
  if (metrics.duplicatesRemoved > 0)
    notes.push({
      level: 'info',
      code: 'duplicates-removed',
      message: `${metrics.duplicatesRemoved} rows equal to another in every layer, loss and label were left out, as asked for; the certificate speaks about distinct rows`,
    })
  if (metrics.duplicates !== undefined && metrics.duplicates > 0)
    notes.push({
      level: 'info',
      code: 'duplicates-kept',
      message: `${metrics.duplicates} of ${metrics.rows} rows equal an earlier one in every layer, loss and label; they count, as equal draws do. If they are copies of one draw, certify the distinct rows (option duplicates: drop)`,
    })
  notes.push(...dependenceNotes(metrics.dependence))
  if (metrics.sources !== undefined && metrics.sources.leftOut > 0)
    notes.push({
      level: 'info',
      code: 'anchors-thinned',
      message: `${metrics.sources.leftOut} rows of the ${metrics.sources.anchors} sources that became anchors were left out, evenly within each: more anchors than ${metrics.anchors} cost more than they tell`,
    })
  if (metrics.loss.tailUpper !== null)
    notes.push({
      level: 'info',
      code: 'loss-clipped',
      message: `inside ε, loss changes above ${metrics.loss.max!.toPrecision(4)}, ${options.lossMax === 'auto' ? 'the largest anchor loss' : 'which was asked for'}, count as that; P[loss above it] ≤ ${metrics.loss.tailUpper.toPrecision(3)}. The cells need no such limit`,
    })
  for (const layer of metrics.layers) {
    if (layer.collapsed === true)
      notes.push({
        level: 'warning',
        code: 'layer-collapsed',
        message: `layer ${layer.name}: ${layer.diameter === 0 ? 'constant, all pairs are at distance zero; its cells are the plain rate of loss changes' : 'at least half of the pairs of anchors are at distance zero'}. Its scale-free ε has no unit: 0 stands there and is no small ε`,
      })
    if (layer.zeroDistanceLossPairs > 0) {
      notes.push({
        level: 'warning',
        code: 'zero-distance-loss',
        message: `layer ${layer.name}: ${layer.zeroDistanceLossPairs} pairs share a hidden state but not a loss; without a floor ε is infinite${layer.floor === 0 ? ', and the estimate leaves them out' : ''}`,
      })
    }
  }
  if (metrics.anchors !== null && options.floor === 0)
    notes.push({
      level: 'warning',
      code: 'no-floor',
      message: 'with floor 0 the volatility is unbounded: ε has no upper bound, only the direct bounds can certify',
    })
  return notes
}

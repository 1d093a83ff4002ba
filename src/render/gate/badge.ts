import {MEASURES} from '../../certify/tasks/names.js'
import type {GateReport} from '../../documents/reports.js'
import type {CheckResult} from '../../gate/types.js'
import {plural, tenths} from '../format.js'

/**
 * What a shields.io endpoint badge reads: the colour and the words say the same, the least accuracy of a certificate with
 * its baseline beside them.
 */
export function gateBadge({verdict, metrics: {checks, counts}}: GateReport): string {
  const [message, color] =
    verdict.status === 'fail'
      ? [counts.errors > 0 ? `${plural(counts.errors, 'failure')}` : plural(counts.warnings, 'warning'), 'red']
      : verdict.status !== 'pass'
        ? [verdict.status, 'yellow']
        : counts.warnings > 0
          ? [plural(counts.warnings, 'warning'), 'yellow']
          : [counts.suppressed > 0 ? `passing, ${counts.suppressed} accepted` : 'passing', 'brightgreen']
  return (
    JSON.stringify({
      schemaVersion: 1,
      label: 'surety',
      message: `${message}${accuracyText(checks)}`,
      color,
      isError: verdict.status === 'fail',
    }) + '\n'
  )
}

/** Of the certificate whose accuracy is furthest from being shown to beat its baseline. */
function accuracyText(checks: readonly CheckResult[]): string {
  // Errors have units: two of them cannot be held against each other.
  const known = checks.flatMap(({performance}) =>
    performance === undefined || MEASURES[performance.measure].isError ? [] : [performance],
  )
  if (known.length === 0) return ''
  const least = known.reduce((a, b) => ((b.lower ?? 0) - b.baseline < (a.lower ?? 0) - a.baseline ? b : a))
  return `, ${MEASURES[least.measure].short} ${tenths(least.value, 'down')} (≥ ${tenths(least.lower ?? 0, 'down')}; guessing ${tenths(least.baseline, 'up')})`
}

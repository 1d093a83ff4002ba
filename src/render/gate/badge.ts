import {plural} from '../format.js'
import type {GateReport} from '../../documents/reports.js'

/** What a shields.io endpoint badge reads: the colour and the words say the same. */
export function gateBadge({verdict, metrics: {counts}}: GateReport): string {
  const [message, color] =
    verdict.status === 'fail'
      ? [counts.errors > 0 ? `${plural(counts.errors, 'failure')}` : plural(counts.warnings, 'warning'), 'red']
      : verdict.status !== 'pass'
        ? [verdict.status, 'yellow']
        : counts.warnings > 0
          ? [plural(counts.warnings, 'warning'), 'yellow']
          : [counts.suppressed > 0 ? `passing, ${counts.suppressed} accepted` : 'passing', 'brightgreen']
  return JSON.stringify({schemaVersion: 1, label: 'surety', message, color, isError: verdict.status === 'fail'}) + '\n'
}

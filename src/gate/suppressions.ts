import type {Finding, Suppression} from './types.js'

/** What is wrong with a suppression: it has run out, or nothing fails that it could excuse. */
export interface UselessSuppression {
  suppression: Suppression
  index: number
  fault: 'expired' | 'unused'
}

/**
 * Failures that a valid suppression names become `suppressed`. A run that failed, or a comparison that cannot be made,
 * is never excused.
 *
 * `judgedChecks`: those that took part; a suppression of another one is left alone.
 */
export function suppress(
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
  today: string,
  judgedChecks: ReadonlySet<string>,
): {findings: Finding[]; useless: UselessSuppression[]} {
  const useless: UselessSuppression[] = []
  const valid = suppressions.map((suppression, index) => {
    if (!judgedChecks.has(suppression.check)) return null
    const fault =
      suppression.expires < today
        ? 'expired'
        : findings.some((finding) => excuses(suppression, finding))
          ? null
          : 'unused'
    if (fault !== null) useless.push({suppression, index, fault})
    return fault === null ? suppression : null
  })
  const judged = findings.map((finding): Finding => {
    const by = valid.find((suppression) => suppression !== null && excuses(suppression, finding))
    return by ? {...finding, status: 'suppressed', suppression: {reason: by.reason, expires: by.expires}} : finding
  })
  return {findings: judged, useless}
}

const excuses = ({check, metric}: Suppression, finding: Finding) =>
  finding.status === 'fail' && finding.rule !== 'run' && finding.check === check && finding.metric === metric

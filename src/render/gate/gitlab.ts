import type {Finding} from '../../gate/types.js'
import type {GateReport} from '../../documents/reports.js'
import {visible} from '../../frame/visible.js'
import {cut, failing, type RepositoryOptions, repositoryPath, RULES, suppressed, suppressionOf} from './view.js'

/** A line of a merge request's widget. */
const LONGEST = 1000

/**
 * GitLab's code quality report: an issue for each finding that fails, and for each accepted one, so that the widget
 * does not call it fixed.
 */
export function gateGitlab({metrics}: GateReport, {folder}: RepositoryOptions = {}): string {
  const issues = [...failing(metrics), ...suppressed(metrics)].map((finding) => ({
    type: 'issue',
    check_name: RULES[finding.rule].id,
    description: visible(cut(descriptionOf(finding), LONGEST)),
    categories: ['Bug Risk'],
    severity: severityOf(finding),
    fingerprint: finding.fingerprint,
    location: {
      path: repositoryPath(finding.place, folder),
      lines: {begin: finding.place.line, end: finding.place.line},
    },
  }))
  return JSON.stringify(issues, null, 2) + '\n'
}

function descriptionOf(finding: Finding): string {
  const suppression = suppressionOf(finding)
  return suppression === null
    ? finding.message
    : `${finding.message} (accepted until ${suppression.expires}: ${suppression.reason})`
}

function severityOf({status, rule, level}: Finding): 'info' | 'minor' | 'major' | 'critical' {
  if (status === 'suppressed') return 'info'
  return level === 'warn' ? 'minor' : rule === 'run' ? 'critical' : 'major'
}

import type {CheckResult, Finding, GateMetrics, Level, Place, Rule} from '../../gate/types.js'
import {plural} from '../format.js'

/** What every format calls a rule: its id is the same in SARIF, JUnit and GitLab. */
export interface RuleText {
  id: string
  title: string
  /** one or two sentences for readers who meet it for the first time */
  help: string
}

export const RULES: Record<Rule, RuleText> = {
  run: {
    id: 'check-not-run',
    title: 'A check could not be run',
    help: 'The command ended with an error or its report could not be read, so nothing could be judged. What was not judged never passes.',
  },
  verdict: {
    id: 'verdict-not-pass',
    title: 'The verdict of a check is not a pass',
    help: 'The report that was judged says itself that it failed or is inconclusive.',
  },
  present: {
    id: 'metric-missing',
    title: 'A metric is not there',
    help: 'The configuration demands a pass or a number, and the report holds none: missing, null, vacuous or abstained.',
  },
  min: {
    id: 'metric-too-low',
    title: 'A metric is below its minimum',
    help: 'The worst value that the metric path names is held against the minimum; where there is a bound or an interval, its unfavourable end is.',
  },
  max: {
    id: 'metric-too-high',
    title: 'A metric is above its maximum',
    help: 'The worst value that the metric path names is held against the maximum; where there is a bound or an interval, its unfavourable end is.',
  },
  baseline: {
    id: 'metric-worse-than-baseline',
    title: 'A metric is worse than in the baseline',
    help: 'The metric became worse, by more than the tolerance, than in the report of the same check in the baseline.',
  },
  suppression: {
    id: 'suppression-invalid',
    title: 'A suppression no longer holds',
    help: 'A suppression has expired, or there is nothing left that it suppresses.',
  },
}

/** Whether the finding by itself makes the gate fail; a failing warning does so only where warnings are asked to. */
export const failsGate = ({status, level}: Finding, failLevel: Exclude<Level, 'off'>): boolean =>
  status === 'fail' && (level === 'error' || failLevel === 'warn')

/** Failing findings; a report holds the worst first. */
export const failing = ({findings}: Pick<GateMetrics, 'findings'>): Finding[] =>
  findings.filter(({status}) => status === 'fail')

export const suppressed = ({findings}: Pick<GateMetrics, 'findings'>): Finding[] =>
  findings.filter(({status}) => status === 'suppressed')

/** Why an accepted finding is accepted; null for every other, an expired suppression included. */
export const suppressionOf = ({status, suppression}: Finding): Finding['suppression'] =>
  status === 'suppressed' ? suppression : null

/** What a finding is about; of a suppression that does not hold, not the metric itself. */
export const aboutOf = ({rule, metric}: Finding): string =>
  rule === 'suppression' ? `suppression of ${metric}` : metric

/** `0.12 (upper bound; worst of 3, at layers[h1].epsilon)`: what is there, and what of it was judged. */
export function foundText({found, judgedOn, matches, at}: Finding): string {
  const about = [
    ...(judgedOn === null ? [] : [judgedOn]),
    ...(matches > 1 && at !== null ? [`worst of ${matches}, at ${at}`] : []),
  ]
  return about.length === 0 ? found : `${found} (${about.join('; ')})`
}

export type CheckState = 'broken' | 'failed' | 'warned' | 'passed'

/** A check and what became of its demands. */
export interface CheckSummary {
  check: CheckResult
  findings: Finding[]
  state: CheckState
  /** `2 of 9 demands failed, 1 accepted` */
  text: string
}

export function checkSummaries({checks, findings}: GateMetrics): CheckSummary[] {
  return checks.map((check) => {
    const own = findings.filter((finding) => finding.check === check.name)
    const failed = own.filter(({status}) => status === 'fail')
    const accepted = own.filter(({status}) => status === 'suppressed').length
    const state =
      check.error !== null
        ? 'broken'
        : failed.some(({level}) => level === 'error')
          ? 'failed'
          : failed.length > 0
            ? 'warned'
            : 'passed'
    return {
      check,
      findings: own,
      state,
      text:
        check.error === null
          ? demandsText(own.length, failed.length, accepted)
          : `could not be run: ${check.error.message}`,
    }
  })
}

function demandsText(all: number, failed: number, accepted: number): string {
  if (all === 0) return 'nothing is demanded of it'
  const met =
    failed === 0 && accepted === 0
      ? `${plural(all, 'demand')} met`
      : failed === 0
        ? `${plural(all - accepted, 'demand')} met`
        : `${failed} of ${plural(all, 'demand')} failed`
  return accepted === 0 ? met : `${met}, ${accepted} accepted`
}

/** What each certificate says of its model, in the words of its verdict: the same in every format. */
export const interpretations = ({checks}: Pick<GateMetrics, 'checks'>): {check: CheckResult; text: string}[] =>
  checks.flatMap((check) =>
    check.command === 'certify' && check.verdict !== null ? [{check, text: check.verdict.summary}] : [],
  )

/**
 * The place as code hosts name it: from the root of the repository, with slashes.
 * `folder` is the current folder as seen from that root, empty at the root itself.
 */
export function repositoryPath({path}: Place, folder = ''): string {
  const isAbsolute = /^([/\\]|[A-Za-z]:[/\\])/.test(path)
  const parts: string[] = []
  for (const part of (isAbsolute ? path : `${folder}/${path}`).split(/[/\\]/)) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return (isAbsolute && !/^[A-Za-z]:$/.test(parts[0] ?? '') ? '/' : '') + parts.join('/')
}

export interface RepositoryOptions {
  /** the current folder as seen from the root of the repository; empty: it is the root */
  folder?: string
}

/** At most `length` characters; the end gives way, since sentences begin with what matters. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const characters = [...text]
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}

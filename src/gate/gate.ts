import {UsageError, option} from '../errors.js'
import {sha256} from '../frame/checksum.js'
import type {Verdict} from '../frame/report.js'
import {judgeBaseline, pairOf} from './baseline.js'
import {asCertificate, type JudgedReport} from './judged-report.js'
import {requireKnownMetric, type Schema} from './metric-schema.js'
import {parseMetricPath, type Segment} from './metric-path.js'
import {fromTheTop, readings} from './readings.js'
import {suppress} from './suppressions.js'
import {demandOf, judgeLimits, type RuleOutcome, worseDirection} from './thresholds.js'
import type {CheckConfig, CheckResult, Finding, GateConfig, GateMetrics, Level, Place, Threshold} from './types.js'
import {byWeight, gateVerdict, sentences} from './verdict.js'

/** The outcome of a check: a report, or an error. */
export type CheckRun = {report: JudgedReport} | {error: {code: string; message: string; nextSteps: readonly string[]}}

export interface GateInput {
  config: GateConfig
  /** by name of the check; a check without a run is not judged */
  runs: ReadonlyMap<string, CheckRun>
  /** reports of the same checks to compare with; null: none was named */
  baselines?: ReadonlyMap<string, JudgedReport> | null
  /** ISO date that suppressions expire by */
  today: string
  /** the lowest level that fails the gate (default: error) */
  failLevel?: Exclude<Level, 'off'>
  /** where the configuration says something: for messages, annotations and SARIF */
  placeOf?: (path: readonly (string | number)[]) => Place
  /** of the report, with which metric paths are checked (default: the one that ships with surety) */
  schema: Schema
}

export interface GateResult {
  metrics: GateMetrics
  verdict: Verdict
  /** a check could not be run, or two reports not be compared: no judgement, whatever the level */
  broken: boolean
}

/** A check must pass by itself unless its thresholds say otherwise. */
const OWN_VERDICT: Record<string, Threshold> = {verdict: 'error'}

/**
 * Judges reports by the thresholds of a configuration. A metric that is missing, null, vacuous or abstains fails; a
 * certificate is judged on its unfavourable bound (see judged.ts).
 *
 * Throws  UsageError  a metric path that no report of the command has, or a rule that does not fit its metric.
 */
export function gate(input: GateInput): GateResult {
  const {config, runs, today, failLevel = 'error', placeOf = () => ({path: 'surety.config.json', line: 1})} = input
  const checks: CheckResult[] = []
  const found: Finding[] = []
  for (const [name, check] of Object.entries(config.checks)) {
    const run = runs.get(name)
    if (run === undefined) continue
    checks.push(resultOf(name, check, run, placeOf(['checks', name])))
    if ('error' in run) found.push(brokenRun(name, run.error, placeOf(['checks', name])))
    else found.push(...judgeCheck(name, check, run.report, input, placeOf))
  }
  const {findings: judged, useless} = suppress(
    found,
    config.suppressions ?? [],
    today,
    new Set(checks.map(({name}) => name)),
  )
  const findings = [
    ...judged,
    ...useless.map(({suppression: {check, metric, expires}, index, fault}) => {
      const outcome = {
        rule: 'suppression' as const,
        passed: false,
        expected: 'a failure to excuse',
        found: fault === 'expired' ? `expired on ${expires}` : 'nothing fails',
        value: null,
        limit: null,
        at: null,
        matches: 0,
        judgedOn: null,
      }
      return findingOf(check, metric, 'error', outcome, placeOf(['suppressions', index]))
    }),
  ].sort(byWeight)
  const count = (test: (finding: Finding) => boolean) => findings.filter(test).length
  const metrics: GateMetrics = {
    checks,
    findings,
    counts: {
      checks: checks.length,
      passed: count(({status}) => status === 'pass'),
      errors: count(({status, level}) => status === 'fail' && level === 'error'),
      warnings: count(({status, level}) => status === 'fail' && level === 'warn'),
      suppressed: count(({status}) => status === 'suppressed'),
    },
    failLevel,
  }
  return {
    metrics,
    verdict: gateVerdict(metrics),
    broken: findings.some(({rule, status}) => rule === 'run' && status === 'fail'),
  }
}

/** `OWN_VERDICT`, then the thresholds of the configuration. */
export const thresholdsOf = ({thresholds = {}}: CheckConfig): [string, Threshold][] =>
  Object.entries({...OWN_VERDICT, ...thresholds})

function judgeCheck(
  check: string,
  config: CheckConfig,
  report: JudgedReport,
  {baselines = null, schema}: GateInput,
  placeOf: NonNullable<GateInput['placeOf']>,
): Finding[] {
  return thresholdsOf(config).flatMap(([metric, threshold]) => {
    const {level, limits} = demandOf(threshold)
    if (level === 'off') return []
    const place = placeOf(['checks', check, 'thresholds', metric])
    if (metric === 'verdict') return [findingOf(check, metric, level, judgeVerdict(report.verdict), place)]
    const segments = metricSegments(metric, report.command, schema)
    const outcomes = judgeLimits(readings(report, segments), limits ?? {})
    if (limits?.baseline !== undefined) {
      const worse = worseDirection(metric, limits, limits.baseline)
      const before = baselines?.get(check)
      if (baselines === null)
        throw new UsageError(`${check}: ${metric} is compared with a baseline, and none is named`, [
          `give ${option('baseline')} a report, a folder or git:REF, or set "baseline" in the configuration`,
        ])
      const pair =
        before === undefined
          ? 'the baseline has no report of this check'
          : pairOf(report, before, limits.baseline.acrossData ?? false)
      outcomes.push(
        typeof pair === 'string' ? noComparison(pair) : judgeBaseline(pair, segments, limits.baseline, worse),
      )
    }
    return outcomes.map((outcome) => findingOf(check, metric, outcome.rule === 'run' ? 'error' : level, outcome, place))
  })
}

/** Throws UsageError: not a path, or a path that no report of this command has. */
export function metricSegments(metric: string, command: string, schema: Schema): Segment[] {
  const segments = fromTheTop(parseMetricPath(metric))
  requireKnownMetric(metric, segments, command, schema)
  return segments
}

const BLANK = {value: null, limit: null, at: null, matches: 0, judgedOn: null}

function judgeVerdict({status}: Verdict): RuleOutcome {
  return {
    ...BLANK,
    rule: 'verdict',
    passed: status === 'pass' || status === 'certified' || status === 'done',
    expected: 'pass',
    found: status,
    at: 'verdict.status',
    matches: 1,
  }
}

const noComparison = (reason: string): RuleOutcome => ({
  ...BLANK,
  rule: 'run',
  passed: false,
  expected: 'a baseline that can be compared',
  found: reason,
})

function brokenRun(
  check: string,
  {message, nextSteps}: {message: string; nextSteps: readonly string[]},
  place: Place,
): Finding {
  return {
    ...findingOf(
      check,
      'run',
      'error',
      {...BLANK, rule: 'run', passed: false, expected: 'a report', found: message},
      place,
    ),
    advice: nextSteps.join('; '),
  }
}

function findingOf(
  check: string,
  metric: string,
  level: Finding['level'],
  {passed, ...outcome}: RuleOutcome,
  place: Place,
): Finding {
  const finding = {
    ...outcome,
    check,
    metric,
    level,
    status: passed ? ('pass' as const) : ('fail' as const),
    place,
    suppression: null,
  }
  return {fingerprint: sha256([check, metric, outcome.rule].join('\0')), ...finding, ...sentences(finding)}
}

function resultOf(name: string, check: CheckConfig, run: CheckRun, place: Place): CheckResult {
  const subject = check.certify ?? check.sanitize ?? check.report ?? ''
  if ('error' in run)
    return {
      name,
      command: check.certify !== undefined ? 'certify' : check.sanitize !== undefined ? 'sanitize' : 'report',
      subject,
      verdict: null,
      error: {...run.error, nextSteps: [...run.error.nextSteps]},
      place,
    }
  const {
    command,
    verdict: {status, summary},
  } = run.report
  const performance = asCertificate(run.report)?.metrics.performance
  return {
    name,
    command,
    subject,
    verdict: {status, summary},
    ...(performance === undefined ? {} : {performance}),
    error: null,
    place,
  }
}

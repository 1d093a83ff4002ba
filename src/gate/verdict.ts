import type {Verdict} from '../frame/report.js'
import type {Finding, GateMetrics} from './types.js'

const count = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`

/** One sentence with the figures that matter, worst first. */
export function gateVerdict({checks, findings, counts, failLevel}: GateMetrics): Verdict {
  const failed = counts.errors > 0 || (failLevel === 'warn' && counts.warnings > 0)
  const judged = findings.filter(({rule}) => rule !== 'suppression').length
  const parts = [
    counts.errors === 0 ? [] : count(counts.errors, 'error'),
    counts.warnings === 0 ? [] : count(counts.warnings, 'warning'),
    counts.suppressed === 0 ? [] : `${counts.suppressed} suppressed`,
  ].flat()
  const worst = findings.find(({status}) => status === 'fail')
  const passed = `${counts.passed} of ${judged} demands on ${count(checks.length, 'check')} are met`
  return {
    status: checks.length === 0 ? 'inconclusive' : failed ? 'fail' : 'pass',
    summary:
      checks.length === 0
        ? 'no check was judged'
        : `${passed}${parts.length === 0 ? '' : `; ${parts.join(', ')}`}${worst === undefined ? '' : `. Worst: ${worst.message}`}`,
    meaning: [],
  }
}

/** Failures first, errors before warnings, broken runs before all; the worst first; then by check, metric and rule. */
export function byWeight(a: Finding, b: Finding): number {
  return (
    rank(a) - rank(b) ||
    descending(excess(a), excess(b)) ||
    byCodeUnit(a.check, b.check) ||
    byCodeUnit(a.metric, b.metric) ||
    byCodeUnit(a.rule, b.rule)
  )
}

function rank({status, level, rule}: Finding): number {
  if (status === 'pass') return 4
  if (status === 'suppressed') return 3
  return level === 'warn' ? 2 : rule === 'run' ? 0 : 1
}

/** How far the limit is missed, relative to the limit; a value that is not a number misses it by more than any number. */
function excess({status, value, limit}: Finding): number {
  if (status !== 'fail') return 0
  return value === null || limit === null || limit === 0 ? Infinity : Math.abs(value - limit) / Math.abs(limit)
}

const descending = (a: number, b: number) => (a === b ? 0 : a > b ? -1 : 1)

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** What a finding says and what to do about it. */
export function sentences({
  check,
  metric,
  rule,
  status,
  expected,
  found,
  at,
  judgedOn,
  matches,
}: Omit<Finding, 'fingerprint' | 'message' | 'advice'>): {message: string; advice: string} {
  const where =
    at === null || at === metric || `metrics.${at}` === metric
      ? ''
      : ` at ${at}${matches > 1 ? `, the worst of ${matches}` : ''}`
  const on = judgedOn === null ? '' : ` (${judgedOn})`
  const message =
    rule === 'run'
      ? `${check}: ${found}`
      : rule === 'suppression'
        ? `${check}: the suppression of ${metric} ${found === 'nothing fails' ? 'is not needed' : found.replace(/^expired/, 'has expired')}`
        : `${check}: ${metric} is ${found}${on}${where}, expected ${expected}`
  return {message, advice: status === 'pass' ? '' : adviceFor(rule, found)}
}

const ABSENT = ['missing', 'null', 'vacuous', 'abstain', 'invalid']

function adviceFor(rule: Finding['rule'], found: string): string {
  if (ABSENT.includes(found)) return ABSENT_ADVICE[found]!
  if (found.startsWith('no ')) return 'ask for it in the options of the check, or gate another metric'
  return ADVICE[rule]
}

const ABSENT_ADVICE: Record<string, string> = {
  missing: 'this report has nothing there: check the names in brackets, or the options that make the command report it',
  null: 'the report says that it is unknown here: give the command what it needs to know it, or gate another metric',
  vacuous: 'no bound below 100 % holds: use more examples, or gate a larger δ or η',
  abstain: 'too few pairs are within the radius: use more examples, or gate a larger δ',
  invalid: 'the assumptions of the bound are not met: see the notes of the report',
}

const ADVICE: Record<Finding['rule'], string> = {
  run: 'fix what it says, then run the gate again; after an intended change write the baseline again with surety baseline update',
  verdict: 'read the report of this check by itself: run the same command without the gate',
  present: 'gate a metric that this command reports',
  min: 'fix the model or the graph, or lower the minimum in a reviewed change; for a known failure add a suppression with a reason and an end',
  max: 'fix the model or the graph, or raise the maximum in a reviewed change; for a known failure add a suppression with a reason and an end',
  baseline: 'fix what became worse, or accept it in a reviewed change with surety baseline update',
  suppression: 'delete the suppression, or renew it with a reason',
}

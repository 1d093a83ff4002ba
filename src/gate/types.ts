import type {Budget} from './budget.js'
import type {Performance} from '../certify/types.js'

/** How much a finding weighs; off: not judged. */
export type Level = 'off' | 'warn' | 'error'

/** Against the report of the same check on the main branch. */
export interface BaselineRule {
  /** which way is worse; may be left out beside one of `min` (lower) and `max` (higher) */
  worse?: 'lower' | 'higher'
  /** allowed worsening: absolute + relative · |value in the baseline|; both 0 unless given */
  absolute?: number
  relative?: number
  /** compare although the data differs: a plain difference of two figures, not of one thing on the same examples */
  acrossData?: boolean
}

export interface Limits {
  min?: number
  max?: number
  baseline?: BaselineRule
  /** why it is this limit, for those who read the file */
  why?: string
}

/** A level, with limits for a number: `["error", {"max": 0.1}]`. A level alone demands that a pass or a number is there. */
export type Threshold = Level | [Level, Limits]

/** A flag of the command that runs, by its name without dashes. */
export type Option = string | number | boolean | (string | number)[]

/** One thing to judge: exactly one of `certify`, `sanitize` and `report` names it. */
export interface CheckConfig {
  /** a checkpoint, as surety certify takes it */
  certify?: string
  /** a graph, as surety sanitize takes it */
  sanitize?: string
  /** a report that surety wrote earlier, of any command */
  report?: string
  /** flags of surety certify or surety sanitize, by their names */
  options?: Record<string, Option>
  /** metric path of the report → what is demanded of it */
  thresholds?: Record<string, Threshold>
}

/** A known failure that is accepted for a while. */
export interface Suppression {
  check: string
  /** the metric as the threshold names it */
  metric: string
  reason: string
  /** last day on which it holds, YYYY-MM-DD */
  expires: string
}

/** What surety gate judges. `schemas/config.schema.json` is generated from this type. */
export interface GateConfig {
  /** for editors */
  $schema?: string
  checks: Record<string, CheckConfig>
  suppressions?: Suppression[]
  /** spreads α over the runs of a history, whose number the flag run gives (docs/math.md, "Runs of a history") */
  budget?: Budget
}

export type Rule = 'run' | 'verdict' | 'present' | 'min' | 'max' | 'baseline' | 'suppression'

/** One demand, judged. */
export interface Finding {
  /** of check, metric and rule: the same in every run, whatever is found */
  fingerprint: string
  check: string
  /** as the configuration names it */
  metric: string
  rule: Rule
  level: Exclude<Level, 'off'>
  status: 'pass' | 'fail' | 'suppressed'
  /** what is demanded, such as `≤ 0.1` */
  expected: string
  /** what is there, such as `0.12` or `abstain` */
  found: string
  /** the number that was judged, the worst of those that the path names; null: there is none */
  value: number | null
  /** what it was held against; for a baseline the worst value that is allowed */
  limit: number | null
  /** where in the report the worst value stands, and how many values the path names */
  at: string | null
  matches: number
  /** the bound, interval or baseline that was judged in place of the plain value; null: the value itself */
  judgedOn: string | null
  /** one sentence with expected and found */
  message: string
  /** one sentence: what to do; empty on a pass */
  advice: string
  /** where the configuration demands it */
  place: Place
  suppression: {reason: string; expires: string} | null
}

/** A line of a file, as it is named from the current folder. */
export interface Place {
  path: string
  /** from 1 */
  line: number
}

/** One check: a report that was judged, or the error in its place. */
export interface CheckResult {
  name: string
  command: string
  /** the checkpoint, graph or report that it names */
  subject: string
  verdict: {status: string; summary: string} | null
  /** of a certificate whose performance is known: its figure, lower bound and baseline */
  performance?: Performance
  error: {code: string; message: string; nextSteps: string[]} | null
  place: Place
  /** beside the baseline's report of this check; absent where no baseline has one */
  before?: BesideBaseline
  /** the page of its report, from the current folder; absent where none was written */
  page?: string
}

/** What both reports state, whether or not a threshold compares it: figures side by side, no paired comparison. */
export interface BesideBaseline {
  /** why the two cannot be compared; null: they can */
  reason: string | null
  changes: MetricChange[]
}

export interface MetricChange {
  metric: string
  before: number | null
  now: number | null
  /** which way is worse, where it is known */
  worse: 'lower' | 'higher' | null
}

export interface GateMetrics {
  /** in the order of the configuration */
  checks: CheckResult[]
  /** failures first, errors before warnings, the worst first; then by check and metric */
  findings: Finding[]
  counts: {checks: number; passed: number; errors: number; warnings: number; suppressed: number}
  failLevel: Exclude<Level, 'off'>
}

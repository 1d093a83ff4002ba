import type {CheckResult, Finding, MetricChange} from '../../gate/types.js'
import {orDash, plural} from '../format.js'
import {document, table, markdownText} from '../markdown.js'
import type {GateReport} from '../../documents/reports.js'
import {
  aboutOf,
  type CheckState,
  checkSummaries,
  type CheckSummary,
  cut,
  failing,
  foundText,
  interpretations,
  suppressed,
} from './view.js'

/** Of a job summary GitHub accepts 1 MiB of a step, and drops all of a larger one. */
const LARGEST = 1024 * 1024
/** Room for headings and the sentence on what is left out. */
const SPARE = 64 * 1024
const CELL = 500
/** Certificates whose words are shown. */
const SAID = 20

const SIGN: Record<CheckState, string> = {broken: '❌', failed: '❌', warned: '⚠️', passed: '✅'}

/** A comment of GitHub takes 65,536 characters, one of GitLab more. */
const COMMENT = {bytes: 38_000, said: 5, name: 'a comment may take 64 KiB'}
const SUMMARY = {bytes: LARGEST - SPARE, said: SAID, name: 'a job summary may take 1 MiB'}

/**
 * The gate as a comment on a pull request, short enough for one. The first line is the same for every run of a
 * configuration: by it an earlier comment is found and written again.
 */
export const gateComment = (report: GateReport): string =>
  `<!-- surety gate: ${markdownText(cut(report.inputs[0]?.path ?? '', CELL)).replaceAll(/--+|[<>]/g, '-')} -->\n${markdown(report, COMMENT)}`

/**
 * The gate for a job summary or a comment, at most 1 MiB: what fails (the worst first), what is accepted, each check in
 * a line, what it states beside the baseline, what passes.
 */
export const gateMarkdown = (report: GateReport): string => markdown(report, SUMMARY)

function markdown({verdict, metrics}: GateReport, limit: typeof SUMMARY): string {
  const passed = metrics.findings.filter(({status}) => status === 'pass')
  const budget = new Budget(limit.bytes, limit.name)
  // The lists that are short as a rule get their share first, so that very many failures do not crowd them out.
  const checks = section(
    '### Checks',
    ['', 'check', 'result', 'command', 'subject'],
    checkSummaries(metrics).map(checkRow),
    budget.share(0.2),
  )
  const accepted = section(
    '### Accepted for now',
    ['check', 'metric', 'expected', 'found', 'until', 'why'],
    suppressed(metrics).map(acceptedRow),
    budget.share(0.2),
  )
  const changed = section(
    '### Beside the baseline',
    ['check', 'metric', 'baseline', 'here', ''],
    metrics.checks.flatMap(changeRows),
    budget.share(0.2),
  )
  const failures = section(
    '### What fails',
    ['', 'check', 'metric', 'expected', 'found', 'what to do'],
    failing(metrics).map(failingRow),
    budget,
  )
  const met = folded(
    `${plural(passed.length, 'demand')} met`,
    section('', ['check', 'metric', 'expected', 'found'], passed.map(demand), budget),
  )
  const said = interpretations(metrics)
    .slice(0, limit.said)
    .map(({check: {name}, text}) => `- **${cell(name)}**: ${markdownText(cut(text, 1000))}`)
    .join('\n')
  const parts = [said, failures, changed, accepted, checks, met].filter((part) => part !== '')
  return document(
    'surety gate',
    {
      ...verdict,
      summary: cut(verdict.summary, 1000),
      meaning: verdict.meaning.slice(0, 6).map((line) => cut(line, 1000)),
    },
    parts,
  )
}

/** Bytes that rows may still take. */
class Budget {
  constructor(
    private left: number,
    /** why there is no more */
    readonly limit: string,
    private readonly whole?: Budget,
  ) {}

  share = (part: number) => new Budget(part * this.left, this.limit, this)

  take(bytes: number): boolean {
    if (bytes > this.left || this.whole?.take(bytes) === false) return false
    this.left -= bytes
    return true
  }
}

/** Figures side by side, or why there are none. */
function changeRows({name, before}: CheckResult): string[][] {
  if (before === undefined) return []
  if (before.reason !== null) return [[cell(name), cell(`not compared: ${before.reason}`), '–', '–', '']]
  return before.changes.map((change) => [
    cell(name),
    cell(change.metric),
    ...[change.before, change.now].map((value) => orDash(value)),
    changeText(change),
  ])
}

function changeText({before, now, worse}: MetricChange): string {
  if (before === null || now === null) return now === null ? 'no longer stated' : 'new'
  if (before === now) return 'same'
  const moved = now > before ? 'higher' : 'lower'
  return worse === null ? moved : moved === worse ? `⚠️ ${moved}, worse` : `${moved}, better`
}

const checkRow = ({check, state, text: result}: CheckSummary) => [
  SIGN[state],
  cell(check.name),
  cell(result),
  cell(check.command),
  cell(check.page === undefined ? check.subject : `${check.subject}, report ${check.page}`),
]

const failingRow = (finding: Finding) => [
  finding.level === 'error' ? '❌' : '⚠️',
  ...demand(finding),
  cell(finding.advice),
]

const acceptedRow = (finding: Finding) => [
  ...demand(finding),
  cell(finding.suppression?.expires ?? ''),
  cell(finding.suppression?.reason ?? ''),
]

const demand = (finding: Finding) => [
  cell(finding.check),
  cell(aboutOf(finding)),
  cell(finding.expected),
  cell(foundText(finding)),
]

const cell = (value: string) => markdownText(cut(value, CELL))

/** As many rows as the budget has room for, and a sentence on the others. */
function section(
  heading: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  budget: Budget,
): string {
  if (rows.length === 0) return ''
  const full = rows.findIndex((row) => !budget.take(Buffer.byteLength(row.join(' | ')) + 5))
  const kept = full < 0 ? rows.length : full
  const leftOut = rows.length - kept
  return [
    ...(heading === '' ? [] : [heading]),
    ...(kept === 0 ? [] : [table(head, rows.slice(0, kept), 'words')]),
    ...(leftOut === 0
      ? []
      : [`${plural(leftOut, 'further row')} left out: ${budget.limit}. The report as JSON or HTML has them all.`]),
  ].join('\n\n')
}

const folded = (summary: string, body: string) =>
  body === '' ? '' : `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`

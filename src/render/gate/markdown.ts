import type {Finding} from '../../gate/types.js'
import {plural} from '../format.js'
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

/**
 * The gate for a job summary or a comment, at most 1 MiB: what fails (the worst first), what is accepted, each check in
 * a line, what passes.
 */
export function gateMarkdown({verdict, metrics}: GateReport): string {
  const passed = metrics.findings.filter(({status}) => status === 'pass')
  const budget = new Budget(LARGEST - SPARE)
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
    .slice(0, SAID)
    .map(({check: {name}, text}) => `- **${cell(name)}**: ${markdownText(cut(text, 1000))}`)
    .join('\n')
  const parts = [said, failures, accepted, checks, met].filter((part) => part !== '')
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
    private readonly whole?: Budget,
  ) {}

  share = (part: number) => new Budget(part * this.left, this)

  take(bytes: number): boolean {
    if (bytes > this.left || this.whole?.take(bytes) === false) return false
    this.left -= bytes
    return true
  }
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
      : [
          `${plural(leftOut, 'further row')} left out: a job summary may take 1 MiB. The report as JSON or HTML has them all.`,
        ]),
  ].join('\n\n')
}

const folded = (summary: string, body: string) =>
  body === '' ? '' : `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`

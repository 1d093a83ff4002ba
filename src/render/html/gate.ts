import {relative, sep} from 'node:path'
import type {Finding, GateMetrics} from '../../gate/types.js'
import {count} from '../format.js'
import {aboutOf, type CheckState, checkSummaries, failing, foundText, suppressed} from '../gate/view.js'
import type {GateReport} from '../../documents/reports.js'
import {type HtmlContent, markup} from './escape.js'
import {type KeyFigure, page} from './page.js'
import type {Section} from './section.js'
import {type TableColumn, dataTable, foldedTable} from './table.js'

const STATE: Record<CheckState, string> = {
  broken: '✗ not run',
  failed: '✗ failed',
  warned: '! warning',
  passed: '✓ passed',
}
/** A demand takes three columns: what it is about, with where it is made below; what is expected; what was found. */
const DEMAND: readonly TableColumn[] = [
  {title: 'metric', kind: 'name'},
  {title: 'expected', kind: 'text'},
  {title: 'found', kind: 'reason'},
]

/**
 * The gate as one self-contained HTML file: what fails, what is accepted, every check, what passes. `from`: the folder
 * that the page will lie in, from which it links the pages of the checks.
 */
export function gateHtml(report: GateReport, {from = '.'}: {from?: string} = {}): string {
  const {metrics} = report
  return page({
    report,
    figures: figures(metrics),
    first: firstFailures(failing(metrics)),
    sections: sections(metrics, from),
  })
}

/** Failures of the first screen, which is also what is printed. */
const FIRST = 10

function firstFailures(findings: readonly Finding[]): HtmlContent {
  if (findings.length === 0) return null
  const more = findings.length > FIRST ? `, the worst ${FIRST} of ${count(findings.length)}` : ''
  return markup`<div class="look"><h2>What fails${more}</h2>${dataTable({
    caption: 'What is demanded and what was found',
    columns: [{title: 'check', kind: 'name'}, ...DEMAND],
    rows: findings
      .slice(0, FIRST)
      .map((finding) => [finding.check, aboutOf(finding), finding.expected, foundText(finding)]),
    fixed: true,
  })}</div>`
}

function figures({counts, findings, failLevel}: GateMetrics): KeyFigure[] {
  return [
    {name: 'Checks', value: count(counts.checks), detail: `${count(findings.length)} demands on them`},
    {name: 'Errors', value: count(counts.errors), detail: 'each fails the gate'},
    {
      name: 'Warnings',
      value: count(counts.warnings),
      detail: failLevel === 'warn' ? 'each fails the gate' : 'do not fail the gate',
    },
    {name: 'Accepted', value: count(counts.suppressed), detail: 'known failures, with a reason and a last day'},
    {name: 'Met', value: count(counts.passed), detail: 'demands that hold'},
  ]
}

function sections(metrics: GateMetrics, from: string): Section[] {
  const failures = failing(metrics)
  const accepted = suppressed(metrics)
  const passed = metrics.findings.filter(({status}) => status === 'pass')
  return [
    {
      id: 'failing',
      title: 'What fails',
      body: failures.length === 0 ? markup`<p class="lead">Nothing fails.</p>` : failingTable(failures),
    },
    ...(accepted.length === 0 ? [] : [{id: 'accepted', title: 'Accepted for now', body: acceptedTable(accepted)}]),
    {id: 'checks', title: 'Checks', body: checkTable(metrics, from)},
    ...(passed.length === 0
      ? []
      : [
          {
            id: 'met',
            title: 'What holds',
            body: foldedTable('Table of the demands that are met', {
              caption: 'Demands that are met',
              columns: DEMAND,
              rows: passed.map(demand),
            }),
          },
        ]),
  ]
}

function failingTable(findings: readonly Finding[]): HtmlContent {
  return dataTable({
    caption: 'Demands that are not met, the worst first',
    columns: [...DEMAND, {title: 'level', kind: 'word'}, {title: 'what to do', kind: 'reason'}],
    rows: findings.map((finding) => [
      ...demand(finding),
      finding.level === 'error' ? '✗ error' : '! warning',
      finding.advice,
    ]),
  })
}

function acceptedTable(findings: readonly Finding[]): HtmlContent {
  return dataTable({
    caption: 'Demands that are not met and are accepted until a day',
    columns: [...DEMAND, {title: 'until', kind: 'word'}, {title: 'why', kind: 'reason'}],
    rows: findings.map((finding) => [
      ...demand(finding),
      finding.suppression?.expires ?? '',
      finding.suppression?.reason ?? '',
    ]),
  })
}

function checkTable(metrics: GateMetrics, from: string): HtmlContent {
  return dataTable({
    caption: 'Every check, in the order of the configuration',
    columns: [
      {title: 'check', kind: 'name'},
      {title: 'state', kind: 'word'},
      {title: 'demands', kind: 'reason'},
      {title: 'command', kind: 'word'},
      {title: 'subject', kind: 'text'},
      {title: 'its own verdict', kind: 'reason'},
    ],
    rows: checkSummaries(metrics).map(({check, state, text}) => [
      check.page === undefined ? check.name : markup`<a href="${pageLink(check.page, from)}">${check.name}</a>`,
      STATE[state],
      text,
      check.command,
      check.subject,
      check.verdict === null ? '–' : `${check.verdict.status}: ${check.verdict.summary}`,
    ]),
  })
}

const pageLink = (page: string, from: string) => relative(from, page).split(sep).map(encodeURIComponent).join('/')

const demand = (finding: Finding): HtmlContent[] => [
  markup`${aboutOf(finding)}<br><span class="aside">${finding.check}, ${finding.place.path}:${finding.place.line}</span>`,
  finding.expected,
  foundText(finding),
]

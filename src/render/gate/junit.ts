import type {CheckResult, Finding, Level} from '../../gate/types.js'
import {type HtmlContent, type Markup, markup} from '../html/escape.js'
import type {GateReport} from '../../documents/reports.js'
import {type CheckSummary, checkSummaries, failsGate, foundText, RULES, suppressionOf} from './view.js'

/**
 * JUnit XML for Jenkins, GitLab and others: a test suite for each check, a test case for each demand. Whether a case
 * fails is what the gate decided: a warning below the fail level passes and says so in its output. There is no time in
 * it, so the same result gives the same bytes.
 */
export function gateJunit({metrics}: GateReport): string {
  const suites = checkSummaries(metrics)
  const total = countsOf(
    suites.flatMap(({findings}) => findings),
    metrics.failLevel,
  )
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="surety gate" tests="${total.tests}" failures="${total.failures}" errors="${total.errors}">
${suites.map((suite) => suiteXml(suite, metrics.failLevel))}</testsuites>
`.toString()
}

function suiteXml({check, findings}: CheckSummary, failLevel: FailLevel): Markup {
  const {tests, failures, errors, skipped} = countsOf(findings, failLevel)
  return markup`  <testsuite name="${check.name}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}">
    <properties>
      <property name="command" value="${check.command}"/>
      <property name="subject" value="${check.subject}"/>
${verdictXml(check)}    </properties>
${findings.map((finding) => caseXml(finding, failLevel))}  </testsuite>
`
}

/** What the check's own verdict says, and the performance with its numbers as they are. */
function verdictXml({verdict, performance}: CheckResult): HtmlContent {
  if (verdict === null) return ''
  const property = (name: string, value: string) => markup`      <property name="${name}" value="${value}"/>\n`
  return [
    property('verdict', verdict.status),
    property('summary', verdict.summary),
    ...(performance === undefined
      ? []
      : [
          property(performance.measure, String(performance.value)),
          ...(performance.lower === null ? [] : [property(`${performance.measure}.lower`, String(performance.lower))]),
          ...(typeof performance.upper === 'number'
            ? [property(`${performance.measure}.upper`, String(performance.upper))]
            : []),
          property(`${performance.measure}.baseline`, String(performance.baseline)),
        ]),
  ]
}

function caseXml(finding: Finding, failLevel: FailLevel): Markup {
  // By its name a server knows a case again, so the limit is not part of it.
  const name = finding.metric === finding.rule ? finding.metric : `${finding.metric} (${finding.rule})`
  const children = outcomeXml(finding, failLevel)
  const attributes = markup`classname="${finding.check}" name="${name}"`
  return children === null
    ? markup`    <testcase ${attributes}/>\n`
    : markup`    <testcase ${attributes}>\n      ${children}\n    </testcase>\n`
}

function outcomeXml(finding: Finding, failLevel: FailLevel): Markup | null {
  const {status, rule, message, level} = finding
  const suppression = suppressionOf(finding)
  if (status === 'pass') return null
  if (suppression !== null)
    return markup`<skipped>${lines([`accepted until ${suppression.expires}: ${suppression.reason}`, message])}</skipped>`
  const body = lines([
    `expected: ${finding.expected}`,
    `found: ${foundText(finding)}`,
    `what to do: ${finding.advice}`,
    `demanded at ${finding.place.path}:${finding.place.line}`,
  ])
  if (!failsGate(finding, failLevel))
    return markup`<system-out>${lines([`warning: ${message}`, ''])}${body}</system-out>`
  const attributes = markup`type="${RULES[rule].id}" message="${level === 'warn' ? 'warning: ' : ''}${message}"`
  return rule === 'run'
    ? markup`<error ${attributes}>${body}</error>`
    : markup`<failure ${attributes}>${body}</failure>`
}

type FailLevel = Exclude<Level, 'off'>

function countsOf(findings: readonly Finding[], failLevel: FailLevel) {
  const failing = findings.filter((finding) => failsGate(finding, failLevel))
  const errors = failing.filter(({rule}) => rule === 'run').length
  return {
    tests: findings.length,
    failures: failing.length - errors,
    errors,
    skipped: findings.filter(({status}) => status === 'suppressed').length,
  }
}

/** Each text is escaped by itself, so that only our own line breaks are any. */
const lines = (texts: readonly string[]): HtmlContent => texts.map((text, i) => (i === 0 ? text : markup`\n${text}`))

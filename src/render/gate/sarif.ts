import {gzipSync} from 'node:zlib'
import type {CheckResult, Finding, Rule} from '../../gate/types.js'
import type {GateReport} from '../../documents/reports.js'
import {visible} from '../../frame/visible.js'
import {
  cut,
  failing,
  foundText,
  interpretations,
  type RepositoryOptions,
  repositoryPath,
  RULES,
  suppressed,
} from './view.js'

/** Of 25,000 results that GitHub accepts in a run it shows 5,000. */
const SHOWN = 5000
/** GitHub refuses a file that is larger after gzip. */
const GZIPPED = 10_000_000
const MESSAGE = 1000
const NAME = 500

/**
 * SARIF 2.1.0 for code scanning: a result for each finding that fails, the worst first. Accepted ones are left out,
 * since code scanning does not read `suppressions` and would show them as open alerts; a notification counts them.
 * Within GitHub's limits; what is left out is said in a notification, too.
 */
export function gateSarif(report: GateReport, options: RepositoryOptions = {}): string {
  const results = failing(report.metrics)
  for (let kept = Math.min(results.length, SHOWN); ; kept = Math.floor(kept / 2)) {
    const text = sarifText(report, results.slice(0, kept), results.length - kept, options)
    if (kept === 0 || text.length * 3 <= GZIPPED || gzipSync(text).length <= GZIPPED) return text
  }
}

function sarifText(
  {version, metrics, notes}: GateReport,
  findings: readonly Finding[],
  leftOut: number,
  {folder}: RepositoryOptions,
): string {
  const ids = (Object.keys(RULES) as Rule[]).filter((rule) => findings.some((finding) => finding.rule === rule))
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'surety',
            fullName: `surety gate ${version}`,
            semanticVersion: version,
            rules: ids.map(ruleOf),
          },
        },
        invocations: [
          {
            executionSuccessful: metrics.findings.every(({rule, status}) => rule !== 'run' || status === 'pass'),
            toolExecutionNotifications: [
              ...metrics.checks.flatMap(brokenCheck),
              ...interpretations(metrics).map(({check: {name, performance}, text}) => ({
                level: 'note',
                descriptor: {id: 'certificate'},
                message: {text: said(`${name}: ${text}`)},
                ...(performance === undefined ? {} : {properties: {performance}}),
              })),
              ...notes.map(({level, code, message}) => ({
                level: level === 'warning' ? 'warning' : 'note',
                descriptor: {id: code},
                message: {text: said(message)},
              })),
              ...suppressed(metrics).map(({check, metric, suppression}) => ({
                level: 'note',
                descriptor: {id: 'accepted'},
                message: {
                  text: said(
                    `${check}: ${metric} fails and is accepted until ${suppression?.expires}: ${suppression?.reason}`,
                  ),
                },
              })),
              ...metrics.checks.flatMap(({name, page}) =>
                page === undefined
                  ? []
                  : [
                      {
                        level: 'note',
                        descriptor: {id: 'report'},
                        message: {text: said(`${name}: its report is ${page}`)},
                      },
                    ],
              ),
              ...(leftOut === 0
                ? []
                : [
                    {
                      level: 'warning',
                      descriptor: {id: 'results-left-out'},
                      message: {
                        text: `${leftOut} further results are left out to stay within the limits of code scanning.`,
                      },
                    },
                  ]),
            ],
          },
        ],
        originalUriBaseIds: {'%SRCROOT%': {description: {text: 'The root of the repository.'}}},
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, ids.indexOf(finding.rule), folder)),
      },
    ],
  }
  return JSON.stringify(log, null, 2) + '\n'
}

function ruleOf(rule: Rule) {
  const {id, title, help} = RULES[rule]
  return {
    id,
    name: id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase()),
    shortDescription: {text: `${title}.`},
    fullDescription: {text: help},
    help: {text: help},
    defaultConfiguration: {level: 'error'},
    properties: {tags: ['machine-learning', 'robustness']},
  }
}

function brokenCheck({name, error}: CheckResult) {
  return error === null
    ? []
    : [{level: 'error', descriptor: {id: error.code}, message: {text: said(`${name}: ${error.message}`)}}]
}

function resultOf(finding: Finding, ruleIndex: number, folder: string | undefined) {
  const {rule, level, message, advice, check, metric, place, fingerprint} = finding
  return {
    ruleId: RULES[rule].id,
    ruleIndex,
    level: level === 'error' ? 'error' : 'warning',
    message: {text: said(advice === '' ? message : `${message}. To do: ${advice}.`)},
    locations: [
      {
        physicalLocation: {artifactLocation: artifact(repositoryPath(place, folder)), region: {startLine: place.line}},
        logicalLocations: [{name: named(metric), fullyQualifiedName: named(`${check}: ${metric}`)}],
      },
    ],
    // The first is what GitHub tells alerts apart by; of itself it would hash the line, which changes with the limit.
    partialFingerprints: {primaryLocationLineHash: fingerprint, 'suretyGate/v1': fingerprint},
    properties: {
      expected: said(finding.expected),
      found: said(foundText(finding)),
      value: finding.value,
      limit: finding.limit,
    },
  }
}

/** A relative reference below the root of the repository, or the URI of a file elsewhere. */
function artifact(path: string) {
  const encoded = path
    .split('/')
    .map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, '\ufffd')))
    .join('/')
  if (path.startsWith('/')) return {uri: `file://${encoded}`}
  if (/^[A-Za-z]:\//.test(path)) return {uri: `file:///${path.slice(0, 2)}${encoded.slice(encoded.indexOf('/'))}`}
  return {uri: encoded, uriBaseId: '%SRCROOT%'}
}

const said = (text: string) => cut(visible(text), MESSAGE)
const named = (text: string) => cut(visible(text), NAME)

import type {Finding} from '../../gate/types.js'
import {plural} from '../format.js'
import type {GateReport} from '../../documents/reports.js'
import {visible} from '../../frame/visible.js'
import {aboutOf, cut, failing, interpretations, type RepositoryOptions, repositoryPath} from './view.js'

/** GitHub shows ten errors and ten warnings of a step and drops the others without a word. */
const SHOWN = 10
/** Lines of the annotation that stands for all that do not fit. */
const LISTED = 20
const TITLE = 255
const MESSAGE = 4000

/**
 * Workflow commands for GitHub Actions: at most ten errors and ten warnings, the worst first; the tenth stands for all
 * the others. A notice for each certificate says what it states.
 */
export function gateGithub(report: GateReport, {folder}: RepositoryOptions = {}): string {
  const {metrics} = report
  const findings = failing(metrics)
  const commands = (['error', 'warn'] as const).flatMap((level) =>
    annotations(
      findings.filter((finding) => finding.level === level),
      folder,
    ),
  )
  return [...commands, ...notices(report)].map((command) => `${command}\n`).join('')
}

/** What each certificate of a model with a known performance says; GitHub shows ten notices of a step. */
const notices = ({metrics}: GateReport): string[] =>
  interpretations(metrics)
    .filter(({check: {performance}}) => performance !== undefined)
    .slice(0, SHOWN)
    .map(
      ({check: {name}, text}) =>
        `::notice title=${property(cut(visible(`surety: ${name}`), TITLE))}::${data(cut(visible(text), MESSAGE))}`,
    )

function annotations(findings: readonly Finding[], folder: string | undefined): string[] {
  const single = findings.length <= SHOWN ? findings : findings.slice(0, SHOWN - 1)
  const rest = findings.slice(single.length)
  const command = (first: Finding, title: string, message: string) =>
    `::${first.level === 'error' ? 'error' : 'warning'} title=${property(cut(visible(title), TITLE))},file=${property(visible(repositoryPath(first.place, folder)))},line=${first.place.line}::${data(cut(message, MESSAGE))}`
  return [
    ...single.map((finding) => command(finding, `surety: ${finding.check}: ${aboutOf(finding)}`, messageOf(finding))),
    ...(rest.length === 0
      ? []
      : [command(rest[0]!, `surety: ${plural(rest.length, 'further finding')}`, restText(rest))]),
  ]
}

const messageOf = ({message, advice}: Finding) =>
  [message, advice]
    .filter((line) => line !== '')
    .map(visible)
    .join('\n')

function restText(rest: readonly Finding[]): string {
  const listed = rest.slice(0, LISTED).map(({message}) => cut(visible(message), 180))
  return [
    ...listed,
    ...(rest.length > LISTED ? [`and ${rest.length - LISTED} more: the job summary and the report hold all`] : []),
  ].join('\n')
}

const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

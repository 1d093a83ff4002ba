import {UsageError} from '../errors.js'
import {gateBadge} from './gate/badge.js'
import {gateGithub} from './gate/github.js'
import {gateGitlab} from './gate/gitlab.js'
import {gateJunit} from './gate/junit.js'
import {gateComment, gateMarkdown} from './gate/markdown.js'
import {gateSarif} from './gate/sarif.js'
import type {RepositoryOptions} from './gate/view.js'
import {gateHtml} from './html/gate.js'
import {toJson} from '../frame/json.js'
import type {GateReport} from '../documents/reports.js'
import {gateText} from './terminal/gate.js'
import type {TerminalOptions} from './terminal/style.js'

export type RenderOptions = RepositoryOptions &
  Partial<TerminalOptions> & {
    /** folder of the file that is written, for links to other files */
    from?: string
  }

interface Format {
  /** ends of file names that mean this format; the longest that fits decides */
  suffixes: readonly string[]
  render: (report: GateReport, options: RenderOptions) => string
}

/** Everything surety gate can write. */
const FORMATS = {
  badge: {suffixes: ['.badge.json'], render: gateBadge},
  comment: {suffixes: ['.comment.md'], render: gateComment},
  github: {suffixes: [], render: gateGithub},
  gitlab: {suffixes: ['.gitlab.json', 'gl-code-quality-report.json'], render: gateGitlab},
  html: {suffixes: ['.html', '.htm'], render: gateHtml},
  json: {suffixes: ['.json'], render: toJson},
  junit: {suffixes: ['.xml'], render: gateJunit},
  markdown: {suffixes: ['.md', '.markdown'], render: gateMarkdown},
  sarif: {suffixes: ['.sarif', '.sarif.json'], render: gateSarif},
  terminal: {
    suffixes: ['.txt'],
    render: (report, {columns = 80, colour = false}) => gateText(report, {columns, colour}),
  },
} satisfies Record<string, Format>

export type FormatName = keyof typeof FORMATS

export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[]

/** Of one report, beside those of the gate: a certificate for the card of a model. */
export const CARD = 'model-card'
export type ReportFormat = FormatName | typeof CARD
export const REPORT_FORMATS: readonly ReportFormat[] = [...FORMAT_NAMES, CARD]

/** As formatOf, for the formats of one report: a card is named, since any Markdown file may become one. */
export const reportFormatOf = (output: string): {format: ReportFormat; path: string} =>
  output.startsWith(`${CARD}:`) && output.length > CARD.length + 1
    ? {format: CARD, path: output.slice(CARD.length + 1)}
    : formatOf(output)

const isFormat = (name: string): name is FormatName => Object.hasOwn(FORMATS, name)

/** The report in a format; pure, and the same bytes for the same report. */
export function renderGate(report: GateReport, format: FormatName, options: RenderOptions = {}): string {
  const {render}: Format = FORMATS[format]
  return render(report, options)
}

/**
 * What a file shall hold: `junit:results.txt` says it, `results.xml` by its end.
 *
 * Throws  UsageError  the name before the colon is not a format, or the end of the file name is not known.
 */
export function formatOf(output: string): {format: FormatName; path: string} {
  // One letter before a colon is a drive.
  const [, prefix, rest] = /^([A-Za-z][\w-]+):(.*)$/s.exec(output) ?? []
  if (prefix !== undefined && rest !== undefined) {
    if (!isFormat(prefix))
      throw new UsageError(`'${prefix}' in '${output}' is not a format of surety gate`, [
        `use one of ${FORMAT_NAMES.join(', ')}, as in junit:results.xml`,
      ])
    if (rest === '')
      throw new UsageError(`'${output}' names a format and no file`, [
        `use ${prefix}:FILE, or --format ${prefix} for stdout`,
      ])
    return {format: prefix, path: rest}
  }
  const name = output.toLowerCase()
  const ends = FORMAT_NAMES.flatMap((format) => FORMATS[format].suffixes.map((suffix: string) => ({format, suffix})))
  const fitting = ends.filter(({suffix}) => name.endsWith(suffix)).sort((a, b) => b.suffix.length - a.suffix.length)[0]
  if (fitting === undefined)
    throw new UsageError(`the end of '${output}' does not say what to write`, [
      `use a known one (${ends.map(({suffix}) => suffix).join(', ')})`,
      'or say the format before the name, as in junit:results.txt',
    ])
  return {format: fitting.format, path: output}
}

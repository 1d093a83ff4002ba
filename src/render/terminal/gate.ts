import type {Finding} from '../../gate/types.js'
import {
  aboutOf,
  type CheckState,
  checkSummaries,
  failing,
  foundText,
  interpretations,
  suppressed,
} from '../gate/view.js'
import type {GateReport} from '../../documents/reports.js'
import {shorten, visible} from '../../frame/visible.js'
import {palette, type TerminalOptions} from './style.js'
import {type TerminalTable, tableLines} from './table.js'
import {finish, width, wrap} from './text.js'
import {verdictLines} from './verdict.js'

const LEVEL = {error: '✗ error', warn: '! warn'} as const
const STATE: Record<CheckState, string> = {broken: '✗', failed: '✗', warned: '!', passed: '✓'}
/**
 * A metric path tells its layer first and its statistic last: it is shortened in the middle, to this share of the line
 * if need be.
 */
const SHARE = 0.4
const SHOWN = 50
/** Readable line length of prose. */
const PROSE = 100

/**
 * The result of gate as text: verdict, what fails and what is accepted in a table each, every check in a line. Ends
 * with a newline.
 */
export function gateText({verdict, metrics}: GateReport, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const {columns} = options
  const tinted = (line: string) =>
    (line.startsWith('✗')
      ? paint.fail
      : line.startsWith('!')
        ? paint.warn
        : line.startsWith('✓')
          ? paint.pass
          : (text: string) => text)(line.slice(0, 1)) + line.slice(1)
  const section = (title: string, head: readonly string[], rows: readonly (readonly string[])[], long: number) => {
    if (rows.length === 0) return []
    const table = withShortened({head, rows: rows.slice(0, SHOWN), align: head.map(() => 'left')}, long, columns - 2)
    const [first, ...lines] = tableLines(table, columns - 2)
    const more =
      rows.length > SHOWN ? [`  … and ${rows.length - SHOWN} more, in the report and, if they fail, on stderr`] : []
    return ['', paint.bold(title), `  ${paint.dim(first!)}`, ...lines.map((line) => `  ${tinted(line)}`), ...more]
  }
  const accepted = suppressed(metrics)
  const checks = checkSummaries(metrics).map(({check, state, text}) => [
    STATE[state],
    check.name,
    text,
    `${check.command} ${check.subject}`.trim(),
  ])
  return finish([
    ...verdictLines(verdict, options),
    ...interpretations(metrics)
      .slice(0, SHOWN)
      .flatMap(({check, text}) => ['', ...wrap(`${check.name}: ${text}`, Math.min(columns, PROSE), '  ')]),
    ...section(
      'What fails',
      ['', 'check', 'metric', 'expected', 'found'],
      failing(metrics).map((finding) => [LEVEL[finding.level], ...demand(finding)]),
      2,
    ),
    ...section(
      'Accepted for now',
      ['check', 'metric', 'expected', 'found', 'until'],
      accepted.map((finding) => [...demand(finding), finding.suppression?.expires ?? '']),
      1,
    ),
    ...accepted.flatMap(({check, metric, suppression}) =>
      wrap(`${check}, ${shorten(metric, 40)}: ${suppression?.reason ?? ''}`, columns - 2, '  ').map(
        (line) => `  ${paint.dim(line)}`,
      ),
    ),
    ...section('Checks', ['', 'check', 'result', 'of'], checks, 3),
  ])
}

const demand = (finding: Finding) => [finding.check, aboutOf(finding), finding.expected, finding.found]

/** The table with the texts of one column shortened in the middle, to what the others leave of the line. */
function withShortened(table: TerminalTable, column: number, columns: number): TerminalTable {
  const rows = [table.head, ...table.rows].map((row) => row.map(visible))
  const widths = table.head.map((_, i) => Math.max(...rows.map((row) => width(row[i]!))))
  const others = widths.reduce((sum, w, i) => (i === column ? sum : sum + w + 2), 0)
  const room = Math.max(Math.floor(SHARE * columns), columns - others)
  const [head, ...shortened] = rows.map((row) => row.map((cell, i) => (i === column ? shorten(cell, room) : cell)))
  return {
    ...table,
    head: head!,
    rows: shortened,
    least: widths.map((w, i) => (i === column ? Math.min(w, room) : undefined)),
  }
}

/**
 * Every failing finding for stderr: what was expected, what was found, what to do. Empty without any; else ends with a
 * newline.
 */
export function gateFailuresText({metrics}: Pick<GateReport, 'metrics'>, options: TerminalOptions): string {
  const findings = failing(metrics)
  return findings.length === 0 ? '' : finish(findings.flatMap((finding) => failureLines(finding, options)))
}

function failureLines(finding: Finding, options: TerminalOptions): string[] {
  const paint = palette(options.colour)
  const label = finding.level === 'error' ? 'error:' : 'warning:'
  const [first, ...rest] = wrap(`${label} ${finding.check}: ${aboutOf(finding)}`, options.columns, '  ')
  const fact = (name: string, value: string) =>
    wrap(`${name.padEnd(10)}${value}`, options.columns - 2, ' '.repeat(10)).map((line) => `  ${line}`)
  return [
    (finding.level === 'error' ? paint.fail : paint.warn)(label) + first!.slice(label.length),
    ...rest,
    ...fact('expected', finding.expected),
    ...fact('found', foundText(finding)),
    ...fact('to do', finding.advice),
    ...fact('asked in', `${finding.place.path}:${finding.place.line}`),
  ]
}

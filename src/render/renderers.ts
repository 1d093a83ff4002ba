import {InputError, InternalError, SuretyError, UsageError} from '../errors.js'
import {CARD, renderGate, type RenderOptions, type ReportFormat} from './formats.js'
import {certifyHtml} from './html/certify.js'
import {driftHtml} from './html/drift.js'
import {evaluateHtml} from './html/evaluate.js'
import {hardenHtml} from './html/harden.js'
import {historyHtml} from './html/history.js'
import {judgeHtml} from './html/judge.js'
import {sanitizeHtml} from './html/sanitize.js'
import {toJson} from '../frame/json.js'
import {modelCard} from './model-card.js'
import {certifyMarkdown, sanitizeMarkdown} from './markdown.js'
import type {AnyReport} from '../documents/reports.js'
import {attackText} from './terminal/attack.js'
import {certifyText} from './terminal/certify.js'
import {checkText} from './terminal/check.js'
import {doctorText} from './terminal/doctor.js'
import {driftText} from './terminal/drift.js'
import {evaluateText} from './terminal/evaluate.js'
import {hardenText} from './terminal/harden.js'
import {historyText} from './terminal/history.js'
import {judgeText} from './terminal/judge.js'
import {sanitizeText} from './terminal/sanitize.js'
import type {TerminalOptions} from './terminal/style.js'
import {verifyText} from './terminal/verify.js'

type Command = Exclude<AnyReport['command'], 'gate'>
type ReportOf<C extends Command> = Extract<AnyReport, {command: C}>

interface Renderers<Of> {
  terminal: (report: Of, options: TerminalOptions) => string
  html?: (report: Of) => string
  markdown?: (report: Of) => string
}

/** What each command's report can become, besides JSON; the gate's has a table of its own. */
const RENDERERS: {[C in Command]: Renderers<ReportOf<C>>} = {
  attack: {terminal: attackText},
  certify: {terminal: certifyText, html: certifyHtml, markdown: certifyMarkdown},
  check: {terminal: checkText},
  doctor: {terminal: doctorText},
  drift: {terminal: driftText, html: driftHtml},
  evaluate: {terminal: evaluateText, html: evaluateHtml},
  harden: {terminal: hardenText, html: hardenHtml},
  history: {terminal: historyText, html: historyHtml},
  judge: {terminal: judgeText, html: judgeHtml},
  sanitize: {terminal: sanitizeText, html: sanitizeHtml, markdown: sanitizeMarkdown},
  verify: {terminal: verifyText},
}

/**
 * A report of any command in a format; pure, and the same bytes for the same report.
 *
 * Throws  UsageError  the command's report has no such form.
 */
export function renderReport(report: AnyReport, format: ReportFormat, options: RenderOptions = {}): string {
  if (format === CARD) {
    if (report.command === 'certify') return modelCard(report)
    throw new UsageError(`a report of surety ${report.command} is no card of a model`, [
      'give the report of surety certify (surety gate --reports DIR keeps that of each check)',
    ])
  }
  if (report.command === 'gate') return renderGate(report, format, options)
  if (format === 'json') return toJson(report)
  const renderers = RENDERERS[report.command] as Renderers<AnyReport>
  const {columns = 80, colour = false} = options
  switch (format) {
    case 'terminal':
      return renderers.terminal(report, {columns, colour})
    case 'html':
    case 'markdown': {
      const render = renderers[format]
      if (render !== undefined) return render(report)
    }
  }
  throw new UsageError(`a report of surety ${report.command} cannot be written as ${format}`, [
    `it can be ${['json', ...Object.keys(renderers)].sort().join(', ')}`,
    ...(format === 'html' || format === 'markdown'
      ? []
      : ['surety gate judges it and writes that: name it under "report" in a check']),
  ])
}

/**
 * `renderReport` of a report that was read from a file. What fits the schema may still contradict itself (a layer that
 * is named and not there), which
 * surety never writes.
 *
 * Throws  UsageError  as renderReport.  InputError  the report cannot be shown.
 */
export function renderReadReport(
  report: AnyReport,
  path: string,
  format: ReportFormat,
  options: RenderOptions = {},
): string {
  try {
    return renderReport(report, format, options)
  } catch (cause) {
    if (cause instanceof SuretyError && !(cause instanceof InternalError)) throw cause
    throw new InputError(
      `${path}: its members contradict each other, so it cannot be shown as ${format}`,
      [`write the report again with surety ${report.command}`],
      {cause},
    )
  }
}

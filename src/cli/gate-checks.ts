import {UsageError} from '../errors.js'
import {type CheckRun, metricSegments, thresholdsOf} from '../gate/gate.js'
import type {Schema} from '../gate/metric-schema.js'
import type {CheckConfig, GateConfig} from '../gate/types.js'
import type {SelectedEngine} from '../pairwise/select.js'
import type {AnyReport} from '../documents/reports.js'
import {certifyReport} from './certify-run.js'
import {certifyFlags, type CertifyFlags} from './certify-flags.js'
import {checkFlags} from './check-flags.js'
import {fromEnvironment, readVariables} from './environment.js'
import {defined, seedFlag} from './flags.js'
import {toFailure} from './failure.js'
import {requireInputMemory} from './input-memory.js'
import type {OnProgress} from './progress.js'
import type {ReportCache} from './report-cache.js'
import {withChecksum} from '../frame/checksum.js'
import {RunFrame} from './run-frame.js'
import {isoDate, requestOf, sanitizeFlags, type SanitizeFlags} from './sanitize-flags.js'
import {openGraph, outcomeOf, settingOf} from './sanitize-run.js'
import {readTrusted} from './trusted-report.js'

/** What all checks of a gate share. */
export interface GateContext {
  seed: number
  threads: number | undefined
  engine: () => Promise<SelectedEngine>
  /** null: every check is computed */
  cache: ReportCache | null
  onProgress: OnProgress
  /** share of α, for certificates */
  alphaShare?: number
}

type Prepared = {name: string} & (
  | {kind: 'certify'; path: string; flags: CertifyFlags}
  | {kind: 'sanitize'; path: string; flags: SanitizeFlags}
  | {kind: 'report'; path: string}
)

export interface GateRuns {
  runs: Map<string, CheckRun>
  /** checks whose reports came from the cache */
  cached: string[]
}

const FLAGS = {
  certify: fromEnvironment('certify', {...certifyFlags, seed: seedFlag()}),
  sanitize: fromEnvironment('sanitize', {...sanitizeFlags, seed: seedFlag()}),
}

/**
 * The reports of the requested checks. Options and metric paths of all checks are validated before the first one runs.
 * If a check fails at run time, its error replaces its report, and the others continue.
 *
 * Throws  UsageError  an unknown option, metric or check.
 */
export async function runChecks(
  config: GateConfig,
  only: readonly string[] | null,
  schema: Schema,
  context: GateContext,
): Promise<GateRuns> {
  const chosen = Object.entries(config.checks).filter(([name]) => only === null || only.includes(name))
  const prepared: Prepared[] = []
  for (const [name, check] of chosen) {
    const each = budgeted(await prepare(name, check, context.seed), context.alphaShare)
    if (each.kind !== 'report') requireKnownMetrics(check, each.kind, schema)
    prepared.push(each)
  }
  const runs = new Map<string, CheckRun>()
  const cached: string[] = []
  for (const [k, each] of prepared.entries()) {
    const onProgress: OnProgress = (stage, done, total) =>
      context.onProgress(`${each.name} (${k + 1} of ${prepared.length}): ${stage}`, done, total)
    try {
      const {report, fromCache} = await reportOf(each, {...context, onProgress})
      if (each.kind === 'report') requireKnownMetrics(config.checks[each.name]!, report.command, schema)
      if (fromCache) cached.push(each.name)
      runs.set(each.name, {report})
    } catch (error) {
      const {code, message, nextSteps} = toFailure(error)
      // A bug in surety is not a check's result.
      if (code === 'INTERNAL' || error instanceof UsageError) throw error
      runs.set(each.name, {error: {code, message, nextSteps}})
    }
  }
  return {runs, cached}
}

/** Sets a certificate's share of α; an existing report has already used its own. */
function budgeted(each: Prepared, share: number | undefined): Prepared {
  if (share === undefined || each.kind === 'sanitize') return each
  if (each.kind === 'report')
    throw new UsageError(
      `checks.${each.name} judges an existing report, whose α the budget of this history cannot set`,
      ['name the checkpoint with "certify", or leave "budget" out'],
    )
  return {...each, flags: {...each.flags, alpha: share * each.flags.alpha}}
}

function requireKnownMetrics(check: CheckConfig, command: string, schema: Schema): void {
  for (const [metric] of thresholdsOf(check)) if (metric !== 'verdict') metricSegments(metric, command, schema)
}

async function prepare(
  name: string,
  {certify, sanitize, report, options = {}}: CheckConfig,
  seed: number,
): Promise<Prepared> {
  const place = `checks.${name}`
  const all = {seed, ...options}
  const parsed = <Flags>(command: keyof typeof FLAGS): Promise<Flags> => {
    readVariables(command, FLAGS[command])
    return checkFlags(place, all, FLAGS[command])
  }
  if (certify !== undefined) return {name, kind: 'certify', path: certify, flags: await parsed('certify')}
  if (sanitize !== undefined) return {name, kind: 'sanitize', path: sanitize, flags: await parsed('sanitize')}
  return {name, kind: 'report', path: report!}
}

async function reportOf(check: Prepared, context: GateContext): Promise<{report: AnyReport; fromCache: boolean}> {
  if (check.kind === 'report') return {report: await readTrusted(check.path), fromCache: false}
  const compute = () =>
    check.kind === 'certify'
      ? certifyCheck(check.path, check.flags, context)
      : sanitizeCheck(check.path, check.flags, context)
  if (context.cache === null) return {report: await compute(), fromCache: false}
  // Suppressions expire, so a report with them depends on the date.
  const today = check.kind === 'sanitize' && check.flags.suppress !== undefined ? isoDate() : null
  return context.cache.through({command: check.kind, path: check.path, options: {...check.flags, today}}, compute)
}

async function certifyCheck(path: string, flags: CertifyFlags, {engine, onProgress}: GateContext): Promise<AnyReport> {
  requireInputMemory([path, flags.data], flags['max-memory'])
  const {openCheckpoint} = await import('../checkpoint/index.js')
  const checkpoint = await openCheckpoint(path)
  try {
    return await certifyReport(checkpoint, {path, flags, engine, frames: new RunFrame('certify'), onProgress})
  } finally {
    await checkpoint.close()
  }
}

async function sanitizeCheck(
  path: string,
  flags: SanitizeFlags,
  {engine, threads, onProgress}: GateContext,
): Promise<AnyReport> {
  requireInputMemory([path, flags.features], flags['max-memory'])
  const frames = new RunFrame('sanitize')
  const opened = await openGraph(requestOf(path, flags))
  const {sanitize} = await import('../sanitize/sanitize.js')
  const selected = await engine()
  const run = {...defined({threads, memoryLimitBytes: flags['max-memory']}), threads: selected.threads, onProgress}
  const result = await sanitize(opened.normalised.graph, opened.options, selected.engine, run).finally(() =>
    selected.engine.close(),
  )
  const {outcome} = outcomeOf(opened, settingOf(opened, selected), result, undefined)
  return withChecksum({...frames.report(outcome, flags.seed), command: 'sanitize'})
}

/** The checks that the user named. Throws UsageError for an unknown one. */
export function chosenChecks(config: GateConfig, only: readonly string[] | undefined): string[] | null {
  if (only === undefined) return null
  const names = Object.keys(config.checks)
  const unknown = only.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`--only names the check ${JSON.stringify(unknown)}, which does not exist`, [
      `the checks are ${names.join(', ')}`,
    ])
  return [...only]
}

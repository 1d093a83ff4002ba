import {UsageError} from '../errors.js'
import {type CheckRun, gate, thresholdsOf} from '../gate/gate.js'
import {budgetSentence, budgetShare} from '../gate/budget.js'
import type {Schema} from '../gate/metric-schema.js'
import {demandOf} from '../gate/thresholds.js'
import {incomparable} from '../gate/comparable.js'
import type {CheckResult, GateConfig, Level} from '../gate/types.js'
import type {SelectedEngine} from '../pairwise/select.js'
import {changesOf} from '../documents/history.js'
import type {AnyReport, GateReport} from '../documents/reports.js'
import {readSchema} from '../documents/schema.js'
import {withChecksum} from '../frame/checksum.js'
import type {InputFile, Json, Note} from '../frame/report.js'
import {baselineSource, readBaselines} from './baselines.js'
import {requireFolder, writePages} from './gate-pages.js'
import {chosenChecks, type GateRuns, runChecks} from './gate-checks.js'
import type {OpenedConfig} from './gate-config.js'
import type {OnProgress} from './progress.js'
import {ReportCache} from './report-cache.js'
import type {RunFrame} from './run-frame.js'
import {isoDate} from './sanitize-flags.js'

export interface GateSettings {
  seed: number
  threads?: number | undefined
  baseline?: string | undefined
  only?: string[] | undefined
  cache?: string | undefined
  /** run number in a history with a budget */
  run?: number | undefined
  /** folder for one page per check */
  reports?: string | undefined
}

export interface GateTools {
  engine: () => Promise<SelectedEngine>
  onProgress: OnProgress
}

/** The reports of a configuration's checks, computed or from the cache. */
export async function checkRuns(
  {config}: OpenedConfig,
  {seed, threads, only, cache, run}: GateSettings,
  {engine, onProgress}: GateTools,
): Promise<GateRuns> {
  if (cache !== undefined) await requireFolder(cache, 'cache')
  const chosen = chosenChecks(config, only)
  return runChecks(config, chosen, reportSchema(), {
    seed,
    threads,
    engine,
    onProgress,
    ...(config.budget === undefined || run === undefined ? {} : {alphaShare: budgetShare(config.budget, run)}),
    cache: cache === undefined ? null : new ReportCache(cache, await engineName(engine)),
  })
}

/** Judges a configuration. `broken`: a check could not be run or compared. */
export async function gateReport(
  opened: OpenedConfig,
  settings: GateSettings & {'fail-level': string},
  tools: GateTools,
  frames: RunFrame,
): Promise<{report: GateReport; broken: boolean}> {
  const {config, file, placeOf} = opened
  refuseHalfABudget(config, settings)
  const source = settings.baseline === undefined ? null : baselineSource(settings.baseline)
  const names = chosenChecks(config, settings.only) ?? Object.keys(config.checks)
  // Checked before any computation, so that a missing revision is reported at once.
  if (source === null) refuseWithoutBaseline(config, names)
  const baselines = source === null ? null : await readBaselines(source, names)
  if (settings.reports !== undefined) await requireFolder(settings.reports, 'reports')
  const {runs, cached} = await checkRuns(opened, settings, tools)
  const {metrics, verdict, broken} = gate({
    config,
    runs,
    baselines,
    today: isoDate(),
    failLevel: settings['fail-level'] as Exclude<Level, 'off'>,
    placeOf,
    schema: reportSchema(),
  })
  besideBaselines(metrics.checks, runs, baselines)
  if (config.budget !== undefined) verdict.meaning.push(budgetSentence(config.budget, settings.run!))
  const reports = reportsOf(runs)
  if (settings.reports !== undefined) await writePages(settings.reports, runs, metrics.checks)
  const setting = {
    inputs: distinct([file, ...reports.flatMap(([, {inputs}]) => inputs)]),
    config: {
      checks: config.checks as unknown as Json,
      suppressions: (config.suppressions ?? []) as unknown as Json,
      baseline: settings.baseline ?? null,
      only: settings.only ?? null,
      failLevel: settings['fail-level'],
      ...(config.budget === undefined ? {} : {budget: config.budget, run: settings.run!}),
    },
    engine: {
      report: reports.find(([, {command}]) => command === 'certify' || command === 'sanitize')?.[1].engine ?? {
        name: 'none',
        precision: 'fp64' as const,
        tried: [],
      },
      threads: settings.threads ?? 1,
    },
    notes: reports.flatMap(([name, {notes}]) =>
      notes
        .filter(({level}) => level === 'warning')
        .map((note): Note => ({...note, message: `${name}: ${note.message}`})),
    ),
  }
  const report: GateReport = withChecksum({
    ...frames.report({...setting, metrics, verdict}, settings.seed),
    command: 'gate' as const,
  })
  if (cached.length > 0 && report.run) report.run.cached = cached
  return {report, broken}
}

/** Compares the metrics of each check's report with the baseline, for pull requests. */
function besideBaselines(
  checks: CheckResult[],
  runs: ReadonlyMap<string, CheckRun>,
  baselines: ReadonlyMap<string, AnyReport> | null,
): void {
  for (const check of checks) {
    const run = runs.get(check.name)
    const before = baselines?.get(check.name)
    if (before === undefined || run === undefined || 'error' in run) continue
    const reason = incomparable(run.report, before)
    check.before = {reason, changes: reason === null ? changesOf(run.report as AnyReport, before) : []}
  }
}

/** Throws UsageError: a budget without a run number, a run number without a budget, or a budget with a baseline. */
function refuseHalfABudget({budget}: GateConfig, {run, baseline}: GateSettings): void {
  if (budget !== undefined && run === undefined)
    throw new UsageError('the configuration has a budget, and nothing says which run of its history this is', [
      'give --run a number that no earlier run had, as --run "$GITHUB_RUN_NUMBER"',
    ])
  if (budget === undefined && run !== undefined)
    throw new UsageError(
      `--run ${run} numbers the runs of a history with a budget, but the configuration has no budget`,
      ['add "budget": "independent", or leave --run out'],
    )
  if (budget !== undefined && baseline !== undefined)
    throw new UsageError(
      'each run of a budget has an α of its own, so its bounds are not to be held against a baseline',
      ['leave out one of the two'],
    )
}

/** Throws UsageError: a threshold needs a baseline, but none is named. */
function refuseWithoutBaseline(config: GateConfig, names: readonly string[]): void {
  for (const name of names) {
    for (const [metric, threshold] of thresholdsOf(config.checks[name]!)) {
      const {level, limits} = demandOf(threshold)
      if (level === 'off' || limits?.baseline === undefined) continue
      throw new UsageError(`checks.${name}: ${metric} is compared with a baseline, and none is named`, [
        'give --baseline a report, a folder or git:REF, or set "baseline" in the configuration',
        'surety baseline update writes one',
      ])
    }
  }
}

const reportSchema = () => readSchema('report.schema.json') as Schema

export const reportsOf = (runs: ReadonlyMap<string, CheckRun>) =>
  [...runs].flatMap(([name, run]) => ('report' in run ? [[name, run.report] as const] : []))

function distinct(files: readonly InputFile[]): InputFile[] {
  return [...new Map(files.map((file) => [`${file.path}\n${file.sha256}`, file])).values()]
}

/** The engine's name in cache keys, because results of engines may differ in the last digits. */
async function engineName(select: GateTools['engine']): Promise<string> {
  const {report, engine} = await select()
  await engine.close()
  return `${report.name} ${report.precision}`
}

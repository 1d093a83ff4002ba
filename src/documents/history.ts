import type {MetricChange} from '../gate/types.js'
import type {Note, Verdict} from '../frame/report.js'
import type {HistoryMetrics, HistoryRun, HistorySeries} from './history-types.js'
import type {AnyReport, CertifyReport, GateReport, SanitizeReport} from './reports.js'

/** A report found in a run, or why the file is not one; such a file in a folder belongs to no run. */
export type HistoryEntry = {path: string; group: string} & (
  | {run: number; report: AnyReport}
  | {run: number | null; fault: string}
)

interface Reading {
  metric: string
  value: number | null
  worse: HistorySeries['worse']
  limit?: number
}

/** Metrics of earlier reports by run; reports that are not comparable are listed with the reason. */
export function historyOf(
  runs: readonly HistoryRun[],
  entries: readonly HistoryEntry[],
): {metrics: HistoryMetrics; verdict: Verdict; notes: Note[]} {
  const series = new Map<string, HistorySeries>()
  const skipped: HistoryMetrics['skipped'] = []
  const latest = new Map<string, number>()
  const versions = new Set<string>()
  for (const entry of entries) if ('report' in entry) latest.set(entry.report.command, entry.report.algorithm ?? 0)
  for (const entry of entries) {
    const skip = (reason: string) =>
      skipped.push({run: entry.run === null ? null : runs[entry.run]!.name, path: entry.path, reason})
    if ('fault' in entry) {
      skip(entry.fault)
      continue
    }
    const {report} = entry
    const readings = readingsOf(report)
    if (readings === null) {
      skip(`is a report of surety ${report.command}, of which no metric is drawn`)
      continue
    }
    const algorithm = report.algorithm ?? 0
    if (algorithm !== latest.get(report.command)) {
      skip(
        `was made by surety ${report.version}, whose figures are computed in another way (algorithm ${algorithm}, the latest report has ${latest.get(report.command)})`,
      )
      continue
    }
    versions.add(report.version)
    for (const {metric, value, worse, limit = null} of readings) {
      const key = JSON.stringify([entry.group, report.command, metric])
      const one = series.get(key) ?? {
        group: entry.group,
        metric,
        worse,
        limit,
        values: new Array<number | null>(runs.length).fill(null),
      }
      one.limit = limit
      one.values[entry.run] = value
      series.set(key, one)
    }
  }
  const drawn = [...series.values()].filter(({values}) => values.some((value) => value !== null))
  const reports = entries.length - skipped.length
  return {
    metrics: {runs: [...runs], series: drawn, skipped},
    verdict: {
      status: drawn.length === 0 ? 'inconclusive' : 'done',
      summary: `${drawn.length} ${drawn.length === 1 ? 'metric' : 'metrics'} over ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, from ${reports} of ${entries.length} files${worsened(drawn)}`,
      meaning: [
        'A point is what the report of that run states: of a certificate its bound, not the estimate. Bounds of two runs may differ by chance alone; surety gate --baseline compares two of them example by example.',
      ],
    },
    notes:
      versions.size > 1
        ? [
            {
              level: 'info',
              code: 'several-versions',
              message: `the reports were made by surety ${[...versions].sort().join(', ')}; their figures are computed in the same way`,
            },
          ]
        : [],
  }
}

/** Compares the last value with the first, for metrics with a known direction. */
function worsened(series: readonly HistorySeries[]): string {
  const known = series.filter(({worse, values}) => worse !== null && values.filter((x) => x !== null).length > 1)
  if (known.length === 0) return ''
  const worse = known.filter(({worse: way, values}) => {
    const [first, last] = endsOf(values)
    return way === 'lower' ? last < first : last > first
  })
  return `; ${worse.length} of ${known.length} stand worse than in their first run`
}

/** First and last number of a series. */
export function endsOf(values: readonly (number | null)[]): [number, number] {
  const numbers = values.filter((value) => value !== null)
  return [numbers[0]!, numbers.at(-1)!]
}

/** The values of the same metrics in two reports of one command; metrics that neither has are left out. */
export function changesOf(now: AnyReport, before: AnyReport): MetricChange[] {
  const earlier = new Map((readingsOf(before) ?? []).map(({metric, value}) => [metric, value]))
  return (readingsOf(now) ?? [])
    .map(({metric, value, worse}) => ({metric, before: earlier.get(metric) ?? null, now: value, worse}))
    .filter((change) => change.before !== null || change.now !== null)
}

/** The metrics that are drawn: bounds, never estimates. null: none for this command. */
function readingsOf(report: AnyReport): Reading[] | null {
  switch (report.command) {
    case 'certify':
      return ofCertificate(report)
    case 'sanitize':
      return ofGraph(report)
    case 'gate':
      return ofGate(report)
    default:
      return null
  }
}

function ofCertificate({metrics: {performance, headline, slices}}: CertifyReport): Reading[] {
  const worst = (slices ?? []).flatMap(({performance: of}) => of?.lower ?? [])
  const certified = headline?.status === 'certified'
  return [
    {metric: 'performance.lower', value: performance?.lower ?? null, worse: 'lower'},
    {metric: 'performance.upper', value: performance?.upper ?? null, worse: 'higher'},
    {metric: 'headline.bound', value: certified ? headline.bound : null, worse: 'higher'},
    {metric: 'headline.lift', value: headline?.lift ?? null, worse: 'higher'},
    {metric: 'worst slice, performance.lower', value: worst.length === 0 ? null : Math.min(...worst), worse: 'lower'},
  ]
}

function ofGraph({metrics: {randomEdges, gkcBefore}}: SanitizeReport): Reading[] {
  const judged = randomEdges !== undefined && randomEdges.finding !== 'not enough evidence to judge'
  return [
    {metric: 'randomEdges.share.low', value: judged ? randomEdges.share.low : null, worse: 'higher'},
    {metric: 'randomEdges.share.high', value: judged ? randomEdges.share.high : null, worse: 'higher'},
    {metric: 'gkcBefore', value: gkcBefore, worse: null},
  ]
}

function ofGate({metrics: {counts, findings}}: GateReport): Reading[] {
  const judged = findings.flatMap(({check, metric, rule, value, limit}): Reading[] => {
    if (rule !== 'min' && rule !== 'max' && rule !== 'present') return []
    const worse = rule === 'min' ? 'lower' : rule === 'max' ? 'higher' : null
    return [{metric: `${check}: ${metric}`, value, worse, ...(limit === null ? {} : {limit})}]
  })
  return [
    {metric: 'errors', value: counts.errors, worse: 'higher'},
    {metric: 'warnings', value: counts.warnings, worse: 'higher'},
    ...judged.sort((a, b) => (a.metric < b.metric ? -1 : a.metric > b.metric ? 1 : 0)),
  ]
}

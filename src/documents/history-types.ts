/** Origin of past reports: a commit, or a file in a folder; earliest first. */
export interface HistoryRun {
  /** short hash of the commit, or path of the file */
  name: string
  /** ISO date of the commit or the report; null: unknown */
  at: string | null
  /** first line of the commit's message; empty for files */
  title: string
}

/** One metric of one subject over the runs. */
export interface HistorySeries {
  /** report path in git, or what the report is about */
  group: string
  metric: string
  /** which direction is worse, if known */
  worse: 'lower' | 'higher' | null
  /** the threshold of the last run; null: none */
  limit: number | null
  /** [runs] null: the run does not have this number */
  values: (number | null)[]
}

export interface HistoryMetrics {
  runs: HistoryRun[]
  series: HistorySeries[]
  /** reports that are not drawn, with the reason; run null: a file that is not a run */
  skipped: {run: string | null; path: string; reason: string}[]
}

/** Where past reports stand: a commit, or a file of a folder; earliest first. */
export interface HistoryRun {
  /** short hash of the commit, or path of the file */
  name: string
  /** ISO date: of the commit, or when the report was made; null: the report does not say */
  at: string | null
  /** first line of the commit's message; empty for files */
  title: string
}

/** One metric of one subject over the runs. */
export interface HistorySeries {
  /** report path in git, or what the report is about */
  group: string
  metric: string
  /** which way is worse, where it is known */
  worse: 'lower' | 'higher' | null
  /** what the last run demands of it; null: nothing */
  limit: number | null
  /** [runs] null: this run has no such number */
  values: (number | null)[]
}

export interface HistoryMetrics {
  runs: HistoryRun[]
  series: HistorySeries[]
  /** what was there and is not drawn, each with the reason; run null: a file that is no run */
  skipped: {run: string | null; path: string; reason: string}[]
}

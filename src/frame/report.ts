/**
 * The report: plain JSON (no typed arrays, NaN or Infinity), the same bytes for the same input, seed and version,
 * except the `run` block. Scripts outside the repository rely on these names: extend, never rename.
 */
export interface Report<Metrics = unknown> {
  schemaVersion: 1
  command: string
  /** of surety */
  version: string
  /** changes whenever the same input gives other figures: reports of different ones cannot be compared; absent: 0 */
  algorithm?: number
  seed: number
  engine: EngineReport
  inputs: InputFile[]
  /** every option that has an effect, after defaults */
  config: Record<string, Json>
  metrics: Metrics
  verdict: Verdict
  notes: Note[]
  /** sha256 of everything here but `run`; absent where nothing reads the report again, and in earlier versions */
  checksum?: string
  /** a baseline without single examples, from which no bound can be made again: the checksum of the whole report */
  slim?: {checksum: string}
  /** what may differ between two runs with the same result */
  run?: RunInfo
}

/** What surrounds a result: where the result comes from and how it was computed. */
export type Frame = Omit<Report, 'metrics' | 'verdict'>

export type Json = string | number | boolean | null | Json[] | {[key: string]: Json}

export interface EngineReport {
  name: string
  precision: 'fp64' | 'fp32'
  /** every engine looked at, in order, and why it was taken or passed over */
  tried: {name: string; outcome: string}[]
}

export interface InputFile {
  /** as given on the command line, never resolved to a machine's absolute path */
  path: string
  sha256: string
  bytes: number
  /** what certify took it for; `embeddings` is a checkpoint and its data in one */
  role?: 'model' | 'data' | 'embeddings' | 'pairs' | 'against'
}

export interface Verdict {
  /**
   * pass and fail: held against limits that somebody set. certified, nothing-certified: facts that nobody set a limit
   * for. uninformative: what holds says nothing of the model. done: nothing was judged (plain statistics, a cleaned graph
   * without a threshold)
   */
  status: 'pass' | 'fail' | 'inconclusive' | 'done' | 'certified' | 'nothing-certified' | 'uninformative'
  /** one sentence in plain words with the figures that matter */
  summary: string
  /** what the verdict means, and what it does not */
  meaning: string[]
}

/** Something the reader should know; libraries return notes, they never print. */
export interface Note {
  level: 'info' | 'warning'
  /** stable, kebab-case */
  code: string
  message: string
}

export interface RunInfo {
  startedAt: string
  elapsedMs: number
  node: string
  platform: string
  cpus: number
  peakMemoryBytes: number
  /** checks of a gate whose reports came from the cache */
  cached?: string[]
}

import type {SelectedEngine} from '../pairwise/select.js'
import type {Frame, InputFile, Json, Note, Report, Verdict} from '../frame/report.js'
import {ALGORITHM, VERSION} from '../version.js'

/** A command's result, from which the report is made. */
export interface CommandOutcome<Metrics> extends Setting {
  metrics: Metrics
  verdict: Verdict
}

/** The origin of a result. */
export interface Setting {
  inputs: InputFile[]
  config: Record<string, Json>
  engine: Pick<SelectedEngine, 'report' | 'threads'> & Partial<Pick<SelectedEngine, 'notes'>>
  notes: Note[]
}

/** The frame of a run's reports: where the result comes from and how it was computed. */
export class RunFrame {
  private readonly startedAt = new Date()

  constructor(private readonly command: string) {}

  /** `command`: the command of the result, if it is another one (merge). */
  report<Metrics>(
    {metrics, verdict, ...setting}: CommandOutcome<Metrics>,
    seed: number,
    command = this.command,
  ): Report<Metrics> {
    return {...this.frame(setting, seed, command), metrics, verdict}
  }

  frame({inputs, config, engine, notes}: Setting, seed: number, command = this.command): Frame {
    const algorithm = ALGORITHM[command]
    return {
      schemaVersion: 1,
      command,
      version: VERSION,
      ...(algorithm === undefined ? {} : {algorithm}),
      seed,
      engine: engine.report,
      inputs,
      config,
      notes: [...(engine.notes ?? []), ...notes],
      run: {
        startedAt: this.startedAt.toISOString(),
        elapsedMs: Date.now() - this.startedAt.getTime(),
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        cpus: engine.threads,
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      },
    }
  }
}

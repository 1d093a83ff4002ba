import {Command, Flags, type Interfaces} from '@oclif/core'
import type {Frame, Note, Report, Verdict} from '../frame/report.js'
import {toJson} from '../frame/json.js'
import {notesText} from '../render/terminal/notes.js'
import {selectEngine, type SelectedEngine} from '../pairwise/select.js'
import type {DeviceSource} from '../pairwise/sources.js'
import {EXIT} from './failure.js'
import {fromEnvironment, readVariables} from './environment.js'
import {GROUP, seedFlag} from './flags.js'
import {expandArguments, givenOptions} from './given-options.js'
import {Progress} from './progress.js'
import {type CommandOutcome, RunFrame, type Setting} from './run-frame.js'
import {shown, terminalOf} from './terminal.js'

/** Verdicts with the exit code of a failed gate. */
const FAILING: readonly string[] = [
  'fail',
  'inconclusive',
  'nothing-certified',
  'uninformative',
] satisfies Verdict['status'][]

export interface RunFlags {
  seed: number
  device: string
  threads: number | undefined
  'require-gpu': boolean
}

/** A command without a report: it only prints text. */
export abstract class PlainCommand extends Command {
  /** Errors are printed in one place, in main. */
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error)
  }
}

/**
 * Handles exit codes, the seed, the device and the streams. stdout gets only the result; progress and notes go to
 * stderr. A command is: flags → service → outcome → `report` → renderers.
 */
export abstract class BaseCommand extends PlainCommand {
  static override enableJsonFlag = true

  static override baseFlags = fromEnvironment(null, {
    seed: seedFlag(),
    device: Flags.string({
      default: 'auto',
      options: ['auto', 'cpu', 'webgpu', 'tfjs'],
      helpGroup: GROUP.run,
      description: 'where pairwise statistics run; a device requested by name must be present',
    }),
    'require-gpu': Flags.boolean({
      helpGroup: GROUP.run,
      description: 'fail unless a hardware GPU does all the work',
    }),
    quiet: Flags.boolean({
      char: 'q',
      helpGroup: GROUP.output,
      description: 'stdout shows the verdict only, stderr warnings and errors only',
    }),
    threads: Flags.integer({
      min: 1,
      max: 256,
      helpGroup: GROUP.run,
      description: 'processor threads (default: all cores)',
    }),
  })

  private quiet = false
  protected readonly progress = new Progress(process.stderr)
  protected readonly frames = new RunFrame(this.id ?? this.ctor.id)

  protected override async init(): Promise<void> {
    await super.init()
    readVariables(this.id ?? this.ctor.id, {...this.ctor.baseFlags, ...this.ctor.flags})
  }

  /** Parses arguments after expanding --config and --image; --print-config prints the given options and stops. */
  protected override async parse<
    F extends Interfaces.OutputFlags<F>,
    B extends Interfaces.OutputFlags<B>,
    A extends Interfaces.OutputArgs<A>,
  >(options?: Interfaces.Input<F, B, A>, argv: string[] = this.argv): Promise<Interfaces.ParserOutput<F, B, A>> {
    const all = {...this.ctor.baseFlags, ...this.ctor.flags} as Interfaces.FlagInput
    const expanded = await expandArguments(this.id ?? this.ctor.id, argv, all)
    const parsed = await super.parse(options, expanded)
    const flags = parsed.flags as {quiet?: boolean; 'print-config'?: boolean}
    this.quiet = flags.quiet === true
    if (this.quiet) this.progress.silence()
    if (flags['print-config'] === true) {
      process.stdout.write(`${JSON.stringify(givenOptions(parsed.raw as never, all), null, 2)}\n`)
      this.exit(EXIT.pass)
    }
    return parsed
  }

  /** Path of the report: --report, or its old name --out, with a note. */
  protected reportPath({report, out}: {report?: string | undefined; out?: string | undefined}): string | undefined {
    if (out !== undefined && report === undefined && !this.jsonEnabled() && !this.quiet)
      process.stderr.write(
        `note: --out of surety ${this.id ?? this.ctor.id} is the old name of --report, which always writes JSON\n`,
      )
    return report ?? out
  }

  /** `sources`: the GPU engines that this command can use; default: all. */
  protected engine(flags: RunFlags, sources?: readonly DeviceSource[]): Promise<SelectedEngine> {
    return selectEngine(
      flags.device,
      {requireGpu: flags['require-gpu'], ...(flags.threads === undefined ? {} : {threads: flags.threads})},
      sources,
    )
  }

  protected report<Metrics>(outcome: CommandOutcome<Metrics>, seed: number, command?: string): Report<Metrics> {
    return this.frames.report(outcome, seed, command)
  }

  protected frame(setting: Setting, seed: number): Frame {
    return this.frames.frame(setting, seed)
  }

  /**
   * Prints the result on stdout (oclif prints the returned report with --json), notes on stderr, and sets the exit
   * code. `remarks` are about this run, not its result: they are only printed.
   */
  protected finish(report: Report, text: string, remarks: readonly Note[] = []): void {
    this.show(text, [...remarks, ...report.notes])
    if (FAILING.includes(report.verdict.status)) process.exitCode = EXIT.gate
  }

  protected show(text: string, notes: readonly Note[]): void {
    this.progress.end()
    const said = this.quiet ? `${text.split('\n\n')[0]!.trimEnd()}\n` : text
    if (!this.jsonEnabled()) process.stdout.write(shown(said))
    const heard = this.quiet ? notes.filter(({level}) => level === 'warning') : notes
    process.stderr.write(shown(notesText(heard, terminalOf(process.stderr))))
  }

  override logJson(report: Pick<Frame, 'schemaVersion' | 'command' | 'version'>): void {
    process.stdout.write(toJson(report))
  }

  protected override catch(error: Error): Promise<never> {
    this.progress.end()
    return super.catch(error)
  }
}

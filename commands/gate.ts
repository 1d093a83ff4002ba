import {appendFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {Flags} from '@oclif/core'
import {attest, attestFlag} from '../src/cli/attest.js'
import {BaseCommand} from '../src/cli/base-command.js'
import {EXIT} from '../src/cli/failure.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP} from '../src/cli/flags.js'
import {readConfig} from '../src/cli/gate-config.js'
import {gateFlags, settle} from '../src/cli/gate-flags.js'
import {pageFiles} from '../src/cli/gate-pages.js'
import {gateReport} from '../src/cli/gate-run.js'
import {repositoryFolder} from '../src/cli/repository.js'
import {terminalOf} from '../src/cli/terminal.js'
import {checkWritable, writeFileAtomic} from '../src/data/atomic-write.js'
import {FORMAT_NAMES, formatOf, type FormatName, renderGate} from '../src/render/formats.js'
import type {GateReport} from '../src/documents/reports.js'
import {gateFailuresText} from '../src/render/terminal/gate.js'

export default class Gate extends BaseCommand {
  static override summary = 'Judge checkpoints and graphs by thresholds, for a pull request.'

  static override description =
    `One file lists checkpoints, graphs and reports with thresholds for their metrics. A certificate is judged on its bound, never
on the estimate; a metric that is missing, vacuous or abstains fails. Every failure is printed on stderr with what was
expected, what was found and what to do. Exit code: 0 passed, 1 failed, 2 the configuration or an input cannot be used.`

  static override examples = [
    {description: 'judge by surety.config.json of this folder', command: '<%= config.bin %> gate'},
    {description: 'no worse than the main branch', command: '<%= config.bin %> gate --baseline git:origin/main'},
    {
      description: 'several outputs at once',
      command: '<%= config.bin %> gate --out gate.json --out gate.sarif --out junit.xml --out report.html',
    },
    {
      description: 'annotations and a job summary on GitHub',
      command: '<%= config.bin %> gate --format github --cache .surety-cache',
    },
    {description: 'one check, as a warning only', command: '<%= config.bin %> gate --only spam --no-fail'},
  ]

  static override flags = fromEnvironment('gate', {
    ...gateFlags,
    'fail-level': Flags.string({
      options: ['warn', 'error'],
      default: 'error',
      helpGroup: GROUP.gate,
      description: 'lowest level of a failure that fails the gate',
    }),
    run: Flags.integer({
      min: 1,
      helpGroup: GROUP.gate,
      description:
        'with "budget" in the configuration: the number of this run in its history, from 1; certificates then hold for all runs at once',
    }),
    'no-fail': Flags.boolean({
      helpGroup: GROUP.gate,
      description: 'exit 0 although the gate failed; what cannot be judged still exits 2',
    }),
    reports: Flags.string({
      helpGroup: GROUP.output,
      description: "folder for each check's report as HTML and JSON; the gate's page links them",
    }),
    attest: attestFlag(),
    out: Flags.string({
      multiple: true,
      default: [],
      helpGroup: GROUP.output,
      description: `file to write, may be repeated; its end decides what, or a word before it: junit:results.xml. Formats: ${FORMAT_NAMES.join(', ')}`,
    }),
    format: Flags.string({
      options: FORMAT_NAMES,
      default: 'terminal',
      helpGroup: GROUP.output,
      description: 'what stdout shows; github: annotations, and the job summary if GitHub asks for one',
    }),
  })

  async run(): Promise<GateReport> {
    const parsed = await this.parse(Gate)
    const opened = await readConfig(parsed.flags.config)
    const flags = await settle(parsed, {...Gate.baseFlags, ...Gate.flags}, opened)
    const outputs = flags.out.map(formatOf)
    for (const {path} of outputs) await checkWritable(path)
    const {report, broken} = await gateReport(
      opened,
      flags,
      {engine: () => this.engine(flags), onProgress: this.progress.update},
      this.frames,
    )
    this.progress.end()
    const place = {folder: await repositoryFolder()}
    for (const {format, path} of outputs)
      await writeFileAtomic(path, renderGate(report, format, {...place, from: dirname(path)}))
    if (flags.attest !== undefined)
      await attest(flags.attest, report, [
        ...outputs.map(({path}) => path),
        ...(flags.reports === undefined ? [] : pageFiles(flags.reports, report.metrics.checks)),
      ])
    const format = flags.format as FormatName
    const summary = process.env['GITHUB_STEP_SUMMARY']
    if (format === 'github' && summary) await appendFile(summary, renderGate(report, 'markdown', place))
    process.stderr.write(gateFailuresText(report, terminalOf(process.stderr)))
    this.finish(report, renderGate(report, format, {...place, ...terminalOf(process.stdout)}))
    process.exitCode = broken
      ? EXIT.usage
      : report.verdict.status === 'pass' || flags['no-fail']
        ? EXIT.pass
        : EXIT.gate
    return report
  }
}

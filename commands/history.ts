import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../src/cli/base-command.js'
import {BASELINE_FOLDER} from '../src/cli/baselines.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP, outputFile} from '../src/cli/flags.js'
import {findHistory} from '../src/cli/history-run.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {historyOf} from '../src/documents/history.js'
import type {HistoryReport} from '../src/documents/reports.js'
import {withChecksum} from '../src/frame/checksum.js'
import {toJson} from '../src/frame/json.js'
import {historyHtml} from '../src/render/html/history.js'
import {historyText} from '../src/render/terminal/history.js'

export default class History extends BaseCommand {
  static override summary = 'Draw the metrics of past reports over commits or files.'

  static override description =
    `Reads the reports of a folder, or every version of a path in git, and draws their metrics: for certificates the lower bound
of the performance, the headline's bound and lift and the worst slice; for graphs the share of edges that look wired at
random; for gates every judged metric, with its limit. Files that are not comparable (edited, of another algorithm, of
another kind, not a report) are listed with the reason.`

  static override examples = [
    {description: 'the baselines of the main branch, commit by commit', command: '<%= config.bin %> history git'},
    {
      description: 'a folder into which each run writes its report; a page too',
      command: '<%= config.bin %> history reports --html history.html',
    },
  ]

  static override args = {
    place: Args.string({
      default: 'git',
      description: `folder of reports, git (its ${BASELINE_FOLDER}) or git:PATH`,
    }),
  }

  static override flags = fromEnvironment('history', {
    commits: Flags.integer({
      default: 50,
      min: 1,
      max: 10_000,
      helpGroup: GROUP.input,
      description: 'for git: maximum number of commits that changed the path',
    }),
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
  })

  async run(): Promise<HistoryReport> {
    const {args, flags} = await this.parse(History)
    const {runs, entries, inputs} = await findHistory(args.place, flags.commits)
    const setting = {
      inputs,
      config: {place: args.place, ...(args.place.startsWith('git') ? {commits: flags.commits} : {})},
      engine: {report: {name: 'none', precision: 'fp64' as const, tried: []}, threads: 1},
    }
    const report: HistoryReport = withChecksum({
      ...this.report({...setting, ...historyOf(runs, entries)}, flags.seed),
      command: 'history' as const,
    })
    if (flags.html !== undefined) await writeFileAtomic(flags.html, historyHtml(report))
    if (flags.report !== undefined) await writeFileAtomic(flags.report, toJson(report))
    this.finish(report, historyText(report, terminalOf(process.stdout)))
    return report
  }
}

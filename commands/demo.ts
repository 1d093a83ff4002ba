import {join} from 'node:path'
import {Flags} from '@oclif/core'
import {BaseCommand} from '../src/cli/base-command.js'
import {writeDemo} from '../src/cli/demo-run.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP} from '../src/cli/flags.js'
import {readConfig} from '../src/cli/gate-config.js'
import {gateReport} from '../src/cli/gate-run.js'
import {showPage} from '../src/cli/open-page.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import type {GateReport} from '../src/documents/reports.js'
import {renderGate} from '../src/render/formats.js'

export default class Demo extends BaseCommand {
  static override summary = 'Judge a small model and an attacked graph that come with surety.'

  static override description =
    `Needs no installation or data. The states of a network that reads handwritten digits pass; a graph with added edges between
unlike nodes fails, which is intended, so the exit code is 0. The folder holds the inputs, the configuration and a page for
each.`

  static override examples = [{description: 'and show the page', command: '<%= config.bin %> demo --open'}]

  static override flags = fromEnvironment('demo', {
    folder: Flags.string({
      default: 'surety-demo',
      helpGroup: GROUP.output,
      description: 'folder to write to; files of an earlier demo are overwritten',
    }),
    open: Flags.boolean({helpGroup: GROUP.output, description: 'show the page'}),
  })

  async run(): Promise<GateReport> {
    const {flags} = await this.parse(Demo)
    const config = await writeDemo(flags.folder)
    const {report} = await gateReport(
      await readConfig(config),
      {seed: flags.seed, threads: flags.threads, reports: flags.folder, 'fail-level': 'error'},
      {engine: () => this.engine(flags), onProgress: this.progress.update},
      this.frames,
    )
    const page = join(flags.folder, 'gate.html')
    await writeFileAtomic(page, renderGate(report, 'html', {from: flags.folder}))
    const text = renderGate(report, 'terminal', terminalOf(process.stdout))
    const next = `\nThe page: ${page} (and one for each check, linked there)\nYour own files: surety init\n`
    this.show(text + next, [])
    if (flags.open) await showPage(page)
    return report
  }
}

import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {Flags} from '@oclif/core'
import {BaseCommand} from '../../src/cli/base-command.js'
import {BASELINE_FOLDER, baselineSource} from '../../src/cli/baselines.js'
import {fromEnvironment} from '../../src/cli/environment.js'
import {GROUP} from '../../src/cli/flags.js'
import {readConfig} from '../../src/cli/gate-config.js'
import {gateFlags, settle} from '../../src/cli/gate-flags.js'
import {checkRuns, reportsOf} from '../../src/cli/gate-run.js'
import {writeFileAtomic} from '../../src/data/atomic-write.js'
import type {AnyReport} from '../../src/documents/reports.js'
import {slimReport} from '../../src/documents/slim-report.js'
import {InputError, UsageError} from '../../src/errors.js'
import {toJson, withoutRun} from '../../src/frame/json.js'

export default class BaselineUpdate extends BaseCommand {
  static override summary = 'Write the reports that later runs of the gate are compared with.'

  static override description =
    `Runs the checks of the configuration and writes one report per check, without the run block, so that equal results give equal
bytes: commit the folder, and a pull request shows what changed. A baseline holds what comparisons need but no test data: no
pictures, labels, losses or single edges. Nothing is written unless every check could be run.`

  static override examples = [
    {description: 'after an intended change', command: '<%= config.bin %> baseline update'},
    {
      description: 'one check, into another folder',
      command: '<%= config.bin %> baseline update --only spam --baseline baselines',
    },
  ]

  static override flags = fromEnvironment('baseline:update', {
    ...gateFlags,
    full: Flags.boolean({
      default: false,
      helpGroup: GROUP.output,
      description:
        'also keep pictures, labels and losses of test examples, so that surety verify can recompute every bound',
    }),
  })

  async run(): Promise<{schemaVersion: 1; command: string; version: string; files: string[]}> {
    const parsed = await this.parse(BaselineUpdate)
    const opened = await readConfig(parsed.flags.config)
    const flags = await settle(parsed, {...BaselineUpdate.baseFlags, ...BaselineUpdate.flags}, opened)
    const folder = folderOf(flags.baseline)
    const {runs} = await checkRuns(opened, flags, {engine: () => this.engine(flags), onProgress: this.progress.update})
    for (const [name, run] of runs)
      if ('error' in run) throw new InputError(`${name}: ${run.error.message}`, run.error.nextSteps)
    await mkdir(folder, {recursive: true}).catch((cause: unknown) => {
      throw new InputError(`${folder}: cannot be made`, ['name another folder with --baseline'], {cause})
    })
    const files: string[] = []
    for (const [name, report] of reportsOf(runs)) {
      const path = join(folder, `${name}.json`)
      await writeFileAtomic(path, toJson(withoutRun(flags.full ? report : slimReport(report as AnyReport))))
      files.push(path)
    }
    this.show(files.map((path) => `${path}\n`).join(''), [])
    return {schemaVersion: 1, command: 'baseline update', version: this.config.version, files}
  }
}

/** Throws UsageError: a single file. */
function folderOf(baseline: string | undefined): string {
  if (baseline === undefined) return BASELINE_FOLDER
  const source = baselineSource(baseline)
  if (source.kind === 'git') return source.folder
  if (source.path.endsWith('.json'))
    throw new UsageError(`the baseline ${source.path} is one file, and this writes one for each check`, [
      'name a folder with --baseline',
    ])
  return source.path
}

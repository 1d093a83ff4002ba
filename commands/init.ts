import {existsSync} from 'node:fs'
import {Flags} from '@oclif/core'
import {PlainCommand} from '../src/cli/base-command.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP, seedFlag} from '../src/cli/flags.js'
import {onTerminal, unasked} from '../src/cli/init/ask.js'
import {init} from '../src/cli/init/init-run.js'
import {type System, SYSTEMS} from '../src/cli/init/workflow.js'
import {Progress} from '../src/cli/progress.js'
import {visible} from '../src/frame/visible.js'
import {selectEngine} from '../src/pairwise/select.js'

export default class Init extends PlainCommand {
  static override summary = 'Set up a gate for the models and graphs of this folder.'

  static override description =
    `Finds models with their data, stored states and graphs, asks what cannot be told (which array holds labels, which attributes are
features), runs each once, and proposes limits from that run with their reasons. Writes surety.config.json, a job for continuous
integration and lines of .gitignore. It may be run again: existing files are not overwritten without asking.`

  static override examples = [
    {description: 'ask what is unclear', command: '<%= config.bin %> init'},
    {description: 'accept every proposal, with a job for GitLab', command: '<%= config.bin %> init --yes --ci gitlab'},
  ]

  static override flags = fromEnvironment('init', {
    yes: Flags.boolean({
      helpGroup: GROUP.input,
      description: 'ask nothing and accept the proposals; existing files are kept',
    }),
    ci: Flags.string({
      options: SYSTEMS,
      helpGroup: GROUP.output,
      description: 'CI system of the job (default: github, or gitlab if there is a .gitlab-ci.yml)',
    }),
    overwrite: Flags.boolean({
      helpGroup: GROUP.output,
      description: 'overwrite the existing configuration and job',
    }),
    seed: seedFlag(),
  })

  async run(): Promise<void> {
    const {flags} = await this.parse(Init)
    const asking = flags.yes ? unasked : onTerminal()
    const progress = new Progress(process.stderr)
    try {
      const proposal: System = existsSync('.gitlab-ci.yml') ? 'gitlab' : 'github'
      const system =
        (flags.ci as System | undefined) ??
        ((await asking.choose('Which CI system?', [proposal, ...SYSTEMS.filter((one) => one !== proposal)])) as System)
      const {lines} = await init({seed: flags.seed, threads: undefined, system, force: flags.overwrite}, asking, {
        engine: () => selectEngine('auto'),
        onProgress: progress.update,
      })
      progress.end()
      process.stdout.write(`${lines.map(visible).join('\n')}\n\nNext: surety gate\n`)
    } finally {
      asking.close()
    }
  }
}

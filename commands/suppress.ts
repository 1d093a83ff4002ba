import {Args, Flags} from '@oclif/core'
import {PlainCommand} from '../src/cli/base-command.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP} from '../src/cli/flags.js'
import {gateFlags} from '../src/cli/gate-flags.js'
import {addSuppression} from '../src/cli/suppress-run.js'

export default class Suppress extends PlainCommand {
  static override summary = 'Accept a known failure of the gate until a day, with a reason.'

  static override description =
    `Adds a suppression to the configuration. The failure stays visible in every output; a suppression that has expired or is no
longer needed fails the gate.`

  static override examples = [
    {
      description: 'until new data arrives',
      command:
        '<%= config.bin %> suppress digits accuracy --until 2030-12-31 --reason "new training data arrives in December"',
    },
  ]

  static override args = {
    check: Args.string({required: true, description: 'name of the check'}),
    metric: Args.string({required: true, description: 'the metric as its threshold names it, or verdict'}),
  }

  static override flags = fromEnvironment('suppress', {
    until: Flags.string({
      required: true,
      helpGroup: GROUP.gate,
      description: 'last day on which it applies, YYYY-MM-DD',
    }),
    reason: Flags.string({required: true, helpGroup: GROUP.gate, description: 'why the failure is accepted'}),
    config: gateFlags.config,
  })

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Suppress)
    const path = await addSuppression(flags.config, {...args, reason: flags.reason, expires: flags.until})
    process.stdout.write(`${path}: ${args.metric} of ${args.check} is accepted until ${flags.until}\n`)
  }
}

import {type Command, CommandHelp, Help, type Interfaces} from '@oclif/core'
import {GROUP} from './flags.js'

/** Common flags by command; the others are shown by --help-all. A command that is not listed shows all. */
const COMMON: Readonly<Record<string, readonly string[]>> = {
  attack: ['method', 'budget', 'targets', 'adaptive', 'features', 'labels', 'split', 'out', 'force', 'report'],
  certify: [
    'data',
    'labels',
    'output-name',
    'layers',
    'perturb',
    'against',
    'max-share',
    'min-accuracy',
    'report',
    'html',
  ],
  evaluate: ['features', 'labels', 'clean', 'truth', 'model', 'seeds', 'compare', 'defend', 'report', 'html'],
  harden: ['data', 'val', 'layers', 'lambda', 'epochs', 'control', 'attack-radius', 'out', 'report', 'html'],
  sanitize: ['features', 'labels', 'prune', 'defend', 'review', 'truth', 'out', 'scores', 'report', 'html'],
}

/** Order of groups: input, method, gate, output, run. */
const ORDER: readonly string[] = Object.values(GROUP)

export const HELP_ALL = '--help-all'

/** The help of one command: ordered groups, one line of usage, and only the common flags without --help-all. */
class ShortHelp extends CommandHelp {
  private readonly left: number

  constructor(command: Command.Loadable, config: Interfaces.Config, opts: Interfaces.HelpOptions) {
    const all = Object.entries(command.flags ?? {}).filter(([, flag]) => flag.hidden !== true)
    const common = COMMON[command.id]
    const isShort = common !== undefined && !asked.all
    const shown = isShort ? all.filter(([name]) => common.includes(name)) : all
    const args = Object.values(command.args ?? {})
      .filter(({hidden}) => hidden !== true)
      .map(({name, required}) => (required === true ? name.toUpperCase() : `[${name.toUpperCase()}]`))
    super(
      {
        ...command,
        usage: ['<%= command.id %>', ...args, '[FLAGS]'].join(' '),
        flags: Object.fromEntries(isShort ? shown.map(([name, flag]) => [name, withoutVariable(flag)]) : shown),
      },
      config,
      opts,
    )
    this.left = all.length - shown.length
  }

  override generate(): string {
    const text = super.generate()
    if (this.left === 0) return text
    return `${text}\n\nMORE\n  ${this.left} more flags: ${this.config.bin} ${this.command.id} ${HELP_ALL}\n`
  }

  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    const {flagGroups, mainFlags} = super.groupFlags(flags)
    const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
    return {
      mainFlags,
      flagGroups: Object.fromEntries(Object.entries(flagGroups).sort(([a], [b]) => place(a) - place(b))),
    }
  }
}

/** Environment variables are shown only in the long help. */
const withoutVariable = (flag: Command.Flag.Any): Command.Flag.Any => {
  const {env: _, ...rest} = flag
  return rest as Command.Flag.Any
}

/** Set while help is shown, because tests run in one process. */
const asked = {all: false}

export default class SuretyHelp extends Help {
  protected override CommandHelpClass = ShortHelp

  override async showHelp(argv: string[]): Promise<void> {
    asked.all = argv.includes(HELP_ALL)
    await super.showHelp(argv)
  }
}

import {UsageError} from '../errors.js'

interface Flag {
  type?: string
  env?: string
}

/** Flags whose meaning differs between commands: only a variable with the command in its name sets them. */
export const AMBIGUOUS: ReadonlySet<string> = new Set([
  'against',
  'alpha',
  'batch-size',
  'data',
  'defend',
  'floor',
  'format',
  'input-range',
  'labels',
  'labels-name',
  'layers',
  'loss',
  'method',
  'model',
  'out',
  'pairs',
  'preset',
  'prune',
  'resume',
  'rule',
  'scale',
  'scores',
  'soft',
  'split',
  'targets',
  'truth',
  'weights',
])

const upper = (name: string) => name.replaceAll(/[-: ]/g, '_').toUpperCase()

/** The variable of a flag: SURETY_CERTIFY_ALPHA for --alpha of certify; without a command SURETY_SEED for --seed. */
export const variableOf = (command: string | null, flag: string): string =>
  `SURETY_${command === null ? '' : `${upper(command)}_`}${upper(flag)}`

/** Lets environment variables set flags; `--help` shows their names. See `readVariables`. */
export function fromEnvironment<T extends Record<string, Flag>>(command: string | null, flags: T): T {
  for (const [name, flag] of Object.entries(flags)) flag.env = variableOf(command, name)
  return flags
}

/**
 * Selects each flag's variable: the one with the command in its name if set, else the short one if the flag means the
 * same in every command.
 *
 * Throws  UsageError  a boolean flag's variable is not true, false, 1 or 0.
 */
export function readVariables(
  command: string,
  flags: Record<string, Flag>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): void {
  for (const [name, flag] of Object.entries(flags)) {
    const [long, short] = [variableOf(command, name), variableOf(null, name)]
    flag.env = environment[long] === undefined && !AMBIGUOUS.has(name) ? short : long
    const value = environment[flag.env]
    if (flag.type === 'boolean' && value !== undefined && !/^(true|false|1|0)$/i.test(value))
      throw new UsageError(`${flag.env} is '${value}', but --${name} is switched on or off`, [
        `set ${flag.env} to true, false, 1 or 0, or unset it`,
      ])
  }
}

import {didYouMean} from '../frame/did-you-mean.js'
import {SuretyError} from '../errors.js'
import {absence, partOfFailure} from '../packages.js'
import {flagOf} from './option-flags.js'

/** An error as shown to the user. */
export interface Failure {
  code: string
  message: string
  nextSteps: readonly string[]
  exitCode: number
}

/**
 * 0 pass, 1 gate failed or inconclusive, 2 usage, configuration or input error, 70 internal error, with and without
 * --json.
 */
export const EXIT = {pass: 0, gate: 1, usage: 2, internal: 70} as const

/**
 * Converts an error to a failure. surety's own errors carry their code; an oclif error with an exit status is a usage
 * error (oclif uses 2 for bad flags and unknown commands); anything else is a bug in surety. `commands`: candidates for
 * a misspelt command.
 */
export function toFailure(error: unknown, commands: readonly string[] = []): Failure {
  if (error instanceof SuretyError) {
    const {message, nextSteps} = error.inWords(flagOf)
    return {code: error.code, message: unwrapped(message), nextSteps, exitCode: error.exitCode}
  }
  const message = error instanceof Error ? error.message : String(error)
  if (isOclifError(error)) {
    if (/^command autocomplete\b.* not found$/.test(message)) return toFailure(absence('completion'))
    return {
      code: 'USAGE',
      message: usageMessage(message),
      nextSteps: [...meant(error, message, commands), 'run the command with --help to see its flags and examples'],
      exitCode: EXIT.usage,
    }
  }
  const part = partOfFailure(error)
  if (part !== null) return toFailure(absence(part, error))
  return {
    code: 'INTERNAL',
    message: `surety has a defect: ${message}`,
    nextSteps: [
      'run again with SURETY_DEBUG=1 to see the stack, and report it together with the output of `surety doctor`',
    ],
    exitCode: EXIT.internal,
  }
}

/** Suggestions for a misspelt command or flag. */
function meant(error: unknown, message: string, commands: readonly string[]): string[] {
  const command = /^command (\S+) not found$/.exec(message)?.[1]
  if (command !== undefined) return didYouMean(command.replaceAll(':', ' '), commands)
  const {flags, parse} = error as {flags?: unknown; parse?: {input?: {flags?: object}}}
  if (!Array.isArray(flags)) return []
  const known = Object.keys(parse?.input?.flags ?? {}).map((name) => `--${name}`)
  return flags.flatMap((flag) => didYouMean(String(flag), known))
}

const isOclifError = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'oclif' in error &&
  typeof error.oclif === 'object' &&
  error.oclif !== null &&
  'exit' in error.oclif

/** Removes the text that oclif puts around an error thrown while parsing a flag. */
const unwrapped = (message: string) =>
  message.replace(/^Parsing --\S+ \n\t/, '').replace(/\nSee more help with --help$/, '')

/** oclif's text without its colours, its pointer to --help and its line breaks. */
function usageMessage(text: string): string {
  const plain = text
    // eslint-disable-next-line no-control-regex
    .replace(/\u001b\[[0-9;]*m/g, '')
    .replace(/\n?See more help with --help\s*$/, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/^command (\S+) not found$/, (_, id: string) => `there is no command ${id.replaceAll(':', ' ')}`)
    .trim()
  return plain.charAt(0).toLowerCase() + plain.slice(1)
}

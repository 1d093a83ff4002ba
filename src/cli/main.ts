import {Config, flush, type Interfaces, run} from '@oclif/core'
import {setLimits} from '../data/limits.js'
import {absentPackages, ownPackage, PARTS} from '../packages.js'
import {errorText} from '../render/terminal/error.js'
import {visible, visibleJson} from '../frame/visible.js'
import {EXIT, toFailure} from './failure.js'
import {shown, terminalOf} from './terminal.js'

/**
 * Runs the command line. Errors are printed here only: as text on stderr or, with --json, as one object on stdout.
 * `entry`: URL of the started file in bin/, or where oclif finds the commands.
 */
export async function main(argv: string[], entry: string | Interfaces.Options): Promise<void> {
  if (!process.stdout.listeners('error').includes(onOutputError)) process.stdout.on('error', onOutputError)
  try {
    setLimits(process.env['SURETY_LIMITS'] ?? '')
    await run(argv, withPlugins(entry))
  } catch (error) {
    if (isExit(error)) process.exitCode = error.oclif.exit
    else present(error, argv, await commandsOf(entry))
  }
  await flush()
}

/** A reader that stops early (`surety … | head`) is not an error. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}

/** Adds the plugin for shell completion, if installed. */
function withPlugins(entry: string | Interfaces.Options): string | Interfaces.Options {
  if (absentPackages('completion').length > 0) return entry
  const own = ownPackage()
  const options =
    typeof entry === 'string' ? {root: own.folder, pjson: own.content as unknown as Interfaces.PJSON} : entry
  const pjson = options.pjson!
  const [plugin] = PARTS.completion.packages
  // oclif only loads plugins that are dependencies.
  const dependencies = {...pjson.dependencies, [plugin]: '*'}
  return {...options, pjson: {...pjson, dependencies, oclif: {...pjson.oclif, plugins: [plugin]}}}
}

const commandsOf = async (entry: string | Interfaces.Options): Promise<string[]> =>
  (await Config.load(withPlugins(entry))).commandIDs.map((id) => id.replaceAll(':', ' '))

/** oclif's early exit: --help and this.exit(). */
const isExit = (error: unknown): error is {oclif: {exit: number}} =>
  typeof error === 'object' && error !== null && (error as {code?: string}).code === 'EEXIT'

function present(error: unknown, argv: string[], commands: readonly string[]): void {
  const {exitCode, code, message, nextSteps} = toFailure(error, commands)
  const end = argv.indexOf('--')
  if ((end < 0 ? argv : argv.slice(0, end)).includes('--json')) {
    process.stdout.write(
      visibleJson(JSON.stringify({schemaVersion: 1, status: 'error', error: {code, message, nextSteps}}, null, 2)) +
        '\n',
    )
  } else {
    process.stderr.write(shown(errorText({message, nextSteps}, terminalOf(process.stderr))))
  }
  if (exitCode === EXIT.internal && process.env['SURETY_DEBUG'])
    process.stderr.write(`${(error instanceof Error ? (error.stack ?? '') : '').split('\n').map(visible).join('\n')}\n`)
  process.exitCode = exitCode
}

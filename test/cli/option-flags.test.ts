import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {toFailure} from '../../src/cli/failure.js'
import {flagOf} from '../../src/cli/option-flags.js'
import {InputError, option, UsageError} from '../../src/errors.js'

const SRC = new URL('../../src/', import.meta.url)
/** Rooms that speak to people at the command line. */
const SPEAKS_FLAGS = /^(cli|render|documents)\//

/** Whole commands of this and of other programs. */
const COMMANDS = /surety |optimum-cli|tensorflowjs_converter|llama-perplexity|--log_samples|--no-save/

const sources = readdirSync(SRC, {recursive: true, encoding: 'utf8'})
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({path, text: readFileSync(new URL(path, SRC), 'utf8')}))

const commandFlags = async (): Promise<Set<string>> => {
  const folder = new URL('../../commands/', import.meta.url)
  const paths = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.ts'))
  const commands = await Promise.all(
    paths.map(async (path) => {
      const {default: command} = (await import(new URL(path, folder).href)) as {
        default: {flags: Record<string, {allowNo?: boolean}>; baseFlags: object}
      }
      return {...command.baseFlags, ...command.flags}
    }),
  )
  return new Set(
    commands.flatMap((flags) =>
      Object.entries(flags).flatMap(([name, {allowNo}]) => [
        `--${name}`,
        ...(allowNo === true ? [`--no-${name}`] : []),
      ]),
    ),
  )
}

describe('options and flags', () => {
  it('every option that a message names has a flag', async () => {
    const flags = await commandFlags()
    const named = sources.flatMap(({path, text}) =>
      [...text.matchAll(/\boption\('(\w+)'\)/g)].map(([, name]) => ({path, flag: flagOf(name!)})),
    )
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter(({flag}) => !flags.has(flag))).toEqual([])
  })

  it('no service names a flag, save in a whole command that is shown', () => {
    const found = sources
      .filter(({path}) => !SPEAKS_FLAGS.test(path))
      .flatMap(({path, text}) =>
        text
          .split('\n')
          .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line) && /['"`][^'"`]*(?<![\w-])--[a-z]/.test(line))
          .filter((line) => !COMMANDS.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      )
    expect(found).toEqual([])
  })

  it('a library reads the name of the option, the command line the flag', () => {
    const error = new UsageError(`${option('lossMax')} is 0`, [`leave out ${option('split: null')}`])
    expect(error.message).toBe('lossMax is 0')
    expect(error.nextSteps).toEqual(['leave out split: null'])
    expect(toFailure(error)).toMatchObject({message: '--loss-max is 0', nextSteps: ['leave out --no-split']})
    expect(toFailure(new InputError('a.npz: is empty'))).toMatchObject({message: 'a.npz: is empty', nextSteps: []})
  })
})

import {readdirSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {AMBIGUOUS, fromEnvironment, readVariables, variableOf} from '../../src/cli/environment.js'
import {UsageError} from '../../src/errors.js'

interface AnyFlag {
  type: string
  env?: string
  options?: readonly string[]
  multiple?: boolean
  description?: string
}

/** Every flag of every command: [command, flag]. */
async function allFlags(): Promise<Map<string, [string, AnyFlag][]>> {
  const folder = new URL('../../commands/', import.meta.url)
  const found = new Map<string, [string, AnyFlag][]>()
  for (const path of readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.ts'))) {
    const {default: command} = (await import(new URL(path, folder).href)) as {
      default: {flags: Record<string, AnyFlag>; baseFlags: Record<string, AnyFlag>}
    }
    for (const [name, flag] of Object.entries({...command.baseFlags, ...command.flags}))
      found.set(name, [...(found.get(name) ?? []), [path.replace(/\.ts$/, '').replaceAll('/', ':'), flag]])
  }
  return found
}

describe('environment variables', () => {
  it('a short name is kept only where type and meaning agree in every command', async () => {
    const differing = [...(await allFlags())].filter(([, uses]) => {
      const said = uses.map(([, {type, options, multiple, description}]) =>
        JSON.stringify([type, options ?? [], multiple ?? false, description]),
      )
      return new Set(said).size > 1
    })
    expect(differing.map(([name]) => name).sort()).toEqual([...AMBIGUOUS].sort())
  })

  it('every flag of every command has a variable with the command in its name', async () => {
    const names = new Set<string>()
    for (const [name, uses] of await allFlags())
      for (const [command, flag] of uses) {
        readVariables(command, {[name]: flag}, {[variableOf(command, name)]: 'true'})
        expect(flag.env).toBe(variableOf(command, name))
        names.add(flag.env!)
        readVariables(command, {[name]: flag}, {[variableOf(null, name)]: 'true'})
        expect(flag.env).toBe(variableOf(AMBIGUOUS.has(name) ? command : null, name))
      }
    expect(names.size).toBeGreaterThan(100)
  })

  it('the name with the command wins over the short one', () => {
    const flags: {alpha: AnyFlag} = fromEnvironment('certify', {alpha: {type: 'option'}})
    expect(flags.alpha.env).toBe('SURETY_CERTIFY_ALPHA')
    readVariables('certify', {...flags}, {SURETY_ALPHA: '0.1', SURETY_CERTIFY_ALPHA: '0.2'})
    expect(flags.alpha.env).toBe('SURETY_CERTIFY_ALPHA')
  })

  it.each(['true', 'FALSE', '1', '0'])('a switch takes %s', (value) => {
    const flags = {split: {type: 'boolean'}} as Record<string, AnyFlag>
    readVariables('certify', flags, {SURETY_CERTIFY_SPLIT: value})
    expect(flags['split']!.env).toBe('SURETY_CERTIFY_SPLIT')
  })

  it.each(['graph-split.json', 'yes', '', 'no'])('a switch refuses %j', (value) => {
    const read = () => readVariables('certify', {split: {type: 'boolean'}}, {SURETY_CERTIFY_SPLIT: value})
    expect(read).toThrow(UsageError)
    expect(read).toThrow(/SURETY_CERTIFY_SPLIT is '.*', but --split is switched on or off/)
  })
})

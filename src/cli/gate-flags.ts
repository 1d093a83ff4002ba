import {Flags, type Interfaces} from '@oclif/core'
import type {Option} from '../gate/types.js'
import {BASELINE_FOLDER} from './baselines.js'
import {checkFlags} from './check-flags.js'
import {CONFIG_DESCRIPTION, GROUP, names} from './flags.js'
import type {ConfigFile, OpenedConfig} from './gate-config.js'

/** Flags shared by surety gate and surety baseline update. */
export const gateFlags = {
  config: Flags.string({
    helpGroup: GROUP.gate,
    description: CONFIG_DESCRIPTION,
  }),
  baseline: Flags.string({
    helpGroup: GROUP.gate,
    description: `a report, a folder with one report per check, or git:REF (its folder ${BASELINE_FOLDER}; git:REF:folder for another)`,
  }),
  only: names({helpGroup: GROUP.gate, description: 'judge only these checks, comma-separated'}),
  cache: Flags.string({
    helpGroup: GROUP.run,
    description:
      'folder for caching reports: a check with unchanged inputs and options is not recomputed; jobs may share it',
  }),
}

export type GateFlags = Interfaces.InferredFlags<typeof gateFlags>

/** The configuration members that are also flags. */
const SETTINGS = [
  'baseline',
  'cache',
  'device',
  'fail-level',
  'format',
  'no-fail',
  'only',
  'out',
  'reports',
  'require-gpu',
  'seed',
  'threads',
] as const satisfies readonly (keyof ConfigFile)[]

/**
 * Resolves flags: command line and environment take precedence over the configuration, which takes precedence over
 * defaults. Configuration values are parsed like the flag, with the same limits and errors.
 */
export async function settle<Parsed extends object>(
  {flags, metadata}: {flags: Parsed; metadata: Interfaces.ParserOutput['metadata']},
  all: Interfaces.FlagInput,
  {config, file}: OpenedConfig,
): Promise<Parsed> {
  const given = Object.entries(flags).filter(([name]) => metadata.flags[name]?.setFromDefault !== true)
  const said = SETTINGS.filter(
    (name) => config[name] !== undefined && Object.hasOwn(all, name) && !given.some(([other]) => other === name),
  )
  const configured = await checkFlags<Parsed>(
    file.path,
    Object.fromEntries(said.map((name) => [name, config[name] as Option])),
    all,
  )
  return {...flags, ...Object.fromEntries(said.map((name) => [name, configured[name as keyof Parsed]]))}
}

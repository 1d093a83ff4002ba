import {statSync} from 'node:fs'
import {Flags} from '@oclif/core'
import {checkWritable} from '../data/atomic-write.js'
import {UsageError} from '../errors.js'
import {MAX_SHARDS, type Shard} from '../frame/shard.js'
import {parsePerturbation, type PerturbationRequest} from '../perturb/catalogue.js'

/** Help groups, in display order. */
export const GROUP = {input: 'INPUT', method: 'METHOD', gate: 'GATE', output: 'OUTPUT', run: 'RUN'} as const

/** For certify, sanitize and harden the options of one run, for the gate its checks. */
export const CONFIG_DESCRIPTION =
  'file of options, json or yaml; flags override it (gate: its configuration, ts too if named here, default surety.config.json or .yaml of the current folder)'

export const seedFlag = () =>
  Flags.integer({
    default: 0,
    min: 0,
    max: 2 ** 31 - 1,
    helpGroup: GROUP.run,
    description: 'seed of every random choice; it is written to the report',
  })

/** A number within [min, max]; NaN and text are refused. */
export const number = Flags.custom<number, {min?: number; max?: number}>({
  parse: (text, _context, options) => Promise.resolve(parseNumber(text, options.name, options.min, options.max)),
})

/** A positive number, or `infinity`. */
export const positiveOrInfinite = Flags.custom<number>({
  parse: (text, _context, options) =>
    Promise.resolve(/^inf(inity)?$/i.test(text.trim()) ? Infinity : parseNumber(text, options.name, 0)),
})

const UNITS: Record<string, number> = {m: 2 ** 20, g: 2 ** 30, t: 2 ** 40}

/** An amount of memory in bytes: 512MiB, 4GiB (M, MB, G, GB and so on mean the same powers of 1024). */
export const bytes = Flags.custom<number>({
  parse(text, _context, options) {
    const [, amount = '', unit = ''] = /^\s*([\d.]+)\s*([mgt])i?b?\s*$/i.exec(text) ?? []
    const value = Number(amount) * (UNITS[unit.toLowerCase()] ?? NaN)
    if (!(value > 0))
      throw new UsageError(`--${options.name} takes an amount of memory, not '${text}'`, ['write it as 512MiB or 4GiB'])
    return Promise.resolve(value)
  },
})

/** Comma-separated numbers within [min, max]. */
export const numbers = Flags.custom<number[], {min?: number; max?: number}>({
  parse: (text, _context, options) =>
    Promise.resolve(text.split(',').map((part) => parseNumber(part, options.name, options.min, options.max))),
})

/** Memory limit of the process. */
export const maxMemory = () =>
  bytes({
    helpGroup: GROUP.run,
    description:
      'memory limit of the whole process, for example 4GiB; work that needs more is refused before it starts (default: half of the free memory)',
  })

/** --config and --print-config of a command, with the gate's description, so that the short variable is shared. */
export const configFlags = {
  config: Flags.string({
    helpGroup: GROUP.run,
    description: CONFIG_DESCRIPTION,
  }),
  'print-config': Flags.boolean({
    default: false,
    helpGroup: GROUP.run,
    description: 'print the given options, as a file for --config, and stop',
  }),
}

/** An output file: its folder is checked before any computation. */
export const outputFile = Flags.custom<string>({
  async parse(path) {
    await checkWritable(path)
    return path
  },
})

/** Lets a command overwrite an existing graph. */
export const force = () =>
  Flags.boolean({default: false, helpGroup: GROUP.output, description: 'overwrite an existing file at --out'})

/** Throws UsageError: the graph exists already. Devices and pipes are allowed. */
export function requireAbsent(path: string): void {
  if (statSync(path, {throwIfNoEntry: false})?.isFile() === true)
    throw new UsageError(`${path}: is there already, and a graph is not written over without being asked to`, [
      'name another file, or say --force',
    ])
}

/** --resume for commands without an output folder. */
export const resume = (options: {exclusive: string[]}) =>
  Flags.string({
    ...options,
    helpGroup: GROUP.run,
    description:
      'store finished parts in this folder, and continue from those in it: the result is that of an uninterrupted run',
  })

/** Comma-separated perturbations, name or name:strength. */
export const perturbations = Flags.custom<PerturbationRequest[]>({
  parse: (text) => Promise.resolve(text.split(',').map(parsePerturbation)),
})

/** Two nodes, u,v. */
export const nodePair = Flags.custom<[string, string]>({
  parse(text, _context, options) {
    const [u, v, ...more] = text.split(',').map((part) => part.trim())
    if (!u || !v || more.length > 0)
      throw new UsageError(`--${options.name} takes two nodes as u,v, not '${text}'`, [`use --${options.name} 12,57`])
    return Promise.resolve([u, v] as [string, string])
  },
})

/** Comma-separated names. */
export const names = Flags.custom<string[]>({
  parse: (text) =>
    Promise.resolve(
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    ),
})

/** i/n with 1 ≤ i ≤ n. */
export const shard = Flags.custom<Shard>({
  parse: (text, _context, options) => Promise.resolve(parseShard(text, options.name)),
})

export function parseShard(text: string, flag: string): Shard {
  const [index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim())?.slice(1).map(Number) ?? []
  if (index !== undefined && count !== undefined && index >= 1 && index <= count && count <= MAX_SHARDS)
    return {index, count}
  throw new UsageError(`--${flag} takes i/n with i from 1 to n and n at most ${MAX_SHARDS}, not '${text}'`, [
    'use 1/4 for the first of four shards',
  ])
}

export function parseNumber(text: string, flag: string, min = -Infinity, max = Infinity): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (Number.isFinite(value) && value >= min && value <= max) return value
  const range =
    max < Infinity
      ? `a number from ${min} to ${max}`
      : min > -Infinity
        ? `a number of at least ${min}`
        : 'a finite number'
  throw new UsageError(`--${flag} takes ${range}, not '${text}'`, [
    'run the command with --help to see its flags and examples',
  ])
}

/** Removes undefined members: a flag that was not given leaves its option unset. */
export function defined<T extends Record<string, unknown>>(options: T): {[K in keyof T]?: Exclude<T[K], undefined>} {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

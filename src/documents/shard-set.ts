import {InputError} from '../errors.js'
import {digestText} from '../frame/json.js'
import {sharedSettings, type AnyPartial} from './partials.js'
import type {EngineReport, Note} from '../frame/report.js'

export interface PartialFile<P extends AnyPartial = AnyPartial> {
  path: string
  partial: P
}

/** Partial results of all shards of one run, with their common data. */
export interface ShardSet<P extends AnyPartial = AnyPartial> {
  command: P['command']
  /** one per shard, in order */
  files: PartialFile<P>[]
  /** every engine that any shard tried */
  engine: EngineReport
  /** the notes of all shards, without duplicates */
  notes: Note[]
  /** notes about the merge, not the result */
  remarks: Note[]
}

/**
 * Combines partial results if they are exactly those of all shards of one run.
 *
 * `files`  at least one, as returned by parsePartial; their order does not matter, except that of equal ones the first
 *          is used.
 * Throws   InputError  another version of surety, a difference in common data (names it), a missing shard, or two
 *          different results of one shard.
 */
export function shardSet<P extends AnyPartial>(files: readonly PartialFile<P>[], version: string): ShardSet<P> {
  const sorted = [...files].sort((a, b) => a.partial.shard.index - b.partial.shard.index)
  const first = sorted[0]!
  if (first.partial.version !== version)
    throw new InputError(`${first.path}: was written by surety ${first.partial.version}, this is ${version}`, [
      'merge with the version that the shards ran on',
    ])
  for (const file of sorted) if (file.partial.key !== first.partial.key) throw disagreement(first, file)
  const {
    command,
    shard: {count},
  } = first.partial
  const kept: PartialFile<P>[] = []
  const remarks: Note[] = []
  for (const file of sorted) {
    const last = kept.at(-1)
    if (last?.partial.shard.index !== file.partial.shard.index) {
      kept.push(file)
      continue
    }
    const which = `shard ${file.partial.shard.index} of ${count}`
    if (digestText(last.partial.blocks) !== digestText(file.partial.blocks)) {
      throw new InputError(`${last.path} and ${file.path}: are both ${which}, but their sums differ`, [
        'leave out the wrong one, or run this shard again',
      ])
    }
    remarks.push({
      level: 'info',
      code: 'duplicate-shard',
      message: `${last.path} and ${file.path} are both ${which} and hold the same sums; one was used`,
    })
  }
  const missing = missingShards(kept, count)
  if (missing.length > 0) {
    const which =
      missing.length === 1 ? `shard ${missing[0]!} of ${count} is` : `shards ${listed(missing)} of ${count} are`
    const next = `run surety ${command} again with the same options and --shard ${missing[0]!}/${count}${missing.length > 1 ? ' and so on' : ''}`
    throw new InputError(`${which} missing`, [next, 'give the files of all shards'])
  }
  const {name, precision} = first.partial.engine
  return {
    command,
    files: kept,
    remarks,
    engine: {name, precision, tried: distinct(kept.flatMap(({partial}) => partial.engine.tried))},
    notes: distinct(kept.flatMap(({partial}) => partial.notes)),
  }
}

/** The first difference between two partial results with different keys, most informative first. */
function disagreement(a: PartialFile, b: PartialFile): InputError {
  const [left, right] = [sharedSettings(a.partial), sharedSettings(b.partial)]
  const differ = (what: string, x: unknown, y: unknown, next: string) =>
    new InputError(`${a.path} and ${b.path}: differ in ${what}: ${text(x)} and ${text(y)}`, [next])
  const again = 'run all shards with the same input and options'
  if (left.command !== right.command)
    return differ('their command', left.command, right.command, 'merge the partial results of one command at a time')
  if (left.version !== right.version)
    return differ('the version of surety', left.version, right.version, 'run all shards with one version')
  if (left.shards !== right.shards)
    return differ('the number of shards', left.shards, right.shards, 'merge the shards of one run')
  if (left.seed !== right.seed) return differ('the seed', left.seed, right.seed, again)
  for (const option of [...new Set([...Object.keys(left.config), ...Object.keys(right.config)])].sort()) {
    const [x, y] = [left.config[option], right.config[option]]
    if (text(x) !== text(y)) return differ(`the option ${option}`, x, y, again)
  }
  if (left.inputs.length !== right.inputs.length)
    return differ('the number of input files', left.inputs.length, right.inputs.length, again)
  const k = left.inputs.findIndex(({sha256}, at) => sha256 !== right.inputs[at]!.sha256)
  if (k !== -1)
    return differ(
      `the content of the input ${a.partial.inputs[k]!.path}`,
      `sha256 ${left.inputs[k]!.sha256}`,
      `sha256 ${right.inputs[k]!.sha256}`,
      again,
    )
  if (text(left.engine) !== text(right.engine))
    return differ(
      'the engine',
      engineName(left.engine),
      engineName(right.engine),
      'give all shards the same --device, such as --device cpu',
    )
  if ('request' in left && text(left.request) !== text(right.request))
    return differ('what was asked for', left.request, right.request, again)
  const plans = 'made different plans of the same input and options: their processors or packages round differently'
  return new InputError(`${a.path} and ${b.path}: ${plans}`, [
    'run all shards on one kind of machine with the same packages installed',
    again,
  ])
}

const engineName = ({name, precision}: {name: string; precision: string}) => `${name} in ${precision}`

const text = (value: unknown) => (typeof value === 'string' ? value : value === undefined ? 'none' : digestText(value))

function missingShards(files: readonly PartialFile[], count: number): number[] {
  const there = new Set(files.map(({partial}) => partial.shard.index))
  const missing: number[] = []
  for (let index = 1; index <= count; index++) if (!there.has(index)) missing.push(index)
  return missing
}

const SHOWN = 20

/** At least two numbers in words. */
function listed(numbers: readonly number[]): string {
  if (numbers.length > SHOWN) return `${numbers.slice(0, SHOWN).join(', ')} and ${numbers.length - SHOWN} more`
  return `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)!}`
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [digestText(value), value])).values()]
}

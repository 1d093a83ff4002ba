import {Parser, type Interfaces} from '@oclif/core'
import {didYouMean} from '../frame/did-you-mean.js'
import {UsageError} from '../errors.js'
import type {Option} from '../gate/types.js'
import {toFailure} from './failure.js'

type Flags = Interfaces.FlagInput

/**
 * Parses the options of a check as flags of its command, so that both have the same names, limits, defaults,
 * environment variables and errors.
 *
 * `place`: the check's name in errors.
 * Throws  UsageError  an option that the command does not have, or a value that it refuses.
 */
export async function checkFlags<Parsed>(
  place: string,
  options: Readonly<Record<string, Option>>,
  flags: Flags,
): Promise<Parsed> {
  const argv = Object.entries(options).flatMap(([name, value]) => optionArgument(place, name, value, flags))
  try {
    const parsed = await Parser.parse(argv, {flags, strict: true})
    return parsed.flags as Parsed
  } catch (error) {
    const {message, nextSteps} = toFailure(error)
    throw new UsageError(`${place}: ${message}`, nextSteps, {cause: error})
  }
}

/** Converts one option to command-line arguments. Throws as checkFlags. */
export function optionArgument(place: string, name: string, value: Option, flags: Flags): string[] {
  const flag = Object.hasOwn(flags, name) ? flags[name]! : undefined
  if (flag === undefined) {
    const known = Object.keys(flags).sort()
    throw new UsageError(`${place}: there is no option ${JSON.stringify(name)}`, [
      ...didYouMean(name, known),
      `known: ${known.join(', ')}`,
    ])
  }
  if (flag.type === 'boolean') {
    if (typeof value !== 'boolean')
      throw new UsageError(`${place}: the option ${name} is ${JSON.stringify(value)}; it is true or false`, [
        'write true or false',
      ])
    return value ? [`--${name}`] : flag.allowNo === true ? [`--no-${name}`] : []
  }
  if (value === false && Object.hasOwn(flags, `no-${name}`)) return [`--no-${name}`]
  if (typeof value === 'boolean')
    throw new UsageError(`${place}: the option ${name} takes a value, not ${value}`, [
      'leave it out, or give it a value',
    ])
  const texts = Array.isArray(value) ? value.map(String) : [String(value)]
  return flag.multiple === true ? texts.map((text) => `--${name}=${text}`) : [`--${name}=${texts.join(',')}`]
}

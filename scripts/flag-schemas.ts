import type {Interfaces} from '@oclif/core'

type Schema = Record<string, unknown>

/**
 * Flags of commands as members of a configuration, with their descriptions and, where they have a fixed choice, its
 * values. Where two commands have a flag of one name, either's value fits.
 */
export function flagSchemas(...commands: Interfaces.FlagInput[]): Record<string, Schema> {
  const names = [...new Set(commands.flatMap((flags) => Object.keys(flags)))].sort()
  return Object.fromEntries(
    names.map((name) => {
      const flags = commands.flatMap((command) => command[name] ?? [])
      const descriptions = [...new Set(flags.flatMap(({description}) => description ?? []))]
      return [
        name,
        {
          description: descriptions.join('; or: '),
          ...(flags.length === 1 ? typeOf(flags[0]!) : {anyOf: flags.map(typeOf)}),
        },
      ]
    }),
  )
}

function typeOf(flag: Interfaces.FlagInput[string]): Schema {
  if (flag.type === 'boolean') return {type: 'boolean'}
  const one: Schema = flag.options === undefined ? {type: ['string', 'number']} : {enum: [...flag.options]}
  return {anyOf: [one, {type: 'array', items: one}]}
}

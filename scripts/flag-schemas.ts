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
      const types = commands.flatMap((command) =>
        command[name] === undefined ? [] : typeOf(command[name], command[`no-${name}`] !== undefined),
      )
      const descriptions = [...new Set(flags.flatMap(({description}) => description ?? []))]
      return [
        name,
        {
          description: descriptions.join('; or: '),
          ...(types.length === 1 ? types[0]! : {anyOf: types}),
        },
      ]
    }),
  )
}

/** `hasOff` false stands for the flag that turns this one off. */
function typeOf(flag: Interfaces.FlagInput[string], hasOff: boolean): Schema {
  if (flag.type === 'boolean') return {type: 'boolean'}
  const one: Schema = flag.options === undefined ? {type: ['string', 'number']} : {enum: [...flag.options]}
  return {anyOf: [one, {type: 'array', items: one}, ...(hasOff ? [{const: false}] : [])]}
}

import type {Interfaces} from '@oclif/core'
import {UsageError} from '../errors.js'
import type {Option} from '../gate/types.js'
import {optionArgument} from './check-flags.js'

type Flags = Interfaces.FlagInput

const IMAGENET = {mean: '0.485,0.456,0.406', std: '0.229,0.224,0.225'}
const IMAGE_KEYS = ['size', 'fit', 'resize', 'channels', 'layout', 'range', 'mean', 'std']

/**
 * Expands --config FILE and --image to separate flags; the command line and environment variables take precedence.
 *
 * Throws  InputError  the file cannot be read.   UsageError  an unknown option.
 */
export async function expandArguments(command: string, argv: readonly string[], flags: Flags): Promise<string[]> {
  const images = flags['image'] === undefined ? {rest: [...argv], values: []} : taken(argv, 'image')
  const said = images.values.flatMap((text) => imageOptions(text, images.rest))
  const own = [...images.rest.slice(0, endOf(images.rest)), ...said]
  const after = images.rest.slice(endOf(images.rest))
  const [path] = flags['print-config'] === undefined ? [] : taken(own, 'config').values.slice(-1)
  if (path === undefined) return [...own, ...after]
  const given = (name: string) => isGiven(own, name) || isSet(flags[name])
  const options = Object.entries(await optionsIn(path, command)).filter(
    ([name]) => !given(name) && !Object.keys(flags).some((other) => given(other) && excludes(flags, name, other)),
  )
  return [...own, ...options.flatMap(([name, value]) => optionArgument(path, name, value, flags)), ...after]
}

/** The options given by --config, flags or environment, in the format of --config. */
export function givenOptions(
  raw: readonly {type: string; flag?: string; input: string}[],
  flags: Flags,
): Record<string, Option> {
  const found: Record<string, Option> = {}
  for (const [name, flag] of Object.entries(flags)) {
    if (['config', 'print-config', 'json'].includes(name)) continue
    const inputs = raw.filter((token) => token.type === 'flag' && token.flag === name).map(({input}) => input)
    const variable = flag.env === undefined ? undefined : process.env[flag.env]
    const texts = inputs.length > 0 ? inputs : variable === undefined ? [] : [variable]
    if (texts.length === 0) continue
    found[name] =
      flag.type === 'boolean'
        ? !/^(false|0)$/i.test(texts[0]!)
        : flag.multiple === true
          ? texts.map(plain)
          : plain(texts.at(-1)!)
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const plain = (text: string): string | number => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text)

const isSet = (flag: Flags[string] | undefined) => flag?.env !== undefined && process.env[flag.env] !== undefined

const excludes = (flags: Flags, a: string, b: string) =>
  a !== b &&
  [[a, b] as const, [b, a] as const].some(([x, y]) => (flags[x]?.exclusive ?? []).some((other) => other === y))

const endOf = (argv: readonly string[]) => (argv.includes('--') ? argv.indexOf('--') : argv.length)

const isGiven = (argv: readonly string[], name: string) =>
  argv
    .slice(0, endOf(argv))
    .some((arg) => arg === `--${name}` || arg === `--no-${name}` || arg.startsWith(`--${name}=`))

/** The values of a flag, and the arguments without it. */
function taken(argv: readonly string[], name: string): {rest: string[]; values: string[]} {
  const values: string[] = []
  const rest: string[] = []
  const end = endOf(argv)
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!
    if (i < end && arg.startsWith(`--${name}=`)) values.push(arg.slice(name.length + 3))
    else if (i < end && arg === `--${name}` && i + 1 < end) values.push(argv[++i]!)
    else rest.push(arg)
  }
  return {rest, values}
}

/** size=224,mean=imagenet as --image-size=224 and so on; a value may hold commas. */
function imageOptions(text: string, argv: readonly string[]): string[] {
  const parts = text.split(/,(?=\s*[a-z]+\s*=)/).map((part) => part.split('=').map((word) => word.trim()))
  const found = new Map<string, string>()
  for (const [key = '', value = '', ...more] of parts) {
    if (!IMAGE_KEYS.includes(key) || value === '' || more.length > 0)
      throw new UsageError(`--image takes parts such as size=224 or mean=imagenet, not '${text}'`, [
        `use ${IMAGE_KEYS.join(', ')}, each with = and its value`,
      ])
    if (value !== 'imagenet') found.set(key, value)
    else if (key === 'mean' || key === 'std') {
      found.set(key, IMAGENET[key])
      if (key === 'mean' && !found.has('std')) found.set('std', IMAGENET.std)
    } else
      throw new UsageError(`--image ${key}=imagenet: only mean and std have values of that name`, ['use mean=imagenet'])
  }
  return [...found].filter(([key]) => !isGiven(argv, `image-${key}`)).map(([key, value]) => `--image-${key}=${value}`)
}

/** The options of the file: the command's member if there is one, else all. */
async function optionsIn(path: string, command: string): Promise<Record<string, Option>> {
  // Loaded only if needed, because it imports the YAML parser and the gate's schema.
  const {readOptions} = await import('./gate-config.js')
  const whole = await readOptions(path)
  const own = isObject(whole) && isObject(whole[command]) ? whole[command] : whole
  if (!isObject(own) || 'checks' in own)
    throw new UsageError(
      `${path}: holds ${isObject(own) ? 'the checks of a gate' : 'no object'}, where the options of surety ${command} are expected`,
      [`write {"${command}": {"seed": 1}}, or take what surety ${command} --print-config prints`],
    )
  return Object.fromEntries(Object.entries(own).filter(([name]) => name !== '$schema')) as Record<string, Option>
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

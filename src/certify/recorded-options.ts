import {type CertifyOptions, DEFAULT_OPTIONS, FRESH_BOUNDS} from './options.js'

const LOSSES = ['auto', 'zero-one', 'one-minus-p', 'brier', 'cross-entropy', 'file']
const METRICS = ['l2', 'l1', 'linf', 'angle']

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isGrid = (value: unknown) => value === 'auto' || (Array.isArray(value) && value.every(isNumber))

const isLimit = (value: unknown) => value === null || isNumber(value)

/** Allowed type of each option; checkOptions checks the ranges. */
const KINDS: Record<keyof CertifyOptions, (value: unknown) => boolean> = {
  loss: (value) => LOSSES.includes(value as string),
  metric: (value) => METRICS.includes(value as string),
  scale: (value) => value === 'median' || value === 'none',
  floor: (value) => value === 'auto' || isNumber(value),
  deltas: isGrid,
  etas: isGrid,
  alpha: isNumber,
  split: (value) => value === null || isNumber(value),
  seed: isNumber,
  bootstrap: isNumber,
  lossMax: (value) => value === 'auto' || isNumber(value),
  bounds: (value) =>
    Array.isArray(value) && value.every((bound) => (FRESH_BOUNDS as readonly unknown[]).includes(bound)),
  examples: isNumber,
  risk: isNumber,
  group: (value) => value === null || typeof value === 'string',
  plan: (value) => value === undefined || isLimit(value),
  slice: (value) => value === undefined || value === null || typeof value === 'string',
  duplicates: (value) => value === 'keep' || value === 'drop',
  maxShare: isLimit,
  minAccuracy: isLimit,
  allowUninformative: (value) => typeof value === 'boolean',
}

/**
 * The options of a run from the `config` of its report, or the name of the first that is missing or has the wrong type.
 */
export function recordedOptions(config: Record<string, unknown>): CertifyOptions | string {
  const names = Object.keys(DEFAULT_OPTIONS) as (keyof CertifyOptions)[]
  const wrong = names.find((name) => !KINDS[name](config[name]))
  return (
    wrong ??
    (Object.fromEntries(
      names.map((name) => [name, config[name] === undefined ? DEFAULT_OPTIONS[name] : config[name]]),
    ) as unknown as CertifyOptions)
  )
}

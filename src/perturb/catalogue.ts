import {UsageError} from '../errors.js'

export type PerturbationName = keyof typeof CATALOGUE

/** What a perturbation applies to; attacks need gradients. */
export type Material = 'numbers' | 'image' | 'text' | 'gradient'

interface Entry {
  of: Material
  strength: number
  /** largest strength that makes sense */
  max: number
  unit: string
}

export const CATALOGUE = {
  noise: {
    of: 'numbers',
    strength: 0.1,
    max: 100,
    unit: "standard deviation, as a share of the range of an image or of each feature's own standard deviation",
  },
  shift: {of: 'image', strength: 2, max: 1000, unit: 'pixels in each direction'},
  rotate: {of: 'image', strength: 15, max: 180, unit: 'degrees either way'},
  brightness: {of: 'image', strength: 0.2, max: 1, unit: 'share of the range, up or down'},
  'word-drop': {of: 'text', strength: 0.1, max: 1, unit: 'probability that a word is left out'},
  'word-swap': {of: 'text', strength: 0.1, max: 1, unit: 'probability that a word changes places with the next'},
  typos: {of: 'text', strength: 0.02, max: 1, unit: 'probability that a letter is mistyped'},
  fgsm: {of: 'gradient', strength: 0.03, max: 1, unit: 'largest change of a value, as a share of the range'},
  pgd: {of: 'gradient', strength: 0.03, max: 1, unit: 'largest change of a value, as a share of the range'},
} as const satisfies Record<string, Entry>

export interface PerturbationRequest {
  name: PerturbationName
  strength: number
}

/** `name` or `name:strength`. Throws UsageError for an unknown name or an impossible strength. */
export function parsePerturbation(text: string): PerturbationRequest {
  const [name = '', given, ...more] = text.trim().split(':')
  if (!Object.hasOwn(CATALOGUE, name))
    throw new UsageError(`there is no perturbation '${name}'`, [
      `the perturbations are ${Object.keys(CATALOGUE).join(', ')}`,
    ])
  const known = name as PerturbationName
  const {strength, max, unit} = CATALOGUE[known]
  if (given === undefined) return {name: known, strength}
  const value = given.trim() === '' || more.length > 0 ? NaN : Number(given)
  if (!(value > 0 && value <= max))
    throw new UsageError(
      `the strength of ${name} is '${[given, ...more].join(':')}'; it is above 0 and at most ${max} (${unit})`,
      [`write ${name}:${strength}`],
    )
  if (name === 'shift' && !Number.isInteger(value))
    throw new UsageError(`the strength of shift is ${given}; it is a whole number of pixels`, ['write shift:2'])
  return {name: known, strength: value}
}

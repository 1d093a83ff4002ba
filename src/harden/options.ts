import {option, UsageError} from '../errors.js'
import type {PenaltyOptions} from './penalty.js'

export interface HardenOptions extends PenaltyOptions {
  /** weight of the penalty; 0: plain training */
  lambda: number
  /** epochs over which λ rises from 0 */
  warmUp: number
  /** the layer of a batch is drawn by Beta(betaA, betaB) over depth, or all layers count */
  draw: 'beta' | 'all'
  betaA: number
  betaB: number
  epochs: number
  batchSize: number
  learningRate: number
  weightDecay: number
  /** by which figure on the validation examples the best epoch is chosen */
  select: 'objective' | 'loss' | 'accuracy' | 'last'
}

export const HARDEN_DEFAULTS: HardenOptions = {
  lambda: 0.1,
  warmUp: 0,
  draw: 'beta',
  betaA: 2,
  betaB: 1,
  loss: 'cross-entropy',
  scale: 'median',
  floor: 0.1,
  window: 1,
  pairs: 'all',
  epochs: 10,
  batchSize: 64,
  learningRate: 1e-3,
  weightDecay: 0,
  select: 'objective',
}

/** Throws UsageError for options that make no sense. */
export function checkHardenOptions(options: HardenOptions): void {
  const check = (holds: boolean, name: string, value: number, limit: string, nextStep: string) => {
    if (!holds) throw new UsageError(`${option(name)} is ${value}; it is ${limit}`, [nextStep])
  }
  const atLeastZero = (name: string, value: number) =>
    check(value >= 0 && value < Infinity, name, value, 'finite and at least 0', 'leave it out for the default')
  const above = (name: string, value: number, nextStep = 'leave it out for the default') =>
    check(value > 0 && value < Infinity, name, value, 'finite and above 0', nextStep)
  const whole = (name: string, value: number, least: number) =>
    check(
      Number.isSafeInteger(value) && value >= least,
      name,
      value,
      `a whole number of at least ${least}`,
      'leave it out for the default',
    )
  atLeastZero('lambda', options.lambda)
  atLeastZero('warmUp', options.warmUp)
  above('betaA', options.betaA)
  above('betaB', options.betaB)
  above(
    'floor',
    options.floor,
    'give a small one, such as 0.001: without a floor two coinciding states make the penalty infinite',
  )
  above('learningRate', options.learningRate)
  atLeastZero('weightDecay', options.weightDecay)
  whole('epochs', options.epochs, 1)
  whole('batchSize', options.batchSize, 2)
  check(
    options.window > 0 && options.window <= 1,
    'window',
    options.window,
    'a share of the pairs, above 0 and at most 1',
    'use 1 for all pairs',
  )
}

import type {EpochRecord, HardenMetrics, ModelMeasures} from '../harden/types.js'
import type {TextTable} from './evaluate-view.js'
import {number, orDash, setting} from './format.js'

/** The models that are compared, in the order of a reader's interest. */
export function compared({before, control, after}: HardenMetrics): {name: string; measures: ModelMeasures}[] {
  return [
    {name: 'as given', measures: before},
    ...(control === null ? [] : [{name: 'control', measures: control}]),
    {name: 'hardened', measures: after},
  ]
}

/** Loss, accuracy and accuracy under attack, a column a model. */
export function accuracyTable(metrics: HardenMetrics): TextTable {
  const models = compared(metrics)
  const row = (name: string, cell: (measures: ModelMeasures) => string) => [
    name,
    ...models.map(({measures}) => cell(measures)),
  ]
  return {
    head: ['on the validation examples', ...models.map(({name}) => name)],
    rows: [
      row('accuracy', ({accuracy}) => share(accuracy)),
      row('cross-entropy', ({loss}) => number(loss)),
      ...metrics.before.attacks.flatMap(({radius}, k) => [
        row(`accuracy under FGSM, radius ${setting(radius)}`, ({attacks}) => share(attacks[k]!.fgsm)),
        row(`accuracy under PGD-${metrics.attack!.steps}, radius ${setting(radius)}`, ({attacks}) =>
          share(attacks[k]!.pgd),
        ),
      ]),
    ],
  }
}

/** Volatility and spread of each layer, a column a model. */
export function volatilityTable(metrics: HardenMetrics): TextTable {
  const models = compared(metrics)
  const figures = [
    {name: 'scale-free ε', of: 'epsilonScaleFree'},
    {name: 'raw ε', of: 'epsilonRaw'},
    {name: 'median distance', of: 'medianDistance'},
  ] as const
  return {
    head: ['layer', 'measure', ...models.map(({name}) => name)],
    rows: metrics.before.layers.flatMap(({name: layer}, k) =>
      figures.map(({name, of}) => [layer, name, ...models.map(({measures}) => number(measures.layers[k]![of]))]),
    ),
  }
}

export function epochTable({epochs, best}: HardenMetrics): TextTable {
  return {
    head: ['epoch', 'λ', 'loss', 'volatility', 'val. loss', 'val. volatility', 'val. accuracy'],
    rows: epochs.map(({epoch, lambda, loss, penalty, validation}) => [
      `${epoch}${epoch === best ? ' (kept)' : ''}`,
      setting(lambda),
      number(loss),
      orDash(penalty),
      number(validation.loss),
      orDash(validation.penalty),
      share(validation.accuracy),
    ]),
  }
}

/** The epochs a terminal has room for: the first, the last, the kept one, and some between. */
export function someEpochs(metrics: HardenMetrics, most: number): EpochRecord[] {
  const {epochs, best} = metrics
  if (epochs.length <= most) return epochs
  const step = (epochs.length - 1) / (most - 1)
  const shown = new Set(Array.from({length: most}, (_, k) => Math.round(1 + k * step)))
  return epochs.filter(({epoch}) => shown.has(epoch) || epoch === best)
}

/** 97.1 %: accuracies need the tenth that `percent` leaves out. */
export const share = (accuracy: number): string => `${(100 * accuracy).toFixed(1)}\u00a0%`

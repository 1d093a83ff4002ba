import type {HardenReport} from '../../../src/documents/reports.js'
import {HARDEN_DEFAULTS} from '../../../src/harden/options.js'
import type {ModelMeasures} from '../../../src/harden/types.js'
import {run} from './run.js'
import {sanitizeSample} from './sanitize.js'

/** Forty epochs with a control and two attacks; the penalty of one epoch is unknown. */
export function hardenSample(names: readonly string[] = ['h1', 'h2', 'logits']): HardenReport {
  const {seed, engine, inputs, notes} = sanitizeSample()
  const measures = (accuracy: number, epsilon: number): ModelMeasures => ({
    loss: 1.02 - accuracy,
    accuracy,
    layers: names.map((name, k) => ({
      name,
      dim: 64 >> k,
      epsilonRaw: epsilon / (9 + k),
      epsilonScaleFree: epsilon + 0.003 * k,
      medianDistance: 9 + k,
    })),
    attacks: [0.05, 0.1].map((radius, k) => ({
      radius,
      fgsm: accuracy - 0.2 - 0.3 * k,
      pgd: accuracy - 0.25 - 0.35 * k,
    })),
  })
  return {
    schemaVersion: 1,
    command: 'harden',
    version: '0.1.0',
    seed,
    engine,
    inputs,
    config: {...HARDEN_DEFAULTS, layers: 'auto', attackRadius: [0.05, 0.1], inputRange: 'auto', control: true},
    metrics: {
      rows: {train: 9000, validation: 500},
      parameters: 52_650,
      backend: 'wasm',
      layers: [...names],
      options: {...HARDEN_DEFAULTS, epochs: 40},
      epochs: Array.from({length: 40}, (_, k) => ({
        epoch: k + 1,
        lambda: 0.1,
        loss: 0.6 / (k + 1),
        penalty: k === 3 ? null : 0.9 / (k + 1),
        validation: {
          loss: 0.2 + 0.4 / (k + 1),
          accuracy: 0.97 - 0.2 / (k + 1),
          penalty: 0.3 + 0.4 / (k + 1),
          score: 0.23 + 0.44 / (k + 1),
        },
      })),
      best: 33,
      before: measures(0.951, 0.081),
      after: measures(0.962, 0.062),
      control: measures(0.964, 0.077),
      attack: {steps: 20, range: [0, 1]},
    },
    verdict: {
      status: 'done',
      summary: 'epoch 33 of 40 is kept: accuracy 95.1 % → 96.2 %',
      meaning: ['The control was trained alike, without the penalty.'],
    },
    notes,
    run,
  }
}

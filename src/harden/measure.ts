import type * as core from '@tensorflow/tfjs-core'
import type {LayersModel} from '@tensorflow/tfjs-layers'
import {certify} from '../certify/certify.js'
import {DEFAULT_OPTIONS} from '../certify/options.js'
import {lossOf} from '../certify/sample/losses.js'
import {batchTensors, type BuiltModel, checkpointOf} from '../checkpoint/layers-model.js'
import type {BoundData} from '../checkpoint/trainable.js'
import type {DataSet} from '../checkpoint/data-types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {fgsm, gradientAttack, type GradientAttack, pgd} from '../perturb/gradient-attack.js'
import {type Random, random} from '../stats/random.js'
import {crossEntropies, predictedClasses} from '../checkpoint/class-losses.js'
import type {AttackedAccuracy, ModelMeasures} from './types.js'

const BATCH = 256
export const PGD_STEPS = 20

export interface MeasureOptions {
  /** names of layers; the others are left out */
  layers: readonly string[]
  /** L∞ radii of gradient attacks, in the unit of the inputs */
  radii: readonly number[]
  /** least and largest value an attacked input may have */
  range: readonly [number, number]
  seed: number
}

/**
 * Measurements of a model on some examples: loss, accuracy, volatility of its layers, accuracy under attack.
 *
 * Formula  ε of 1 − p over all pairs, raw and scale-free, as `certify --no-split` gives it; FGSM; PGD with 20 steps
 *          from a random start in L∞.
 * Cost     a forward pass and rows² pairs a layer; 1 + 20 forward and backward passes a radius.
 */
export async function measureModel(
  built: BuiltModel,
  data: DataSet,
  bound: BoundData,
  options: MeasureOptions,
  engine: PairwiseEngine,
): Promise<ModelMeasures> {
  const embeddings = await checkpointOf(built).embeddings(data, {layers: options.layers})
  const {metrics} = await certify(
    embeddings,
    {...DEFAULT_OPTIONS, loss: 'one-minus-p', split: null, bootstrap: 0},
    engine,
  )
  const {values} = lossOf(embeddings, 'cross-entropy')
  await built.tensorFlow.tf.setBackend(built.tensorFlow.backend)
  return {
    loss: values.reduce((sum, value) => sum + value, 0) / data.rows,
    accuracy: metrics.accuracy!,
    layers: metrics.layers.map(({name, dim, epsilon, medianDistance}) => ({
      name,
      dim,
      epsilonRaw: epsilon.raw.estimate,
      epsilonScaleFree: epsilon.scaleFree.estimate,
      medianDistance,
    })),
    attacks: options.radii.map((radius) => attacked(built, bound, radius, options)),
  }
}

function attacked(
  built: BuiltModel,
  bound: BoundData,
  radius: number,
  {range, seed}: MeasureOptions,
): AttackedAccuracy {
  return {
    radius,
    fgsm: accuracyUnder(built, bound, fgsm(radius, range), null),
    pgd: accuracyUnder(built, bound, pgd(radius, range, PGD_STEPS), random(seed)),
  }
}

/** Share of the examples that are still predicted rightly; the model has one input. */
export function accuracyUnder(
  {tensorFlow, model, outputKind}: BuiltModel,
  bound: BoundData,
  attack: GradientAttack,
  start: Random | null,
): number {
  const {tf} = tensorFlow
  let right = 0
  for (let first = 0; first < bound.rows; first += BATCH) {
    const rows = Uint32Array.from({length: Math.min(BATCH, bound.rows - first)}, (_, k) => first + k)
    const labels = Int32Array.from(rows, (row) => bound.labels[row]!)
    const hits = tf.tidy(() => {
      const [x] = batchTensors(tensorFlow, model, bound.inputs, rows)
      const scores = (inputs: core.Tensor) => predict(model, inputs)
      const found = gradientAttack(
        tf,
        x!,
        (inputs) => crossEntropies(tf, scores(inputs), labels, outputKind),
        attack,
        start,
      )
      return tf.sum(
        tf.cast(tf.equal(predictedClasses(tf, scores(found), outputKind), tf.tensor1d(labels, 'int32')), 'int32'),
      )
    })
    right += hits.dataSync()[0]!
    hits.dispose()
  }
  return right / bound.rows
}

const predict = (model: LayersModel, inputs: core.Tensor) => model.apply(inputs, {training: false}) as core.Tensor2D

import type {Tensor, Tensor2D} from '@tensorflow/tfjs-core'
import {bindInputs} from '../checkpoint/bind-inputs.js'
import {crossEntropies} from '../checkpoint/class-losses.js'
import type {Checkpoint} from '../checkpoint/types.js'
import type {DataSet} from '../checkpoint/data-types.js'
import {UsageError, option} from '../errors.js'
import type {PerturbationRequest} from './catalogue.js'
import {fgsm, gradientAttack, pgd} from './gradient-attack.js'
import {numbersToPerturb, type Perturbed, type PerturbOptions, rowRandom, withArray} from './perturb.js'
import {rangeOf} from './range.js'

const BATCH = 256
const PGD_STEPS = 20

/**
 * Perturbs every example by FGSM or PGD against the model, which increases the cross-entropy of the example's label.
 *
 * Precision  that of the model's backend.
 * Cost       1 or 20 forward and backward passes over the data.
 * Throws     UsageError  a model without gradients (ONNX, graph models, embeddings), or one with several inputs.
 */
export async function perturbByAttack(
  checkpoint: Checkpoint,
  data: DataSet,
  {name, strength}: PerturbationRequest,
  anchors: Uint32Array,
  options: PerturbOptions,
): Promise<Perturbed> {
  const {differentiable} = checkpoint
  if (differentiable === undefined)
    throw new UsageError(
      `${option('perturb')} ${name} needs gradients, which surety takes through TensorFlow.js LayersModels only`,
      [`attack the model elsewhere and give the result with ${option('pairs')}`],
    )
  const {
    tensorFlow: {tf, backend},
    model,
    outputKind,
  } = differentiable
  if (model.inputs.length !== 1)
    throw new UsageError(
      `${option('perturb')} ${name} needs a model with one input, but this one has ${model.inputs.length}`,
      [`give your own pairs with ${option('pairs')}`],
    )
  const classes = data.labels
  if (classes === null)
    throw new UsageError(`${option('perturb')} ${name} raises the cross-entropy of a class, and these rows have none`, [
      `use another perturbation, or give pairs of your own with ${option('pairs')}`,
    ])
  const array = numbersToPerturb(data, name)
  const shape = model.inputs[0]!.shape.map((length) => length ?? -1)
  const {rowShape} = bindInputs([{name: model.inputs[0]!.name, shape}], {...data, inputs: [array]}, [])[0]!
  const width = array.shape.slice(1).reduce((product, length) => product * length, 1)
  const range = rangeOf({data: array.data, width}, anchors, true, options.range ?? array.possible ?? null)
  const ends = [range.low[0]!, range.high[0]!] as const
  const radius = strength * (ends[1] - ends[0])
  const attack = name === 'fgsm' ? fgsm(radius, ends) : pgd(radius, ends, PGD_STEPS)
  const out = new Float32Array(data.rows * width)
  await tf.setBackend(backend)
  for (let first = 0; first < data.rows; first += BATCH) {
    const count = Math.min(BATCH, data.rows - first)
    const x = tf.tensor(Float32Array.from(array.data.subarray(first * width, (first + count) * width)), [
      count,
      ...rowShape,
    ])
    const labels = classes.subarray(first, first + count)
    const lossOf = (inputs: Tensor) =>
      crossEntropies(tf, model.apply(inputs, {training: false}) as Tensor2D, labels, outputKind)
    const result = gradientAttack(tf, x, lossOf, attack, name === 'pgd' ? rowRandom(options.seed, first) : null)
    out.set(await result.data(), first * width)
    tf.dispose([x, result])
  }
  const how = name === 'fgsm' ? 'FGSM, one step' : `PGD, ${PGD_STEPS} steps from a random start`
  return {
    data: withArray(data, array, out),
    description: `the output of ${how} against this model, each value changed by at most ${strength} × the range, clipped to ${range.description}`,
  }
}

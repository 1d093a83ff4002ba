import type * as core from '@tensorflow/tfjs-core'
import type {LayersModel} from '@tensorflow/tfjs-layers'
import {batchTensors, type BuiltModel, type TfLayer} from '../checkpoint/layers-model.js'
import {size} from '../checkpoint/pool.js'
import type {BoundData} from '../checkpoint/trainable.js'
import {dense, type Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'
import {crossEntropies, predictedClasses} from '../checkpoint/class-losses.js'
import {penaltyTensor, type PenaltyOptions} from './penalty.js'
import {poolStates} from './pool-states.js'

/** Results of one batch. */
export interface BatchResult {
  /** mean cross-entropy */
  loss: number
  /** mean penalty of the layers looked at; null: no pair counts */
  penalty: number | null
}

/**
 * A model between TensorFlow.js, which computes losses and gradients in fp32, and the optimizer, which keeps the
 * weights in fp64.
 */
export class Network {
  /** trained weights in fp64, in the order of the model */
  readonly parameters: Dense[]
  private readonly probe: LayersModel

  constructor(
    readonly built: BuiltModel,
    /** the layers that may be penalised, in order of depth */
    readonly layers: readonly TfLayer[],
    private readonly options: PenaltyOptions,
  ) {
    const output = built.layers.at(-1)!
    this.probe = built.tensorFlow.tfl.model({
      inputs: built.model.inputs,
      outputs: [...layers.filter((layer) => layer !== output), output].map((layer) => layer.output),
    })
    this.parameters = built.model.trainableWeights.map((weight) => dense(1, size(weight.shape as number[])))
    this.pull()
  }

  /**
   * Mean cross-entropy and λ times the mean penalty of some layers, with the gradient of their sum (and of the
   * regularizers that the model brings).
   *
   * Cost  one forward and one backward pass, and volatilityPenalty of each layer.
   */
  gradients(
    data: BoundData,
    rows: Uint32Array,
    layers: readonly number[],
    lambda: number,
    random: Random,
  ): BatchResult & {gradients: ArrayLike<number>[]} {
    const {tf} = this.built.tensorFlow
    this.seedDropout(random)
    const variables = this.built.model.trainableWeights.map((weight) => weight.read() as core.Variable)
    const result: BatchResult = {loss: NaN, penalty: null}
    const gradients = scoped(tf, () => {
      const objective = () => {
        const {losses, penalties} = this.forward(data, rows, layers, true)
        const mean: core.Scalar = tf.mean(losses)
        result.loss = mean.dataSync()[0]!
        const penalty = penalties.length === 0 ? null : tf.div<core.Scalar>(tf.addN(penalties), penalties.length)
        result.penalty = penalty?.dataSync()[0] ?? null
        const own: core.Scalar = this.built.model.calculateLosses().reduce((sum, loss) => tf.add(sum, loss), mean)
        return lambda === 0 || penalty === null ? own : tf.add<core.Scalar>(own, tf.mul(lambda, penalty))
      }
      const {grads} = tf.variableGrads(objective, variables)
      return variables.map((variable) => grads[variable.name]!.dataSync())
    })
    return {...result, gradients}
  }

  /** The model as it predicts: losses, right answers and penalties of some rows. */
  evaluate(
    data: BoundData,
    rows: Uint32Array,
    layers: readonly number[],
  ): {losses: ArrayLike<number>; penalty: number | null; right: number} {
    const {tf} = this.built.tensorFlow
    return scoped(tf, () => {
      const {losses, penalties, output} = this.forward(data, rows, layers, false)
      const values = penalties.map((penalty) => penalty.dataSync()[0]!)
      const predicted = predictedClasses(tf, output, this.built.outputKind).dataSync()
      return {
        losses: losses.dataSync(),
        penalty: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
        right: rows.reduce((sum, row, k) => sum + Number(predicted[k] === data.labels[row]), 0),
      }
    })
  }

  private forward(data: BoundData, rows: Uint32Array, layers: readonly number[], training: boolean) {
    const {tensorFlow, model, outputKind} = this.built
    const {tf} = tensorFlow
    const inputs = batchTensors(tensorFlow, model, data.inputs, rows)
    const outputs = this.probe.apply(inputs.length === 1 ? inputs[0]! : inputs, {training}) as
      | core.Tensor
      | core.Tensor[]
    const states = Array.isArray(outputs) ? outputs : [outputs]
    const output = states.at(-1) as core.Tensor2D
    const labels = Int32Array.from(rows, (row) => data.labels[row]!)
    const losses = crossEntropies(tf, output, labels, outputKind)
    const judged: core.Tensor1D = this.options.loss === 'one-minus-p' ? tf.sub(1, tf.exp(tf.neg(losses))) : losses
    const penalties = layers.flatMap(
      (k) => penaltyTensor(tf, poolStates(tf, states[k]!, data.mask, rows), judged, labels, this.options) ?? [],
    )
    return {losses, penalties, output}
  }

  /** Gives the optimizer the weights of the model. */
  pull(): void {
    this.built.model.trainableWeights.forEach((weight, p) => this.parameters[p]!.data.set(weight.read().dataSync()))
  }

  /**
   * Gives the model the weights of the optimizer; where the model constrains a weight, the optimizer takes that over.
   */
  push(): void {
    const {
      tensorFlow: {tf},
      model,
    } = this.built
    model.trainableWeights.forEach((weight, p) => {
      const {data} = this.parameters[p]!
      scoped(tf, () => weight.write(tf.tensor(Float32Array.from(data), weight.shape as number[])))
      if (weight.constraint !== null) data.set(weight.read().dataSync())
    })
  }

  /** Every weight of the model in fp32, trained or not. */
  weights(): Float32Array[] {
    return this.built.model.weights.map((weight) => Float32Array.from(weight.read().dataSync()))
  }

  setWeights(weights: readonly Float32Array[]): void {
    const {
      tensorFlow: {tf},
      model,
    } = this.built
    model.weights.forEach((weight, k) =>
      scoped(tf, () => weight.write(tf.tensor(weights[k]!, weight.shape as number[]))),
    )
  }

  /** Without a new seed each time, a dropout layer would always drop the same units, or use no seed. */
  private seedDropout(random: Random): void {
    for (const layer of this.built.model.layers) {
      if (layer.getClassName() === 'Dropout' || layer.getClassName() === 'SpatialDropout1D')
        Object.assign(layer, {seed: 1 + random.integer(2 ** 31 - 1)})
    }
  }
}

/** tf.tidy for work whose result is not a tensor. */
function scoped<T>(tf: typeof core, work: () => T): T {
  tf.engine().startScope()
  try {
    return work()
  } finally {
    tf.engine().endScope()
  }
}

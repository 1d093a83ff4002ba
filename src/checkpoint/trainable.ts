import {readInput} from '../data/read-file.js'
import {InputError} from '../errors.js'
import type {Note} from '../frame/report.js'
import {bindInputs, type BoundInput} from './bind-inputs.js'
import {modelFile} from './index.js'
import {buildLayersModel, type BuiltModel, inputsOf, layersSource} from './layers-model.js'
import {checkLabels} from './output.js'
import {type Backend, loadTensorFlow} from './tensorflow.js'
import {readTfjsFiles} from './tfjs-files.js'
import type {DataSet} from './data-types.js'

/** A data set bound to the inputs of one model. */
export interface BoundData {
  rows: number
  inputs: BoundInput[]
  labels: Int32Array
  /** [rows, tokens] which tokens count, if the data set says so */
  mask: {tokens: number; values: ArrayLike<number>} | null
}

/** Layers for which TensorFlow.js does not seed the random numbers. */
const UNSEEDED = new Set(['GaussianNoise', 'GaussianDropout', 'AlphaDropout'])

/**
 * A TensorFlow.js LayersModel that can be trained.
 *
 * Throws  InputError  what openCheckpoint throws for such a file; nothing to train, a fixed batch size, several
 *         outputs, an output that is not class scores, or a layer whose random numbers cannot be repeated.
 */
export async function openTrainable(path: string, backend?: Backend): Promise<BuiltModel> {
  const file = modelFile(path)
  const files = await readTfjsFiles(file, await readInput(file))
  if (files.graph)
    throw new InputError(`${file}: is a converted graph, which cannot be trained`, ['give a LayersModel'])
  const built = await buildLayersModel(file, layersSource(file, files), await loadTensorFlow(backend))
  const {model, layers} = built
  const output = layers.at(-1)!
  const fail = (message: string, nextStep: string) => {
    throw new InputError(`${file}: ${message}`, [nextStep])
  }
  if (model.trainableWeights.length === 0)
    fail('has no weight that may be trained', 'set trainable on some layers and save the model again')
  if (model.outputs.length !== 1)
    fail(
      `has ${model.outputs.length} outputs, but training needs one`,
      'save the model with its class scores as the only output',
    )
  if (output.shape?.length !== 1)
    fail(
      `its output has the shape [rows, ${output.shape?.join(', ') ?? 'any'}], but training needs one score for each class`,
      'use a model that classifies whole examples',
    )
  const {activation} = output.output.sourceLayer.getConfig()
  if (activation === 'sigmoid' && output.shape![0]! > 1)
    fail(
      `its output has ${output.shape![0]!} sigmoids, which are not probabilities of classes`,
      'use softmax, logits, or a single sigmoid for two classes',
    )
  for (const input of inputsOf(model))
    if (input.shape![0]! > 0)
      fail(`the input '${input.name}' takes batches of ${input.shape![0]!} only`, 'save the model without a batch size')
  for (const layer of model.layers) {
    const {dropout = 0, recurrentDropout = 0} = layer.getConfig() as {dropout?: number; recurrentDropout?: number}
    if (UNSEEDED.has(layer.getClassName()) || dropout > 0 || recurrentDropout > 0) {
      fail(
        `the layer ${layer.name} (${layer.getClassName()}) draws random numbers that cannot be repeated`,
        'replace it by Dropout, or set its rate to 0',
      )
    }
  }
  return built
}

/** Throws InputError if the data does not fit the model. */
export function bindData({model, layers}: BuiltModel, data: DataSet, notes: Note[]): BoundData {
  const classes = Math.max(2, layers.at(-1)!.shape![0]!)
  const {labels} = data
  const place = data.inputFiles[0]!.path
  if (labels === null) throw new InputError(`${place}: has no classes to train on`, ['give one class for each row'])
  checkLabels(labels, classes, place)
  const mask = data.inputs.find((input) => input.name === 'attention_mask')
  return {
    rows: data.rows,
    inputs: bindInputs(inputsOf(model), data, notes),
    labels,
    mask: mask === undefined ? null : {tokens: mask.data.length / data.rows, values: mask.data},
  }
}

import type {io, Tensor} from '@tensorflow/tfjs-core'
import type {LayersModel, SymbolicTensor} from '@tensorflow/tfjs-layers'
import type {InputBytes} from '../data/read-file.js'
import {InputError} from '../errors.js'
import type {Note} from '../report/types.js'
import {bindInputs, type BoundInput} from './bind-inputs.js'
import {batchSizeOf, collect, requireData} from './collect.js'
import {readLayersModelFiles} from './layers-model-files.js'
import {size, type State} from './pool.js'
import {selectLayers} from './select-layers.js'
import {loadTensorFlow, type TensorFlow} from './tensorflow.js'
import type {Checkpoint, DataSet, EmbeddingOptions, LayerInfo, OutputKind} from './types.js'

type Layer = LayersModel['layers'][number]
type TfLayer = LayerInfo & {output: SymbolicTensor}

/** Layers that pass their input on when a model is not being trained. */
const PASSING = new Set(['InputLayer', 'Dropout', 'SpatialDropout1D', 'AlphaDropout', 'GaussianDropout', 'GaussianNoise'])
const ACTIVATIONS = new Set(['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'Softmax'])

/**
 * A TensorFlow.js LayersModel: every layer asked for becomes an output of one model that shares the weights. Only the layer
 * classes of TensorFlow.js itself are built, so a file cannot bring code.
 *
 * Precision  fp32 on the wasm backend, or on cpu where wasm does not start.
 * Throws     InputError  damaged files (see readLayersModelFiles), or a layer class TensorFlow.js does not have.
 */
export async function openLayersModel(path: string, file: InputBytes): Promise<Checkpoint> {
  const {artifacts, inputFiles} = await readLayersModelFiles(path, file)
  const tensorFlow = await loadTensorFlow()
  const {model, layers} = await build(tensorFlow, artifacts).catch((cause: unknown) => {
    throw new InputError(`${path}: TensorFlow.js cannot build the model: ${reason(cause)}`, ['save the model again; layers with code of their own are not supported'], {cause})
  })
  const output = layers.at(-1)!
  const notes: Note[] = []

  async function embeddings(given: DataSet | null, options: EmbeddingOptions = {}) {
    const data = requireData(given, path)
    const chosen = selectLayers(layers, options.layers)
    const used = [...chosen.filter((layer) => layer !== output), output]
    const inputs = model.inputs.map((input) => ({name: input.name, shape: input.shape.map((length) => length ?? -1)}))
    const bound = bindInputs(inputs, data, notes)
    const {fixed, batchSize} = batchSizeOf(inputs[0]!, options)
    await tensorFlow.tf.setBackend(tensorFlow.backend)
    const probe = tensorFlow.tfl.model({inputs: model.inputs, outputs: used.map((layer) => layer.output)})
    const run = (first: number, count: number) => {
      try {
        return Promise.resolve(forward(tensorFlow, probe, bound, model, first, count, fixed ? batchSize : count))
      } catch (cause) {
        throw new InputError(`${path}: does not run on rows ${first} … ${first + count - 1} of ${data.inputFiles[0]!.path}: ${reason(cause)}`, ['check that this data belongs to this model'], {cause})
      }
    }
    const pass = {layers: used.map((layer) => layer.name), reportOutput: chosen.includes(output), outputKind: outputKind(output.output.sourceLayer), channelAxis: -1 as const, batchSize, run}
    return collect(pass, data, options, notes)
  }
  return {
    kind: 'tfjs-layers',
    listLayers: () => layers,
    embeddings,
    notes,
    inputFiles,
    differentiable: {tensorFlow, model, outputKind: outputKind(output.output.sourceLayer)},
    close: () => {
      model.dispose()
      return Promise.resolve()
    },
  }
}

async function build({tfl}: TensorFlow, artifacts: io.ModelArtifacts): Promise<{model: LayersModel; layers: TfLayer[]}> {
  const model = await tfl.loadLayersModel({load: () => Promise.resolve(artifacts)})
  return {model, layers: layersOf(model)}
}

/** Every layer that computes something, in the model's order, its output last. */
function layersOf(model: LayersModel): TfLayer[] {
  const outputLayer = model.outputs[0]!.sourceLayer
  const hidden = model.layers.filter((layer) => layer !== outputLayer && !PASSING.has(layer.getClassName()) && !Array.isArray(layer.outputShape[0]))
  const info = (layer: Layer, output: SymbolicTensor): TfLayer => {
    const type = layer.getClassName()
    const shape = output.shape.slice(1).map((length) => length ?? -1)
    return {name: layer.name, type, shape, default: layer === outputLayer || layer.getWeights().length > 0 || ACTIVATIONS.has(type), output}
  }
  // A layer used twice, or a model used as a layer, has several outputs; the last one is this model's own.
  return [...hidden.map((layer) => info(layer, layer.getOutputAt(layer.inboundNodes.length - 1) as SymbolicTensor)), info(outputLayer, model.outputs[0]!)]
}

/** The states of one batch, padded with zero rows to `batch`. */
function forward({tf}: TensorFlow, probe: LayersModel, bound: readonly BoundInput[], model: LayersModel, first: number, count: number, batch: number): State[] {
  return tf.tidy(() => {
    const inputs = bound.map(({array, rowShape}, i) => {
      const width = size(rowShape)
      const values = new Float32Array(batch * width)
      values.set(array.data.subarray(first * width, (first + count) * width))
      return tf.tensor(values, [batch, ...rowShape], model.inputs[i]!.dtype === 'int32' ? 'int32' : 'float32')
    })
    const outputs = probe.predictOnBatch(inputs)
    return (Array.isArray(outputs) ? outputs : [outputs]).map((tensor: Tensor) => ({shape: tensor.shape, data: Float32Array.from(tensor.dataSync())}))
  })
}

function outputKind(layer: Layer): OutputKind {
  const {activation} = layer.getConfig()
  return layer.getClassName() === 'Softmax' || activation === 'softmax' || activation === 'sigmoid' ? 'probabilities' : 'logits'
}

/** The first sentence of a foreign error. */
const reason = (error: unknown): string => String(error instanceof Error ? error.message : error).split(/\n|\. /)[0]!.slice(0, 300)

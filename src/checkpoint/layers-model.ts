import type {Tensor} from '@tensorflow/tfjs-core'
import type {LayersModel, SymbolicTensor} from '@tensorflow/tfjs-layers'
import {InputError} from '../errors.js'
import {quietly} from '../frame/silence-console.js'
import type {InputFile, Note} from '../frame/report.js'
import {bindInputs, type BoundInput, type ModelInput} from './bind-inputs.js'
import {bottlenecks, mainInput, onePerBlock} from './blocks.js'
import {batchChoice, collect, requireData} from './collect.js'
import {checkLayersConfig} from './inference.js'
import {kerasTopology} from './keras-topology.js'
import {holdsModels, type PlacedLayer, placedLayers} from './nested-models.js'
import {chooseOutput, wantedOutput} from './output-choice.js'
import {doesNotRun} from './run-failure.js'
import {selectLayers} from './select-layers.js'
import {forward, tensorFlowInput, loadTensorFlow, reason, type TensorFlow} from './tensorflow.js'
import type {TfjsFiles} from './tfjs-files.js'
import type {Checkpoint, EmbeddingOptions, LayerInfo, OutputKind} from './types.js'
import type {DataSet} from './data-types.js'

type Layer = LayersModel['layers'][number]
export type TfLayer = LayerInfo & {output: SymbolicTensor}

/** Where a LayersModel comes from. */
export interface LayersSource {
  kind: 'tfjs-layers' | 'keras'
  inputFiles: InputFile[]
  build: (tensorFlow: TensorFlow) => Promise<LayersModel>
}

/**
 * The model of a model.json. Keras 3 spelling, and nested Sequential models that get their shape from the layer before,
 * are translated first (see kerasModel).
 *
 * Throws  InputError: a layer that runs in training mode.
 */
export function layersSource(path: string, {artifacts, inputFiles}: TfjsFiles): LayersSource {
  const {modelTopology: topology} = artifacts
  const keras = kerasTopology(topology, path)
  checkLayersConfig(keras?.topology ?? topology, path)
  return {
    kind: 'tfjs-layers',
    inputFiles,
    build: ({tfl}) =>
      tfl.loadLayersModel({
        load: () =>
          Promise.resolve(
            keras === null
              ? artifacts
              : {...artifacts, modelTopology: keras.topology, weightSpecs: keras.renamed(artifacts.weightSpecs ?? [])},
          ),
      }),
  }
}

/** Layers that are the identity outside of training. */
const PASSING = new Set([
  'InputLayer',
  'Dropout',
  'SpatialDropout1D',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
])
const ACTIVATIONS = new Set(['Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax'])
const NORMALIZATIONS = new Set(['BatchNormalization', 'LayerNormalization'])
const MERGES = new Set(['Add', 'Average', 'Concatenate', 'Maximum', 'Minimum'])

/**
 * A TensorFlow.js LayersModel: every requested layer becomes an output of one model that shares the weights. Only
 * TensorFlow.js' own layer classes are built, so a file cannot inject code.
 *
 * Precision  fp32 on the wasm backend, or on cpu if wasm does not start or lacks an operation.
 * Throws     InputError  the model cannot be built, for example because TensorFlow.js does not have one of its layers.
 */
export const openLayersModel = async (path: string, source: LayersSource): Promise<Checkpoint> =>
  checkpointOf(await buildLayersModel(path, source, await loadTensorFlow()))

/** A model in memory, which certify probes and harden trains. */
export interface BuiltModel {
  path: string
  kind: LayersSource['kind']
  tensorFlow: TensorFlow
  model: LayersModel
  /** every layer that computes something, in model order, output last */
  layers: TfLayer[]
  outputKind: OutputKind
  inputFiles: InputFile[]
}

export async function buildLayersModel(
  path: string,
  {kind, inputFiles, build}: LayersSource,
  tensorFlow: TensorFlow,
): Promise<BuiltModel> {
  try {
    const model = await quietly(() => build(tensorFlow))
    const layers = layersOf(model)
    return {
      path,
      kind,
      tensorFlow,
      model,
      layers,
      outputKind: outputKind(layers.at(-1)!.output.sourceLayer),
      inputFiles,
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError(
      `${path}: TensorFlow.js cannot build the model: ${reason(cause)}`,
      ['save the model again; layers with custom code are not supported'],
      {cause},
    )
  }
}

/**
 * If a model is built twice in a process, its names get a numeric suffix the second time; this uses the names without
 * it.
 */
export const inputsOf = (model: LayersModel): ModelInput[] =>
  model.inputs.map((input) => ({
    name: input.originalName ?? input.name,
    shape: input.shape.map((length) => length ?? -1),
  }))

/** Some rows of the data as the model's inputs. */
export const batchTensors = (
  tensorFlow: TensorFlow,
  model: LayersModel,
  bound: readonly BoundInput[],
  rows: Uint32Array,
): Tensor[] => bound.map((input, i) => tensorFlowInput(tensorFlow, input, model.inputs[i]!.dtype, rows))

export function checkpointOf(built: BuiltModel): Checkpoint {
  const {path, kind, tensorFlow, model, layers, outputKind: kindOfFirst, inputFiles} = built
  const modelInputs = inputsOf(model)
  const candidates = model.outputs.map(({sourceLayer, shape}) => ({
    name: sourceLayer.name,
    shape: shape.map((length) => length ?? -1),
  }))
  const notes: Note[] = []

  async function embeddings(given: DataSet | null, options: EmbeddingOptions = {}) {
    const data = requireData(given, path, options, notes)
    const at = chooseOutput(candidates, options.outputName, wantedOutput(data, options), path, notes)
    const all = at === 0 ? layers : layersOf(model, at)
    const output = all.at(-1)!
    const chosen = selectLayers(all, options.layers)
    const used = [...chosen.filter((layer) => layer !== output), output]
    const bound = bindInputs(modelInputs, data, notes)
    const batch = batchChoice(modelInputs[0]!, bound, options)
    const probe = tensorFlow.tfl.model({inputs: model.inputs, outputs: used.map((layer) => layer.output)})
    const predict = (tensors: Parameters<LayersModel['predictOnBatch']>[0]) => [probe.predictOnBatch(tensors)].flat()
    const run = (rows: Uint32Array) =>
      forward(
        tensorFlow,
        bound,
        model.inputs.map(({dtype}) => dtype),
        rows,
        predict,
      ).catch((cause: unknown) => {
        throw doesNotRun(path, rows, data, cause)
      })
    const pass = {
      layers: used.map((layer) => layer.name),
      reportOutput: chosen.includes(output),
      outputKind: at === 0 ? kindOfFirst : outputKind(output.output.sourceLayer),
      outputName: candidates[at]!.name,
      channelAxis: -1 as const,
      // TensorFlow.js has channels last.
      features: used.map(() => -1),
      batch,
      inputs: bound,
      run,
    }
    return collect([pass], data, options, notes)
  }
  return {
    kind,
    listLayers: () => layers,
    modelInputs,
    embeddings,
    notes,
    inputFiles,
    differentiable: {tensorFlow, model, outputKind: kindOfFirst},
    close: () => {
      model.dispose()
      return Promise.resolve()
    },
  }
}

/**
 * Every layer that computes something, in model order, the chosen output last; by default one per block is used. Layers
 * of nested models are named by their path, `inner/layer`.
 */
function layersOf(model: LayersModel, outputIndex = 0): TfLayer[] {
  for (const {name, outputShape} of model.layers) checkSize(name, [outputShape].flat(2))
  const {layers, outputs} = holdsModels(model) ? placedLayers(model) : plainLayers(model)
  for (const {path, layer} of layers) checkSize(path, [layer.outputShape].flat(2))
  const chosen = outputs[outputIndex]!
  const last = layers.find(({output, layer}) => output.id === chosen.id || layer === chosen.sourceLayer)!
  const hidden = layers.filter(
    (placed) =>
      placed !== last && !PASSING.has(placed.layer.getClassName()) && !Array.isArray(placed.layer.outputShape[0]),
  )
  const defaults = defaultLayers(model, layers, last)
  const info = (placed: PlacedLayer, output: SymbolicTensor): TfLayer => ({
    name: placed.path,
    type: placed.layer.getClassName(),
    shape: output.shape.slice(1).map((length) => length ?? -1),
    default: placed === last || defaults.has(placed),
    output,
  })
  return [...hidden.map((placed) => info(placed, placed.output)), info(last, chosen)]
}

/** The layers of a model without nested models. */
function plainLayers(model: LayersModel): {layers: PlacedLayer[]; outputs: SymbolicTensor[]} {
  const layers = model.layers.map((layer) => ({
    path: layer.name,
    layer,
    // A layer used twice has several outputs; the last one counts.
    output: layer.getOutputAt(layer.inboundNodes.length - 1) as SymbolicTensor,
    inputs: layer.inboundNodes.flatMap((node) => node.inboundLayers).map(({name}) => name),
  }))
  return {layers, outputs: model.outputs}
}

/** More values per example are an error in the file, or an attempt to exhaust memory. */
const MAX_VALUES = 2 ** 28

function checkSize(name: string, shape: readonly (number | null)[]): void {
  const values = shape.slice(1).reduce<number>((product, length) => product * (length ?? 1), 1)
  if (values > MAX_VALUES)
    throw new InputError(`the layer ${name} gives ${values} values for each example, the limit is ${MAX_VALUES}`, [
      'check the file with the program that saved it',
    ])
}

/**
 * The default layers: layers with weights, activations and merges of branches, each at its end (a convolution followed
 * by a normalization or activation ends there); of these, the ones that every path passes through, one per block (see
 * graphLayers). If none remain, all of them except merges.
 */
function defaultLayers(model: LayersModel, layers: readonly PlacedLayer[], output: PlacedLayer): Set<PlacedLayer> {
  const readers = new Map<string, PlacedLayer[]>()
  for (const placed of layers)
    for (const source of placed.inputs) readers.set(source, [...(readers.get(source) ?? []), placed])
  const type = ({layer}: PlacedLayer) => layer.getClassName()
  const isEnd = ({path}: PlacedLayer) => {
    const next = readers.get(path) ?? []
    return (
      next.length !== 1 ||
      // The input of a separate softmax layer is the scores: see graphLayers.
      next[0] === output ||
      !(ACTIVATIONS.has(type(next[0]!)) || NORMALIZATIONS.has(type(next[0]!)))
    )
  }
  const computes = (placed: PlacedLayer) => placed.layer.getWeights().length > 0 || ACTIVATIONS.has(type(placed))
  const ends = layers.filter(
    (placed) => placed !== output && (computes(placed) || MERGES.has(type(placed))) && isEnd(placed),
  )
  const source = mainInput(model.inputs.map(({sourceLayer}) => sourceLayer.name))
  // A layer used twice has no unique position in the order.
  const once =
    new Set(layers.map(({path}) => path)).size === layers.length &&
    model.layers.every((layer) => holdsModels(model) || layer.inboundNodes.length === 1)
  const passed =
    source === undefined || !once
      ? new Set<string>()
      : bottlenecks(
          layers.map(({path, inputs}) => ({name: path, inputs})),
          source,
          output.path,
        )
  const kept = new Set(onePerBlock(ends.map(({path}) => path).filter((path) => passed.has(path))))
  return new Set(kept.size > 0 ? ends.filter(({path}) => kept.has(path)) : ends.filter(computes))
}

function outputKind(layer: Layer): OutputKind {
  const {activation} = layer.getConfig()
  const classes = [layer.outputShape].flat(2).at(-1)
  if (activation === 'sigmoid') return classes === 1 ? 'probabilities' : 'one-vs-rest'
  return layer.getClassName() === 'Softmax' || activation === 'softmax' ? 'probabilities' : 'logits'
}

import {dirname} from 'node:path'
import type {InferenceSession} from 'onnxruntime-node'
import {encodeMessage, type Field} from '../data/protobuf.js'
import type {InputBytes} from '../data/read-file.js'
import {InputError} from '../errors.js'
import {loadPart} from '../packages.js'
import type {Note} from '../frame/report.js'
import {readBeside} from './weight-files.js'
import {type BoundInput, type ModelInput, possibleBindings} from './bind-inputs.js'
import {batchChoice, collect, requireData} from './collect.js'
import type {ModelRunner} from './model-runner.js'
import {featureAxes} from './feature-axes.js'
import {isFloating, type OnnxGraph, readOnnxGraph} from './onnx-graph.js'
import {graphFlow, graphLayers, graphOutputKind} from './graph-layers.js'
import {inlineFunctions} from './onnx-functions.js'
import {onnxInput, stateOf} from './onnx-tensors.js'
import {checkOnnxInference} from './onnx-training.js'
import {chooseOutput, type OutputCandidate, wantedOutput} from './output-choice.js'
import {doesNotRun, runtimeReason} from './run-failure.js'
import {selectLayers} from './select-layers.js'
import type {Checkpoint, EmbeddingOptions, LayerInfo} from './types.js'
import type {DataSet} from './data-types.js'

/**
 * An ONNX model, run by onnxruntime-node. Hidden tensors become outputs by appending a second `graph` field to the
 * file's bytes: protobuf merges repeated embedded messages of the same number, so nothing is rewritten and weights are
 * not copied.
 *
 * Precision  that of the model; onnxruntime splits rows and columns across threads, never a sum.
 * Throws     InputError  no valid ONNX graph, or a missing external weight file. embeddings() throws DeviceError if
 *            onnxruntime-node is missing.
 */
export async function openOnnx(path: string, model: InputBytes): Promise<Checkpoint> {
  const bytes = inlineFunctions(model.bytes, path)
  const graph = readOnnxGraph(bytes, path)
  checkOnnxInference(bytes, path)
  const candidates = scoreOutputs(graph, path)
  const layersTo = (output: string) => {
    const found = graphLayers(graph, output)
    if (found.some(({tensor}) => tensor === output)) return found
    throw new InputError(`${path}: the output ${output} of the model does not depend on its inputs`, [
      'check the file with the program that exported it',
    ])
  }
  // Until labels are known, the first output is assumed to be the class scores.
  const layers = layersTo(candidates[0]!.name)
  const features = featureAxes(graph)
  const external = await Promise.all(graph.externalFiles.map((name) => readBeside(path, name)))
  const notes: Note[] = []

  async function embeddings(given: DataSet | null, options: EmbeddingOptions = {}) {
    const data = requireData(given, path, options, notes)
    const output =
      candidates[chooseOutput(candidates, options.outputName, wantedOutput(data, options), path, notes)]!.name
    const layers = layersTo(output)
    const outputName = layers.find(({tensor}) => tensor === output)!.name
    const chosen = selectLayers(layers, options.layers, (layer) => [layer.tensor])
    const hidden = chosen.filter((layer) => layer.tensor !== output)
    const fetches = [...hidden.map((layer) => layer.tensor), output]
    const ort = await loadRuntime()
    const session = await createSession(ort, bytes, graph, fetches, path)
    try {
      const inputs = session.inputMetadata.map((input) => modelInput(input, graph))
      const types = session.inputMetadata.map((input) => (input.isTensor ? input.type : 'a sequence'))
      const runOn =
        (session: InferenceSession, tensors: readonly string[], bound: readonly BoundInput[]) =>
        async (rows: Uint32Array) => {
          const feeds = Object.fromEntries(
            bound.map((input, i) => [input.name, onnxInput(ort, types[i]!, input, rows)]),
          )
          const results = await session.run(feeds, tensors).catch((cause: unknown) => {
            throw doesNotRun(path, rows, data, cause)
          })
          return tensors.map((name) => stateOf(name, results[name]!))
        }
      const names = [...hidden.map((layer) => layer.name), outputName]
      const passes = possibleBindings(inputs, data).map(
        (binding): ModelRunner => ({
          layers: names,
          reportOutput: chosen.length > hidden.length,
          outputKind: graphOutputKind(graph, output),
          outputName: output,
          channelAxis: 1,
          features: fetches.map((tensor) => features.get(tensor) ?? null),
          batch: batchChoice(inputs[0]!, binding.inputs, options),
          inputs: binding.inputs,
          notes: binding.notes,
          run: runOn(session, fetches, binding.inputs),
          openNodes: async () => {
            const flow = [...graphFlow(graph)]
            const whole = await createSession(
              ort,
              bytes,
              graph,
              flow.map(([tensor]) => tensor),
              path,
              false,
            )
            const numeric = new Set(
              whole.outputMetadata.flatMap((value) => (value.isTensor && value.type !== 'string' ? [value.name] : [])),
            )
            const nodes = flow.flatMap(([tensor, node]) => (numeric.has(tensor) ? [{tensor, node}] : []))
            return {
              nodes,
              run: runOn(
                whole,
                nodes.map(({tensor}) => tensor),
                binding.inputs,
              ),
              close: () => whole.release(),
            }
          },
        }),
      )
      return await collect(passes, data, options, notes)
    } finally {
      await session.release()
    }
  }
  const modelInputs = graph.inputs.map(({name}) => ({name, shape: graph.shapes.get(name) ?? null}))
  /** onnxruntime infers shapes missing from the file, once every layer is an output. */
  async function describeLayers(): Promise<LayerInfo[]> {
    const ort = await loadRuntime()
    const session = await createSession(
      ort,
      bytes,
      graph,
      layers.map((layer) => layer.tensor),
      path,
      false,
    )
    const shapes = new Map(session.outputMetadata.map((value) => [value.name, value.isTensor ? value.shape : null]))
    await session.release()
    return layers.map((layer) => ({
      ...layer,
      shape:
        layer.shape ??
        shapes
          .get(layer.tensor)
          ?.slice(1)
          .map((length) => (typeof length === 'number' ? length : -1)) ??
        null,
    }))
  }
  return {
    kind: 'onnx',
    listLayers: () => layers,
    describeLayers,
    modelInputs,
    embeddings,
    notes,
    inputFiles: [model.file, ...external.map(({file}) => file)],
    close: () => Promise.resolve(),
  }
}

/** The real-valued outputs: one of them holds the class scores. */
function scoreOutputs(graph: OnnxGraph, path: string): OutputCandidate[] {
  const outputs = graph.outputs.filter(isFloating)
  if (outputs.length > 0) return outputs.map(({name}) => ({name, shape: graph.shapes.get(name) ?? null}))
  const names = graph.outputs.map(({name}) => name).join(', ')
  throw new InputError(`${path}: no output of the model is a tensor of real numbers; its outputs: ${names}`, [
    'export the model with class scores as a tensor (for scikit-learn: zipmap=False)',
  ])
}

const loadRuntime = () =>
  loadPart('onnx', () => import('onnxruntime-node'), [
    'or store the hidden states as npz or safetensors and certify that file',
  ])

/** A session whose outputs include the hidden tensors: see openOnnx. */
async function createSession(
  ort: typeof import('onnxruntime-node'),
  model: Uint8Array,
  graph: OnnxGraph,
  tensors: string[],
  path: string,
  strict = true,
): Promise<InferenceSession> {
  const present = new Set(graph.outputs.map((output) => output.name))
  const added = tensors.filter((name) => !present.has(name)).map((name): Field => [12, [[1, name]]])
  const bytes = Buffer.concat([model, encodeMessage([[7, added]])])
  // External weights are looked up in the model's folder.
  const extra = {session: {model_external_initializers_file_folder_path: dirname(path)}}
  const session = await ort.InferenceSession.create(bytes, {logSeverityLevel: 4, extra}).catch((cause: unknown) => {
    throw new InputError(
      `${path}: onnxruntime cannot load the model: ${runtimeReason(cause)}`,
      ['check the file with the program that exported it'],
      {cause},
    )
  })
  const bad = session.outputMetadata.find((value) => tensors.includes(value.name) && !value.isTensor)
  if (bad === undefined || !strict) return session
  await session.release()
  throw new InputError(`${path}: layer ${bad.name} is a sequence or a map, not a tensor`, ['leave this layer out'])
}

function modelInput(input: InferenceSession.ValueMetadata, graph: OnnxGraph): ModelInput {
  if (!input.isTensor || !graph.shapes.has(input.name)) return {name: input.name, shape: null}
  const shape = input.shape.map((size) => (typeof size === 'number' ? size : -1))
  return {name: input.name, shape, batchAxes: batchAxesOf(input.shape)}
}

const BATCH_NAME = /^(n|b|bs)$|batch/i
const STEPS_NAME = /^(t|s|l)$|seq|time|step|len/i

/**
 * Axes of an input that could be the batch, by its declaration: those named so; else those of any size, sequence steps
 * last; else the fixed ones except the last, which holds features. If an axis of any size does not fit the data, it may
 * hold the steps, with a batch of one. The probe decides.
 */
function batchAxesOf(shape: readonly (number | string)[]): number[][] {
  const of = (fits: (size: number | string) => boolean) => [...shape.keys()].filter((axis) => fits(shape[axis]!))
  const named = (pattern: RegExp) => (size: number | string) => typeof size === 'string' && pattern.test(size)
  const isBatch = named(BATCH_NAME)
  const isSteps = named(STEPS_NAME)
  const isFree = (size: number | string) => typeof size === 'string' && !isBatch(size)
  const free = [...of((size) => isFree(size) && !isSteps(size)), ...of((size) => isFree(size) && isSteps(size))]
  const called = of(isBatch)
  const any = called.length + free.length > 0
  const fixed = of((size) => (any ? size === 1 : typeof size === 'number')).filter(
    (axis) => axis === 0 || axis < shape.length - 1,
  )
  return [called, free, fixed].filter((axes) => axes.length > 0)
}

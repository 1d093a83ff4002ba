import type {Tensor} from '@tensorflow/tfjs-core'
import type {GraphModel} from '@tensorflow/tfjs-converter'
import {InputError} from '../errors.js'
import {loadPart} from '../packages.js'
import type {Note} from '../frame/report.js'
import {bindInputs} from './bind-inputs.js'
import {batchChoice, collect, requireData} from './collect.js'
import {graphLayers, graphOutputKind} from './graph-layers.js'
import {chooseOutput, type OutputCandidate, wantedOutput} from './output-choice.js'
import {doesNotRun} from './run-failure.js'
import {selectLayers} from './select-layers.js'
import {forward, loadTensorFlow, reason} from './tensorflow.js'
import {readTfGraph} from './tf-graph.js'
import type {TfjsFiles} from './tfjs-files.js'
import type {Checkpoint, EmbeddingOptions} from './types.js'
import type {DataSet} from './data-types.js'

/**
 * A TensorFlow.js graph model (a converted SavedModel): every node that depends on the inputs can be a layer. Loops and
 * other control flow are refused, so a model cannot run forever.
 *
 * Precision  fp32 on the wasm backend, or on cpu if wasm does not start or lacks an operation.
 * Throws     InputError  a damaged graph (see readTfGraph), or an operation TensorFlow.js does not have.
 */
export async function openGraphModel(path: string, {artifacts, signature, inputFiles}: TfjsFiles): Promise<Checkpoint> {
  const graph = readTfGraph(artifacts.modelTopology, signature, path)
  const tensorFlow = await loadTensorFlow()
  const {loadGraphModelSync} = await loadPart('tfjs', () => import('@tensorflow/tfjs-converter'))
  const model = await build(() => loadGraphModelSync(artifacts), path)
  const candidates = graph.outputs.map((name): OutputCandidate => ({name, shape: graph.shapes.get(name) ?? null}))
  const layersTo = (output: string) => {
    const found = graphLayers(graph, output)
    if (found.some(({tensor}) => tensor === output)) return found
    throw new InputError(`${path}: the output ${output} of the model does not depend on its inputs`, [
      'convert the model again',
    ])
  }
  // Until labels are known, the first output is assumed to be the class scores.
  const layers = layersTo(graph.outputs[0]!)
  const notes: Note[] = []

  async function embeddings(given: DataSet | null, options: EmbeddingOptions = {}) {
    const data = requireData(given, path, options, notes)
    const output =
      candidates[chooseOutput(candidates, options.outputName, wantedOutput(data, options), path, notes)]!.name
    const layers = layersTo(output)
    const outputLayer = layers.find(({tensor}) => tensor === output)
    const chosen = selectLayers(layers, options.layers, (layer) => [layer.tensor])
    const hidden = chosen.filter((layer) => layer !== outputLayer)
    const fetches = [...hidden.map((layer) => layer.tensor), output]
    const bound = bindInputs(graph.placeholders, data, notes)
    const batch = batchChoice(graph.placeholders[0]!, bound, options)
    const predict = (tensors: Tensor[]) =>
      [
        model.execute(Object.fromEntries(tensors.map((tensor, i) => [graph.placeholders[i]!.node, tensor])), fetches),
      ].flat()
    const run = (rows: Uint32Array) =>
      forward(
        tensorFlow,
        bound,
        graph.placeholders.map(({type}) => type),
        rows,
        predict,
      ).catch((cause: unknown) => {
        throw doesNotRun(path, rows, data, cause)
      })
    const names = [...hidden, outputLayer!].map((layer) => layer.name)
    const pass = {
      layers: names,
      reportOutput: chosen.length > hidden.length,
      outputKind: graphOutputKind(graph, output),
      outputName: output,
      channelAxis: -1 as const,
      // TensorFlow.js has channels last.
      features: names.map(() => -1),
      batch,
      inputs: bound,
      run,
    }
    return collect([pass], data, options, notes)
  }
  return {
    kind: 'tfjs-graph',
    listLayers: () => layers,
    modelInputs: graph.placeholders,
    embeddings,
    notes,
    inputFiles,
    close: () => {
      model.dispose()
      return Promise.resolve()
    },
  }
}

async function build(load: () => GraphModel<never>, path: string): Promise<GraphModel<never>> {
  try {
    return await Promise.resolve(load())
  } catch (cause) {
    throw new InputError(
      `${path}: TensorFlow.js cannot build the model: ${reason(cause)}`,
      ['convert the model again, or convert it to ONNX'],
      {cause},
    )
  }
}

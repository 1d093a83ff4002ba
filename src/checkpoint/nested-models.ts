import type {LayersModel, SymbolicTensor} from '@tensorflow/tfjs-layers'

type Layer = LayersModel['layers'][number]

/** A layer and its position; inside a nested model, its name is a path. */
export interface PlacedLayer {
  /** `outer/inner/layer` */
  path: string
  layer: Layer
  /** its state as a function of the whole model's inputs */
  output: SymbolicTensor
  /** paths of the layers it reads */
  inputs: string[]
}

/** TensorFlow.js' internal graph of a model. */
interface Graph {
  nodesByDepth: Record<string, Node[]>
}
interface Node {
  outboundLayer: Layer
  inputTensors: SymbolicTensor[]
  outputTensors: SymbolicTensor[]
  callArgs?: Record<string, unknown>
}

const isModel = (layer: Layer): layer is Layer & LayersModel => Array.isArray((layer as {layers?: unknown}).layers)

export const holdsModels = (model: LayersModel): boolean => model.layers.some(isModel)

/**
 * Every layer of a model and its nested models, in order of computation. Inner layers are called again on the tensors
 * of the outer model, so that each state is a function of the whole model's inputs. Weights are shared.
 *
 * Cost    one symbolic call per layer; nothing is computed.
 */
export function placedLayers(model: LayersModel): {layers: PlacedLayer[]; outputs: SymbolicTensor[]} {
  const layers: PlacedLayer[] = []
  const makers = new Map<number, string>()
  for (const input of model.inputs) makers.set(input.id, input.sourceLayer.name)

  function place(layer: Layer, inputs: SymbolicTensor[], prefix: string, args?: Record<string, unknown>) {
    const path = `${prefix}${layer.name}`
    if (isModel(layer)) return expand(layer, inputs, `${path}/`)
    const result = layer.apply(inputs.length === 1 ? inputs[0]! : inputs, args ?? {})
    const outputs = [result].flat() as SymbolicTensor[]
    const from = [...new Set(inputs.flatMap(({id}) => makers.get(id) ?? []))]
    layers.push({path, layer, output: outputs[0]!, inputs: from})
    for (const output of outputs) makers.set(output.id, path)
    return outputs
  }

  function expand(inner: LayersModel, inputs: SymbolicTensor[], prefix: string): SymbolicTensor[] {
    // A Sequential whose first layer is a model uses that model's tensors as its own, so its list of layers is the
    // graph.
    if (inner.getClassName() === 'Sequential')
      return inner.layers.reduce(
        (state, layer) => (layer.getClassName() === 'InputLayer' ? state : place(layer, state, prefix)),
        inputs,
      )
    const now = new Map(inner.inputs.map((tensor, i) => [tensor.id, inputs[i]!]))
    const {nodesByDepth} = inner as unknown as Graph
    const depths = Object.keys(nodesByDepth).map(Number)
    for (const depth of depths.sort((a, b) => b - a)) {
      for (const {outboundLayer, inputTensors, outputTensors, callArgs} of nodesByDepth[depth]!) {
        if (outboundLayer.getClassName() === 'InputLayer') continue
        const outputs = place(
          outboundLayer,
          inputTensors.map(({id}) => now.get(id)!),
          prefix,
          callArgs,
        )
        outputTensors.forEach((tensor, i) => now.set(tensor.id, outputs[i]!))
      }
    }
    return inner.outputs.map(({id}) => now.get(id)!)
  }
  return {outputs: expand(model, model.inputs, ''), layers}
}

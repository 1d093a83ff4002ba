import type {OnnxGraph, OnnxNode} from './onnx-graph.js'
import type {LayerInfo, OutputKind} from './types.js'

/** A tensor that depends on the model's inputs, under the name reports show and the one the file uses. */
export interface OnnxLayer extends LayerInfo {
  tensor: string
}

const ACTIVATIONS = new Set([
  'Relu', 'LeakyRelu', 'PRelu', 'ThresholdedRelu', 'Elu', 'Selu', 'Celu', 'Clip', 'Softplus', 'Softsign', 'Sigmoid', 'HardSigmoid', 'HardSwish', 'Swish',
  'Mish', 'Tanh', 'Erf', 'Gelu', 'FastGelu', 'QuickGelu', 'BiasGelu', 'LayerNormalization', 'SkipLayerNormalization', 'SimplifiedLayerNormalization',
  'SkipSimplifiedLayerNormalization', 'RMSNormalization',
])
const POOLS = new Set(['MaxPool', 'AveragePool', 'GlobalMaxPool', 'GlobalAveragePool', 'LpPool', 'GlobalLpPool'])
/** What follows from these tells of sizes, not of the example. */
const SIZES = new Set(['Shape', 'Size'])

/**
 * The tensors of a graph that can be looked at, in the file's (topological) order, and which of them are layers by default:
 * the end of every activation, and the model's output. The end of an activation is the tensor that the next layer reads:
 * past the products of a gate x·σ(x) or of a GELU written with Erf or Tanh, and past a pooling.
 *
 * Cost    linear in the nodes.
 * Empty   a graph without activations → only its output is a default layer.
 * Source  —   Deviation: none.
 */
export function onnxLayers(graph: OnnxGraph, output: string): OnnxLayer[] {
  const producer = new Map<string, OnnxNode>()
  const consumers = new Map<string, OnnxNode[]>()
  const live = new Set(graph.inputs.map((input) => input.name))
  for (const node of graph.nodes) {
    if (SIZES.has(node.op) || !node.inputs.some((name) => live.has(name))) continue
    for (const name of node.outputs) {
      if (name === '') continue
      live.add(name)
      producer.set(name, node)
    }
    for (const name of new Set(node.inputs)) consumers.set(name, [...(consumers.get(name) ?? []), node])
  }
  const reader = (tensor: string): OnnxNode | undefined => {
    const nodes = consumers.get(tensor) ?? []
    return nodes.length === 1 && tensor !== output ? nodes[0] : undefined
  }
  const ends = new Set([output])
  for (const node of graph.nodes) {
    const tensor = node.outputs[0]
    if (tensor !== undefined && producer.get(tensor) === node && ACTIVATIONS.has(node.op)) ends.add(activationEnd(node, tensor, reader, live))
  }
  const names = friendlyNames([...producer.keys()])
  return [...producer].map(([tensor, node]) => ({
    name: names.get(tensor)!,
    tensor,
    type: node.op,
    shape: graph.shapes.get(tensor)?.slice(1) ?? null,
    default: ends.has(tensor),
  }))
}

/** The tensor that holds the finished activation of `node`: see onnxLayers. */
function activationEnd(node: OnnxNode, first: string, reader: (tensor: string) => OnnxNode | undefined, live: ReadonlySet<string>): string {
  let tensor = first
  let next = reader(tensor)
  const advance = () => {
    tensor = next!.outputs[0]!
    next = reader(tensor)
  }
  const addsConstant = next?.op === 'Add' && next.inputs.some((name) => !live.has(name))
  if ((node.op === 'Erf' || node.op === 'Tanh') && addsConstant && reader(next!.outputs[0]!)?.op === 'Mul') {
    advance()
    // x·(1 + erf) and ½ are multiplied in one order or the other.
    for (let factors = 0; factors < 2 && next?.op === 'Mul'; factors++) advance()
  } else if (next?.op === 'Mul' && next.inputs.includes(node.inputs[0]!)) advance()
  if (next !== undefined && POOLS.has(next.op)) advance()
  return tensor
}

/** `/encoder/act/Relu_output_0` → `encoder/act/Relu`, except where two tensors would share the short name. */
function friendlyNames(tensors: string[]): Map<string, string> {
  const short = (tensor: string) => tensor.replace(/^\//, '').replace(/_output_0$/, '') || tensor
  const uses = new Map<string, number>()
  for (const name of tensors.map(short)) uses.set(name, (uses.get(name) ?? 0) + 1)
  return new Map(tensors.map((tensor) => [tensor, uses.get(short(tensor)) === 1 ? short(tensor) : tensor]))
}

const RESHAPES = new Set(['Identity', 'Cast', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Dropout'])

/** What the operator behind the output says of its values; undefined: nothing. */
export function onnxOutputKind(graph: OnnxGraph, output: string): OutputKind | undefined {
  const producer = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  let node = producer.get(output)
  for (let steps = 0; node !== undefined && RESHAPES.has(node.op) && steps < graph.nodes.length; steps++) node = producer.get(node.inputs[0] ?? '')
  if (node?.op === 'Softmax' || node?.op === 'Sigmoid') return 'probabilities'
  // Log-probabilities are logits whose softmax is themselves.
  return node?.op === 'LogSoftmax' ? 'logits' : undefined
}

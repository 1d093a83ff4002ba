import {bottlenecks, mainInput, onePerBlock} from './blocks.js'
import type {LayerInfo, OutputKind} from './types.js'

/** Nodes with their inputs and outputs in topological order, the same for ONNX and TensorFlow graphs. */
export interface ComputeGraph {
  readonly nodes: readonly GraphNode[]
  /** fed by the caller */
  readonly inputs: readonly {name: string}[]
  /** shapes stated in the file; −1: any size */
  readonly shapes: ReadonlyMap<string, readonly number[]>
}

export interface GraphNode {
  op: string
  /** absent or empty: none */
  name?: string
  inputs: string[]
  outputs: string[]
  /** an activation is fused into the operator */
  activated?: boolean
  /** axes of a transposition */
  perm?: number[]
}

/** A tensor that depends on the model's inputs, with its name in reports and in the file. */
export interface GraphLayer extends LayerInfo {
  tensor: string
}

/** Names from ONNX and TensorFlow; shared names mean the same. */
const ACTIVATIONS = new Set([
  'Relu',
  'Relu6',
  'LeakyRelu',
  'PRelu',
  'Prelu',
  'ThresholdedRelu',
  'Elu',
  'Selu',
  'Celu',
  'Clip',
  'ClipByValue',
  'Softplus',
  'Softsign',
  'Sigmoid',
  'HardSigmoid',
  'HardSwish',
  'Swish',
  'Mish',
  'Tanh',
  'Erf',
  'Gelu',
  'FastGelu',
  'QuickGelu',
  'BiasGelu',
  'Shrink',
  'Sin',
  'Cos',
  'Atan',
  'Asinh',
])
/** The states of a recurrent network are their first output. */
const RECURRENT = new Set(['LSTM', 'GRU', 'RNN'])
/** Operators that change the axes of a state, not its values. */
const REARRANGES = new Set(['Squeeze', 'Transpose', 'Reshape'])
/** Products with weights: used as layers if a graph has no other candidates. */
const PRODUCTS = new Set([
  'MatMul',
  'Gemm',
  'Conv',
  'ConvTranspose',
  'Conv2D',
  'BatchMatMulV2',
  '_FusedMatMul',
  '_FusedConv2D',
])
const NORMALIZATIONS = new Set([
  'LayerNormalization',
  'SkipLayerNormalization',
  'SimplifiedLayerNormalization',
  'SkipSimplifiedLayerNormalization',
  'RMSNormalization',
])
const POOLS = new Set([
  'MaxPool',
  'AveragePool',
  'AvgPool',
  'GlobalMaxPool',
  'GlobalAveragePool',
  'LpPool',
  'GlobalLpPool',
])
/** Operators that merge branches. */
const MERGES = new Set(['Add', 'AddV2', 'AddN', 'Sum', 'Concat', 'ConcatV2'])
const ADDS = new Set(['Add', 'AddV2'])
/** Values computed from these describe sizes, not the example. */
const SIZES = new Set(['Shape', 'Size', 'Rank'])

/**
 * The tensors of a graph that can be measured, in order, and which of them are layers by default: one per block, and
 * the model's output.
 *
 * Candidates are the end of every activation and normalization, the states of recurrent layers and every merge of
 * branches. The end of an activation is the tensor that the next layer reads: past the products of a gate x·σ(x) or of
 * a GELU written with Erf or Tanh, and past a pooling. Of the candidates, only those that every path passes through are
 * kept (`bottlenecks`): a residual block is measured at its end; of consecutive candidates whose names share a block,
 * the last is kept. If none remain, every activation is a layer.
 *
 * Cost    linear in the nodes.
 * Empty   a graph without candidates → only its output is a default layer.
 * Source  —   Deviation: none.
 */
export function graphLayers(graph: ComputeGraph, output: string): GraphLayer[] {
  const flow = flowOf(graph, output)
  const ends = new Set([output])
  const merges = new Set<string>()
  for (const node of graph.nodes) {
    const tensor = node.outputs[0]
    if (tensor === undefined || flow.producer.get(tensor) !== node) continue
    if (RECURRENT.has(node.op)) ends.add(recurrentEnd(node, flow))
    else if (isActivation(node, flow) || NORMALIZATIONS.has(node.op) || isDecomposedNorm(node, flow))
      ends.add(activationEnd(node, tensor, flow))
    else if (isMerge(node, tensor, flow)) merges.add(tensor)
  }
  const names = friendlyNames([...flow.producer.keys()])
  const scores = beforeSquash(output, flow)
  const squash = scores === null ? [] : [scores]
  const perBlocks = perBlock(graph, output, flow, names, new Set([...ends, ...merges]))
  // Without activations: the products that every path passes through.
  const products = () =>
    perBlock(
      graph,
      output,
      flow,
      names,
      new Set([...flow.producer].flatMap(([tensor, node]) => (PRODUCTS.has(node.op) ? [tensor] : []))),
    )
  const chosen = new Set([...(perBlocks ?? (ends.size > 1 ? ends : (products() ?? ends))), ...squash])
  return [...flow.producer].map(([tensor, node]) => ({
    name: names.get(tensor)!,
    tensor,
    type: node.op,
    shape: graph.shapes.get(tensor)?.slice(1) ?? null,
    default: chosen.has(tensor),
  }))
}

/** Tensors that depend on the inputs: the node that produces each, and its only reader (none if there are several). */
interface Flow {
  producer: Map<string, GraphNode>
  live: ReadonlySet<string>
  reader: (tensor: string) => GraphNode | undefined
  /** how many nodes read it */
  readers: (tensor: string) => number
}

function flowOf(graph: ComputeGraph, output: string): Flow {
  const producer = new Map<string, GraphNode>()
  const consumers = new Map<string, GraphNode[]>()
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
  const reader = (tensor: string): GraphNode | undefined => {
    const nodes = consumers.get(tensor) ?? []
    return nodes.length === 1 && tensor !== output ? nodes[0] : undefined
  }
  return {producer, live, reader, readers: (tensor) => consumers.get(tensor)?.length ?? 0}
}

/** The tensors that depend on the inputs, in node order, each with the node that produces it. */
export const graphFlow = (graph: ComputeGraph): ReadonlyMap<string, GraphNode> => flowOf(graph, '').producer

/** The candidates that are block ends, plus the output; null: no hidden candidate is one. */
function perBlock(
  graph: ComputeGraph,
  output: string,
  {producer}: Flow,
  names: ReadonlyMap<string, string>,
  candidates: ReadonlySet<string>,
): Set<string> | null {
  const source = mainInput(graph.inputs.map(({name}) => name))
  if (source === undefined) return null
  const steps = [...producer].map(([name, {inputs}]) => ({name, inputs}))
  const passed = bottlenecks(steps, source, output)
  const hidden = [...producer.keys()].filter(
    (tensor) => candidates.has(tensor) && passed.has(tensor) && tensor !== output,
  )
  if (hidden.length === 0) return null
  const kept = new Set(onePerBlock(hidden.map((tensor) => names.get(tensor)!)))
  return new Set([...hidden.filter((tensor) => kept.has(names.get(tensor)!)), output])
}

/** An activation by its name, or fused; a maximum with a constant is a ReLU written out. */
const isActivation = (node: GraphNode, flow: Flow): boolean =>
  ACTIVATIONS.has(node.op) ||
  node.activated === true ||
  ((node.op === 'Max' || node.op === 'Maximum') && node.inputs.some((name) => !flow.live.has(name)))

/**
 * The states of a recurrent layer as the next layer reads them: without the axis of directions, in that layer's axis
 * order.
 */
function recurrentEnd({outputs}: GraphNode, {reader, readers}: Flow): string {
  // All states, or only the last if nothing reads the others.
  let tensor =
    [outputs[0], outputs[1], outputs[2]].find((name) => name !== undefined && readers(name) > 0) ?? outputs[0]!
  for (let next = reader(tensor); next !== undefined && REARRANGES.has(next.op); next = reader(tensor))
    tensor = next.outputs[0]!
  return tensor
}

/** The input of the output's softmax or sigmoid; null: the output is neither. */
function beforeSquash(output: string, {producer}: Flow): string | null {
  let node = producer.get(output)
  for (let steps = 0; node !== undefined && RESHAPES.has(node.op) && steps < 8; steps++)
    node = producer.get(node.inputs[0] ?? '')
  if (node?.op !== 'Softmax' && node?.op !== 'Sigmoid') return null
  const [scores] = node.inputs
  return scores !== undefined && producer.has(scores) ? scores : null
}

/** A normalization built from basic operators: x / √v before its gain and shift. */
const isDecomposedNorm = ({op, inputs}: GraphNode, {producer}: Flow): boolean =>
  op === 'Div' && producer.get(inputs[1] ?? '')?.op === 'Sqrt'

/** Merged branches, unless an activation or normalization follows directly, which is then the end. */
function isMerge({op, inputs}: GraphNode, tensor: string, flow: Flow): boolean {
  const {live, reader} = flow
  if (!MERGES.has(op) || inputs.filter((name) => live.has(name)).length < 2) return false
  const next = reader(tensor)
  return next === undefined || !(isActivation(next, flow) || NORMALIZATIONS.has(next.op))
}

/** The tensor that holds the finished activation of `node`: see graphLayers. */
function activationEnd(node: GraphNode, first: string, flow: Flow): string {
  const {live, reader} = flow
  let tensor = first
  let next = reader(tensor)
  const advance = () => {
    tensor = next!.outputs[0]!
    next = reader(tensor)
  }
  const takesConstant = (op: GraphNode | undefined) => op?.inputs.some((name) => !live.has(name)) === true
  if (
    (node.op === 'Erf' || node.op === 'Tanh') &&
    next !== undefined &&
    ADDS.has(next.op) &&
    takesConstant(next) &&
    reader(next.outputs[0]!)?.op === 'Mul'
  ) {
    advance()
    // x·(1 + erf) and ½ may be multiplied in either order.
    for (let factors = 0; factors < 2 && next?.op === 'Mul'; factors++) advance()
  } else if (isDecomposedNorm(node, flow)) {
    if (next?.op === 'Mul' && takesConstant(next)) advance()
    if (next !== undefined && ADDS.has(next.op) && takesConstant(next)) advance()
  } else if (next?.op === 'Mul' && next.inputs.includes(node.inputs[0]!)) advance()
  if (next !== undefined && POOLS.has(next.op)) advance()
  return tensor
}

/** `/encoder/act/Relu_output_0` → `encoder/act/Relu`, unless two tensors would share the short name. */
function friendlyNames(tensors: string[]): Map<string, string> {
  const short = (tensor: string) => tensor.replace(/^\//, '').replace(/_output_0$/, '') || tensor
  const uses = new Map<string, number>()
  for (const name of tensors.map(short)) uses.set(name, (uses.get(name) ?? 0) + 1)
  return new Map(tensors.map((tensor) => [tensor, uses.get(short(tensor)) === 1 ? short(tensor) : tensor]))
}

const RESHAPES = new Set(['Identity', 'Cast', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Dropout', 'ExpandDims'])

/**
 * The kind of output that its operator implies; undefined: unknown. A sigmoid of several classes scores each
 * independently.
 */
export function graphOutputKind(graph: ComputeGraph, output: string): OutputKind | undefined {
  const producer = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  let node = producer.get(output)
  for (let steps = 0; node !== undefined && RESHAPES.has(node.op) && steps < graph.nodes.length; steps++)
    node = producer.get(node.inputs[0] ?? '')
  if (node?.op === 'Softmax') return 'probabilities'
  if (node?.op === 'Sigmoid') return 'one-vs-rest'
  // Log-probabilities are logits (softmax gives back the probabilities); a product with weights is unbounded.
  return node?.op === 'LogSoftmax' || node?.op === 'Gemm' || isBiased(node, producer) ? 'logits' : undefined
}

/** A product, or a product plus a constant (a bias). */
const isBiased = (node: GraphNode | undefined, producer: ReadonlyMap<string, GraphNode>): boolean =>
  node !== undefined &&
  (node.op === 'MatMul' ||
    (ADDS.has(node.op) &&
      node.inputs.some((name) => producer.get(name)?.op === 'MatMul') &&
      node.inputs.some((name) => !producer.has(name))))

import type {ComputeGraph, GraphNode} from './graph-layers.js'

/** Operators with features on the axis after the batch: ONNX convolutions and related operators. */
const CHANNELS_FIRST = new Set([
  'Conv',
  'ConvTranspose',
  'ConvInteger',
  'QLinearConv',
  'FusedConv',
  'MaxPool',
  'AveragePool',
  'LpPool',
  'GlobalMaxPool',
  'GlobalAveragePool',
  'GlobalLpPool',
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LRN',
])
/** Operators with features on the last axis. */
const FEATURES_LAST = new Set([
  'MatMul',
  'MatMulInteger',
  'QLinearMatMul',
  'FusedMatMul',
  'Gemm',
  'LayerNormalization',
  'SkipLayerNormalization',
  'SimplifiedLayerNormalization',
  'SkipSimplifiedLayerNormalization',
  'RMSNormalization',
  'EmbedLayerNormalization',
  'Attention',
  'MultiHeadAttention',
  'LSTM',
  'GRU',
  'RNN',
])
/** Operators that change the axes, after which the feature axis is unknown. */
const RESHAPING = new Set(['Flatten', 'Einsum', 'DepthToSpace', 'SpaceToDepth', 'If', 'Loop', 'Scan', 'Shape'])

/**
 * The axis of each tensor of an ONNX graph that holds the features of one position, as far as operators tell: −1 is the
 * last; tensors not in the map are unknown. A convolution has its channels after the batch, a matrix product its
 * features last; a transposition moves them, and elementwise operators keep them.
 *
 * Cost    linear in the nodes.
 * Source  ONNX operators.   Deviation: axes removed by a reduction, a squeeze or a reshape are followed only if the
 *         features are last.
 */
export function featureAxes(graph: ComputeGraph): Map<string, number> {
  const axes = new Map<string, number>()
  const live = new Set(graph.inputs.map(({name}) => name))
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => live.has(name))) continue
    const axis = featureAxis(node, axes, live)
    for (const name of node.outputs) {
      live.add(name)
      if (axis !== undefined) axes.set(name, axis)
    }
  }
  return axes
}

function featureAxis(
  {op, inputs, perm}: GraphNode,
  axes: ReadonlyMap<string, number>,
  live: ReadonlySet<string>,
): number | undefined {
  if (CHANNELS_FIRST.has(op)) return 1
  if (FEATURES_LAST.has(op)) return -1
  // A table lookup by whole numbers: an embedding.
  if (op === 'Gather' && !live.has(inputs[0] ?? '')) return -1
  if (RESHAPING.has(op)) return undefined
  const given = inputs.map((name) => axes.get(name)).find((axis) => axis !== undefined)
  if (given === undefined) return undefined
  if (op === 'Transpose') {
    if (perm === undefined) return undefined
    const moved = perm.indexOf(given < 0 ? perm.length + given : given)
    return moved === perm.length - 1 ? -1 : moved
  }
  // Directions of a recurrent layer, or folded steps: features stay last.
  if (/^(Reshape|Squeeze|Unsqueeze|Reduce|Gather|Arg)/.test(op)) return given === -1 ? -1 : undefined
  return given
}

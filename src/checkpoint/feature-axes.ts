import type {ComputeGraph, GraphNode} from './graph-layers.js'

/** Operators whose features are the axis after the batch: convolutions and what goes with them, in ONNX. */
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
/** Operators whose features are the last axis. */
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
/** Operators that change which axes there are, so that nothing is known after them. */
const RESHAPING = new Set(['Flatten', 'Einsum', 'DepthToSpace', 'SpaceToDepth', 'If', 'Loop', 'Scan', 'Shape'])

/**
 * Which axis of each tensor of an ONNX graph holds the features of one position, as far as the operators say: −1 the
 * last; what is not in the map is unknown. A convolution has its channels after the batch, a matrix product its features
 * last; a transposition moves them, and what works value by value keeps them.
 *
 * Cost    linear in the nodes.
 * Source  ONNX operators.   Deviation: axes that a reduction, a squeeze or a reshape takes away are followed only where the
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
  // A row of a table for each whole number: an embedding.
  if (op === 'Gather' && !live.has(inputs[0] ?? '')) return -1
  if (RESHAPING.has(op)) return undefined
  const given = inputs.map((name) => axes.get(name)).find((axis) => axis !== undefined)
  if (given === undefined) return undefined
  if (op === 'Transpose') {
    if (perm === undefined) return undefined
    const moved = perm.indexOf(given < 0 ? perm.length + given : given)
    return moved === perm.length - 1 ? -1 : moved
  }
  // Two directions of a recurrent layer, or folded steps: features that were last stay last.
  if (/^(Reshape|Squeeze|Unsqueeze|Reduce|Gather|Arg)/.test(op)) return given === -1 ? -1 : undefined
  return given
}

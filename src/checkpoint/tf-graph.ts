import {isJsonObject, type JsonObject} from '../data/json.js'
import {InputError} from '../errors.js'
import type {ModelInput} from './bind-inputs.js'
import type {ComputeGraph, GraphNode} from './graph-layers.js'

/** The graph of a converted SavedModel. */
export interface TfGraph extends ComputeGraph {
  /** model inputs: the node, its name in data sets, type and shape */
  placeholders: (ModelInput & {node: string; type: 'float32' | 'int32' | 'bool'})[]
  /** tensors of the signature's outputs, or tensors that no node reads */
  outputs: string[]
}

const TYPES: Record<string, 'float32' | 'int32' | 'bool'> = {
  DT_FLOAT: 'float32',
  DT_INT32: 'int32',
  DT_INT64: 'int32',
  DT_UINT8: 'int32',
  DT_BOOL: 'bool',
}

/** tensorflow/core/framework/types.proto: names of numeric types. */
const TYPE_NUMBERS: Record<number, string> = {1: 'DT_FLOAT', 3: 'DT_INT32', 4: 'DT_UINT8', 9: 'DT_INT64', 10: 'DT_BOOL'}

const RANDOM =
  /^(Random|Stateless(Random|TruncatedNormal|Multinomial)|TruncatedNormal|ParameterizedTruncatedNormal|Multinomial|StatefulStandardNormal|StatefulUniform)/

/**
 * The nodes of a TensorFlow.js graph model in topological order, its inputs and outputs.
 *
 * Cost    linear in the nodes.
 * Throws  InputError  a node without a name or operator, a duplicate name, an unknown input, a cycle (such as a loop),
 *         an operation in training mode, no input or output.
 * Source  tensorflow/core/framework/graph.proto in the JSON form of protobuf.   Deviation: library functions are not
 *         inspected.
 */
export function readTfGraph(topology: JsonObject, signature: JsonObject | null, path: string): TfGraph {
  const raw = new Map<string, JsonObject>()
  for (const node of Array.isArray(topology.node) ? topology.node : []) {
    if (!isJsonObject(node) || typeof node.name !== 'string' || typeof node.op !== 'string')
      throw new InputError(`${path}: a node of the graph has no name or no operator`, ['convert the model again'])
    if (raw.has(node.name))
      throw new InputError(`${path}: the graph has two nodes called ${node.name}`, ['convert the model again'])
    checkInference(node, path)
    raw.set(node.name, node)
  }
  const nodes = sorted(raw, path).map((node) => graphNode(node))
  const fed = signatureTensors(signature, 'inputs')
  const placeholders = [...raw.values()].filter(({op}) => op === 'Placeholder').map((node) => placeholder(node, fed))
  const read = new Set(nodes.flatMap((node) => node.inputs))
  const stated = [...signatureTensors(signature, 'outputs').values()].filter((tensor) =>
    nodes.some(({outputs}) => outputs[0] === tensor),
  )
  const outputs =
    stated.length > 0 ? stated : nodes.map(({outputs}) => outputs[0]!).filter((tensor) => !read.has(tensor))
  if (placeholders.length === 0)
    throw new InputError(`${path}: the graph has no input (Placeholder)`, ['convert the model again'])
  if (outputs.length === 0) throw new InputError(`${path}: the graph has no output`, ['convert the model again'])
  return {
    nodes,
    inputs: placeholders.map(({node}) => ({name: node})),
    shapes: statedShapes(raw, signature),
    placeholders,
    outputs,
  }
}

/** Refuses operators in training mode and random draws, because states would differ from inference. */
function checkInference(node: JsonObject, path: string): void {
  const {op, name} = node as {op: string; name: string}
  if (/^FusedBatchNorm/.test(op) && attribute(node, 'is_training').b === true) {
    throw new InputError(`${path}: the node ${name} (${op}) normalizes by the batch, as in training`, [
      'save the model for inference (training=False) and convert it again',
    ])
  }
  if (RANDOM.test(op))
    throw new InputError(`${path}: the node ${name} (${op}) draws random numbers, so dropout or noise is active`, [
      'save the model for inference (training=False) and convert it again',
    ])
}

function graphNode(node: JsonObject): GraphNode {
  const fused = attribute(node, 'fused_ops').list
  const names =
    isJsonObject(fused) && Array.isArray(fused.s)
      ? fused.s.map((text) => Buffer.from(String(text), 'base64').toString('latin1'))
      : []
  return {
    op: node.op as string,
    name: node.name as string,
    inputs: inputsOf(node).map(nodeName),
    outputs: [node.name as string],
    activated: names.some((name) => !['BiasAdd', 'FusedBatchNorm'].includes(name)),
  }
}

const inputsOf = (node: JsonObject): string[] =>
  Array.isArray(node.input) ? node.input.filter((name): name is string => typeof name === 'string') : []

/** `name:1` and `^name` (a control dependency) refer to the node `name`. */
const nodeName = (tensor: string) => tensor.replace(/^\^/, '').replace(/:\d+$/, '')

function attribute(node: JsonObject, name: string): JsonObject {
  const value = isJsonObject(node.attr) ? node.attr[name] : undefined
  return isJsonObject(value) ? value : {}
}

function sorted(raw: ReadonlyMap<string, JsonObject>, path: string): JsonObject[] {
  const missing = new Map<string, number>()
  const readers = new Map<string, string[]>()
  for (const [name, node] of raw) {
    const inputs = new Set(inputsOf(node).map(nodeName))
    for (const input of inputs) {
      if (!raw.has(input))
        throw new InputError(`${path}: the node ${name} reads ${input}, which is not a node of the graph`, [
          'convert the model again',
        ])
      readers.set(input, [...(readers.get(input) ?? []), name])
    }
    missing.set(name, inputs.size)
  }
  const order = [...raw.keys()].filter((name) => missing.get(name) === 0)
  // The list grows during iteration.
  for (const name of order) {
    for (const reader of readers.get(name) ?? []) {
      missing.set(reader, missing.get(reader)! - 1)
      if (missing.get(reader) === 0) order.push(reader)
    }
  }
  if (order.length < raw.size)
    throw new InputError(`${path}: the graph holds a loop, which is not supported`, ['convert the model to ONNX'])
  return order.map((name) => raw.get(name)!)
}

function placeholder(node: JsonObject, fed: ReadonlyMap<string, string>): TfGraph['placeholders'][number] {
  const name = node.name as string
  const key = [...fed].find(([, tensor]) => tensor === name)?.[0]
  const dtype = attribute(node, 'dtype').type
  const type = TYPES[typeof dtype === 'number' ? (TYPE_NUMBERS[dtype] ?? '') : String(dtype)] ?? 'float32'
  return {node: name, name: key ?? name, shape: shapeOf(attribute(node, 'shape').shape), type}
}

/** {dim: [{size: '-1'}, …]}; null: unknown rank. */
function shapeOf(shape: unknown): number[] | null {
  if (!isJsonObject(shape) || !Array.isArray(shape.dim)) return null
  const sizes = shape.dim.map((dim) => (isJsonObject(dim) ? Number(dim.size ?? 0) : Number.NaN))
  return sizes.every(Number.isSafeInteger) ? sizes : null
}

/** The signature's inputs or outputs: key → node. */
function signatureTensors(signature: JsonObject | null, side: 'inputs' | 'outputs'): Map<string, string> {
  const entries = isJsonObject(signature?.[side]) ? Object.entries(signature[side]) : []
  return new Map(
    entries.flatMap(([key, value]) =>
      isJsonObject(value) && typeof value.name === 'string' ? [[key, nodeName(value.name)] as const] : [],
    ),
  )
}

function statedShapes(raw: ReadonlyMap<string, JsonObject>, signature: JsonObject | null): Map<string, number[]> {
  const shapes = new Map<string, number[]>()
  for (const [name, node] of raw) {
    const list = attribute(node, '_output_shapes').list
    const shape = isJsonObject(list) && Array.isArray(list.shape) ? shapeOf(list.shape[0]) : null
    if (shape !== null) shapes.set(name, shape)
  }
  for (const value of isJsonObject(signature?.outputs) ? Object.values(signature.outputs) : []) {
    const shape = isJsonObject(value) ? shapeOf(value.tensorShape) : null
    if (shape !== null) shapes.set(nodeName(String((value as JsonObject).name)), shape)
  }
  return shapes
}

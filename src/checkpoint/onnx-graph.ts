import {fields, text} from '../data/protobuf.js'
import {InputError} from '../errors.js'
import type {GraphNode} from './graph-layers.js'
import {externalFiles} from './onnx-external.js'

/** What surety needs of an ONNX file: who computes what from what. Weights are left to onnxruntime. */
export interface OnnxGraph {
  nodes: GraphNode[]
  /** fed by the caller, initializers excluded */
  inputs: OnnxValue[]
  outputs: OnnxValue[]
  /** tensors whose shape the file states */
  shapes: Map<string, number[]>
  /** files with weights outside of the model, relative to it, sorted */
  externalFiles: string[]
}

export interface OnnxValue {
  name: string
  /** TensorProto.DataType; 0: not a tensor, or not stated */
  elementType: number
}

/** onnx.proto3, TensorProto.DataType: the types that hold real numbers. */
const FLOATING = new Set([1, 10, 11, 16])
export const isFloating = (value: OnnxValue): boolean => FLOATING.has(value.elementType)

/**
 * Reads the structure of an ONNX model; subgraphs of control flow are entered only for the files they name.
 *
 * Cost    two passes over the file, no copy of a weight.
 * Throws  InputError  not protobuf, no graph, or a graph without node, input or output (names the file).
 * Source  onnx.proto3 (field numbers). Deviation: none.
 */
export function readOnnxGraph(model: Uint8Array, file: string): OnnxGraph {
  const graph: OnnxGraph = {nodes: [], inputs: [], outputs: [], shapes: new Map(), externalFiles: []}
  const initializers = new Set<string>()
  const declare = (bytes: Uint8Array): OnnxValue => {
    const {shape, ...value} = readValue(bytes, file)
    if (shape !== null) graph.shapes.set(value.name, shape)
    return value
  }
  for (const part of fields(model, file)) {
    if (part.number !== 7) continue
    for (const {number, bytes} of fields(part.bytes, `the graph of ${file}`)) {
      if (number === 1) graph.nodes.push(readNode(bytes, file))
      else if (number === 5) initializers.add(readInitializer(bytes, file))
      else if (number === 11) graph.inputs.push(declare(bytes))
      else if (number === 12) graph.outputs.push(declare(bytes))
      else if (number === 13) declare(bytes)
    }
  }
  // Before IR version 4 every weight was listed among the inputs too.
  graph.inputs = graph.inputs.filter(({name}) => !initializers.has(name))
  graph.externalFiles = externalFiles(model, file)
  for (const [what, list] of [
    ['node', graph.nodes],
    ['input', graph.inputs],
    ['output', graph.outputs],
  ] as const) {
    if (list.length === 0)
      throw new InputError(`${file} is not a usable ONNX model: its graph has no ${what}`, [
        'check the file with the program that exported it',
      ])
  }
  return graph
}

function readNode(bytes: Uint8Array, file: string): GraphNode {
  const node: GraphNode = {op: '', inputs: [], outputs: []}
  for (const field of fields(bytes, `a node of ${file}`)) {
    if (field.number === 1) node.inputs.push(text(field.bytes))
    else if (field.number === 2) node.outputs.push(text(field.bytes))
    else if (field.number === 4) node.op = text(field.bytes)
  }
  return node
}

/** The name of a TensorProto. */
function readInitializer(bytes: Uint8Array, file: string): string {
  let name = ''
  for (const field of fields(bytes, `an initializer of ${file}`)) if (field.number === 8) name = text(field.bytes)
  return name
}

/** A ValueInfoProto; sizes that are symbolic or missing are −1. */
function readValue(bytes: Uint8Array, file: string): OnnxValue & {shape: number[] | null} {
  const place = `a declared tensor of ${file}`
  const value: OnnxValue & {shape: number[] | null} = {name: '', elementType: 0, shape: null}
  for (const field of fields(bytes, place)) {
    if (field.number === 1) value.name = text(field.bytes)
    if (field.number !== 2) continue
    for (const type of fields(field.bytes, place)) {
      if (type.number !== 1) continue
      for (const tensor of fields(type.bytes, place)) {
        if (tensor.number === 1) value.elementType = tensor.integer
        if (tensor.number === 2) value.shape = [...fields(tensor.bytes, place)].map((dim) => readSize(dim.bytes, place))
      }
    }
  }
  return value
}

function readSize(dimension: Uint8Array, place: string): number {
  for (const field of fields(dimension, place)) if (field.number === 1) return field.integer
  return -1
}

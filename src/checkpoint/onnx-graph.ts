import {fields, integers, utf8Text} from '../data/protobuf.js'
import {InputError} from '../errors.js'
import type {GraphNode} from './graph-layers.js'
import {externalFiles} from './onnx-external.js'

/** What surety needs of an ONNX file: nodes with their inputs and outputs. Weights are left to onnxruntime. */
export interface OnnxGraph {
  nodes: GraphNode[]
  /** fed by the caller, initializers excluded */
  inputs: OnnxValue[]
  outputs: OnnxValue[]
  /** shapes stated in the file */
  shapes: Map<string, number[]>
  /** external weight files, relative to the model, sorted */
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
 * Reads the structure of an ONNX model. From the bodies of If, Loop and Scan it reads only the outer values they use,
 * which count as inputs of the node, and their external files.
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
  // Before IR version 4, weights were also listed as inputs.
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

/** Depth of nested subgraphs: no exported model has more. */
const MAX_DEPTH = 16

function readNode(bytes: Uint8Array, file: string, depth = 0): GraphNode {
  const node: GraphNode = {op: '', inputs: [], outputs: []}
  const captured = new Set<string>()
  for (const field of fields(bytes, `a node of ${file}`)) {
    if (field.number === 1) node.inputs.push(utf8Text(field.bytes))
    else if (field.number === 2) node.outputs.push(utf8Text(field.bytes))
    else if (field.number === 3) node.name = utf8Text(field.bytes)
    else if (field.number === 4) node.op = utf8Text(field.bytes)
    else if (field.number === 5) {
      // AttributeProto: name 1, g 6, ints 8, graphs 11.
      let attribute = ''
      for (const part of fields(field.bytes, `an attribute of ${file}`)) {
        if (part.number === 1) attribute = utf8Text(part.bytes)
        else if (part.number === 6 || part.number === 11)
          for (const name of capturedBy(part.bytes, file, depth + 1)) captured.add(name)
        else if (part.number === 8 && attribute === 'perm') (node.perm ??= []).push(...integers(part))
      }
    }
  }
  for (const name of node.inputs) captured.delete(name)
  node.inputs.push(...captured)
  return node
}

/** Values of the surrounding graph that a body reads. */
function capturedBy(graph: Uint8Array, file: string, depth: number): Set<string> {
  if (depth > MAX_DEPTH)
    throw new InputError(`${file}: its subgraphs are nested more than ${MAX_DEPTH} deep`, [
      'check the file with the program that exported it',
    ])
  const read = new Set<string>()
  const own = new Set<string>([''])
  const place = `a subgraph of ${file}`
  for (const {number, bytes} of fields(graph, place)) {
    if (number === 1) {
      const {inputs, outputs} = readNode(bytes, file, depth)
      for (const name of inputs) read.add(name)
      for (const name of outputs) own.add(name)
    } else if (number === 5) own.add(readInitializer(bytes, file))
    else if (number === 11) own.add(readValue(bytes, file).name)
    else if (number === 12) read.add(readValue(bytes, file).name)
  }
  for (const name of own) read.delete(name)
  return read
}

/** The name of a TensorProto. */
function readInitializer(bytes: Uint8Array, file: string): string {
  let name = ''
  for (const field of fields(bytes, `an initializer of ${file}`)) if (field.number === 8) name = utf8Text(field.bytes)
  return name
}

/** A ValueInfoProto; sizes that are symbolic or missing are −1. */
function readValue(bytes: Uint8Array, file: string): OnnxValue & {shape: number[] | null} {
  const place = `a declared tensor of ${file}`
  const value: OnnxValue & {shape: number[] | null} = {name: '', elementType: 0, shape: null}
  for (const field of fields(bytes, place)) {
    if (field.number === 1) value.name = utf8Text(field.bytes)
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

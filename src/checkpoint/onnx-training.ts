import {fields, utf8Text} from '../data/protobuf.js'
import {InputError} from '../errors.js'

/** Operators that draw random numbers: states would differ from run to run. */
const RANDOM = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
])
/** Depth of nested subgraphs: no exported model has more. */
const MAX_DEPTH = 16
const NEXT = ['export the model for inference: model.eval() in PyTorch, training=False in Keras']

/**
 * Refuses operators in training mode: Dropout and BatchNormalization with training on, and random draws, also in
 * subgraphs and functions.
 *
 * Cost    one pass over the file.
 * Throws  InputError  there is one (names the node and its operator).
 * Source  onnx.proto3 (field numbers); operators Dropout and BatchNormalization, versions 1 to 15. Deviation: a
 *         training mode computed at run time counts as on.
 */
export function checkOnnxInference(model: Uint8Array, file: string): void {
  const refuse = (node: Node, why: string): never => {
    throw new InputError(
      `${file}: the node ${node.name || node.outputs[0] || '(without a name)'} (${node.op}) ${why}`,
      NEXT,
    )
  }
  const check = (nodes: Node[], constants: ReadonlyMap<string, boolean>): void => {
    for (const node of nodes) {
      const mode = node.inputs[2] ?? ''
      if (node.op === 'Dropout' && mode !== '' && constants.get(mode) !== false)
        refuse(node, `drops values: its training_mode is ${constants.get(mode) === true ? 'true' : 'not false'}`)
      if (node.op === 'BatchNormalization' && node.trainingMode)
        refuse(node, 'normalizes by the batch: its training_mode is on')
      // Before version 14, training mode showed as extra outputs with the batch statistics.
      if (node.op === 'BatchNormalization' && node.outputs.filter((name) => name !== '').length > 1)
        refuse(node, 'normalizes by the batch: it gives the statistics of the batch, as in training')
      // Before version 7, it was an attribute.
      if (node.isTest === false && (node.op === 'BatchNormalization' || node.op === 'Dropout'))
        refuse(node, 'is in training mode: its is_test is 0')
      if (RANDOM.has(node.op)) refuse(node, 'draws random numbers')
    }
  }
  const visit = (bytes: Uint8Array, outer: ReadonlyMap<string, boolean>, depth: number): void => {
    if (depth > MAX_DEPTH)
      throw new InputError(`${file}: its subgraphs are nested more than ${MAX_DEPTH} deep`, [
        'check the file with the program that exported it',
      ])
    const {nodes, constants, subgraphs} = readGraph(bytes, file, outer)
    check(nodes, constants)
    for (const subgraph of subgraphs) visit(subgraph, constants, depth + 1)
  }
  for (const part of fields(model, file)) {
    if (part.number === 7) visit(part.bytes, new Map(), 0)
    // A function keeps its nodes in field 7, a graph in field 1.
    if (part.number === 25)
      for (const field of fields(part.bytes, `a function of ${file}`))
        if (field.number === 7) check([readNode(field.bytes, file).node], new Map())
  }
}

interface Node {
  name: string
  op: string
  inputs: string[]
  outputs: string[]
  trainingMode: boolean
  isTest: boolean | null
}

function readGraph(
  bytes: Uint8Array,
  file: string,
  outer: ReadonlyMap<string, boolean>,
): {nodes: Node[]; constants: Map<string, boolean>; subgraphs: Uint8Array[]} {
  const constants = new Map(outer)
  const nodes: Node[] = []
  const subgraphs: Uint8Array[] = []
  for (const {number, bytes: content} of fields(bytes, `the graph of ${file}`)) {
    if (number === 5) {
      const {name, value} = readFlag(content, file)
      if (value !== null) constants.set(name, value)
    }
    if (number !== 1) continue
    const {node, graphs, constant} = readNode(content, file)
    nodes.push(node)
    subgraphs.push(...graphs)
    if (constant !== null && node.outputs[0] !== undefined) constants.set(node.outputs[0], constant)
  }
  return {nodes, constants, subgraphs}
}

function readNode(bytes: Uint8Array, file: string): {node: Node; graphs: Uint8Array[]; constant: boolean | null} {
  const node: Node = {name: '', op: '', inputs: [], outputs: [], trainingMode: false, isTest: null}
  const graphs: Uint8Array[] = []
  let constant: boolean | null = null
  for (const field of fields(bytes, `a node of ${file}`)) {
    if (field.number === 1) node.inputs.push(utf8Text(field.bytes))
    else if (field.number === 2) node.outputs.push(utf8Text(field.bytes))
    else if (field.number === 3) node.name = utf8Text(field.bytes)
    else if (field.number === 4) node.op = utf8Text(field.bytes)
    else if (field.number === 5) {
      // AttributeProto: name 1, i 3, t 5, g 6, graphs 11.
      let name = ''
      for (const part of fields(field.bytes, `an attribute of ${file}`)) {
        if (part.number === 1) name = utf8Text(part.bytes)
        else if (part.number === 3 && name === 'training_mode') node.trainingMode = part.integer !== 0
        else if (part.number === 3 && name === 'is_test') node.isTest = part.integer !== 0
        else if (part.number === 5 && name === 'value') constant = readFlag(part.bytes, file).value
        else if (part.number === 6 || part.number === 11) graphs.push(part.bytes)
      }
    }
  }
  return {node, graphs, constant: node.op === 'Constant' ? constant : null}
}

const BOOL = 9

/** A TensorProto with one boolean, in raw_data (9) or int32_data (5); null: another tensor. */
function readFlag(bytes: Uint8Array, file: string): {name: string; value: boolean | null} {
  let name = ''
  let type = 0
  let value: boolean | null = null
  for (const field of fields(bytes, `an initializer of ${file}`)) {
    if (field.number === 2) type = field.integer
    else if (field.number === 8) name = utf8Text(field.bytes)
    else if (field.number === 9) value = field.bytes.length === 1 ? field.bytes[0] !== 0 : null
    else if (field.number === 5)
      value = Number.isNaN(field.integer) ? field.bytes.length === 1 && field.bytes[0] !== 0 : field.integer !== 0
  }
  return {name, value: type === BOOL ? value : null}
}

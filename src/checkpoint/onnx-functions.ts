import {encodeMessage, type Field, fields, type RawField, utf8Text} from '../data/protobuf.js'
import {InputError} from '../errors.js'

/** Depth of nested function calls: no exported model has more, and a small file could expand to any size. */
const MAX_DEPTH = 16
const MAX_NODES = 50_000

interface LocalFunction {
  inputs: string[]
  outputs: string[]
  nodes: {content: Uint8Array; node: Node}[]
  /** default values of attributes, by name */
  defaults: ReadonlyMap<string, Uint8Array>
  /** operator versions it uses, by domain */
  opsets: ReadonlyMap<string, number>
}

/**
 * Inlines a model's local functions, so that their inner tensors can be measured like any other: the node `inner` of
 * the function called by node `outer` gives the tensor `outer/inner`. Functions that use another operator version than
 * the model are not inlined.
 *
 * Cost    none without functions, else a copy of the file.
 * Throws  InputError  not protobuf; calls deeper than MAX_DEPTH, or more than MAX_NODES nodes.
 * Source  onnx.proto3 (field numbers); IR.md, "Model-local functions".   Deviation: none.
 */
export function inlineFunctions(model: Uint8Array, file: string): Uint8Array {
  const parts = [...fields(model, file)]
  if (!parts.some(({number}) => number === 25)) return model
  const functions = new Map<string, LocalFunction>()
  const opsets = new Map(parts.filter(({number}) => number === 8).map(({bytes}) => readOpset(bytes, file)))
  for (const {number, bytes} of parts) if (number === 25) functions.set(...readFunction(bytes, file))
  const added = new Map<string, number>()
  const usable = new Map(
    [...functions].filter(([, {opsets: own}]) =>
      [...own].every(([domain, version]) => (opsets.get(domain) ?? version) === version),
    ),
  )
  for (const {opsets: own} of usable.values())
    for (const [domain, version] of own) if (!opsets.has(domain)) added.set(domain, version)
  const tensors = new Set(parts.flatMap(({number, bytes}) => (number === 7 ? [...tensorNames(bytes, file, 0)] : [])))
  const writer: Writer = {functions: usable, file, prefixes: new Set(), tensors, nodes: 0}
  // An inlined function is still needed only by functions that were not inlined.
  const left = usable.size === functions.size ? parts.filter(({number}) => number !== 25) : parts
  return encodeMessage([
    ...left.map(
      (part): Field => [part.number, part.number === 7 ? writeGraph(part.bytes, null, writer, 0) : kept(part)],
    ),
    ...[...added].map(
      ([domain, version]): Field => [
        8,
        [
          [1, domain],
          [2, version],
        ],
      ],
    ),
  ])
}

const kept = ({integer, bytes}: RawField): number | Uint8Array => (Number.isNaN(integer) ? bytes : integer)

/** OperatorSetIdProto. */
function readOpset(bytes: Uint8Array, file: string): [domain: string, version: number] {
  let [domain, version] = ['', 0]
  for (const field of fields(bytes, `an operator set of ${file}`)) {
    if (field.number === 1) domain = utf8Text(field.bytes)
    if (field.number === 2) version = field.integer
  }
  return [domain === 'ai.onnx' ? '' : domain, version]
}

/** The key that matches a call to its function. */
const identity = (domain: string, name: string, overload: string) => JSON.stringify([domain, name, overload])

function readFunction(bytes: Uint8Array, file: string): [string, LocalFunction] {
  let [domain, name, overload] = ['', '', '']
  const defaults = new Map<string, Uint8Array>()
  const opsets = new Map<string, number>()
  const found: LocalFunction = {inputs: [], outputs: [], nodes: [], defaults, opsets}
  for (const {number, bytes: content} of fields(bytes, `a function of ${file}`)) {
    if (number === 1) name = utf8Text(content)
    else if (number === 4) found.inputs.push(utf8Text(content))
    else if (number === 5) found.outputs.push(utf8Text(content))
    else if (number === 7) found.nodes.push({content, node: readNode(content, file)})
    else if (number === 9) opsets.set(...readOpset(content, file))
    else if (number === 10) domain = utf8Text(content)
    else if (number === 11) defaults.set(readAttribute(content, file).name, content)
    else if (number === 13) overload = utf8Text(content)
  }
  return [identity(domain, name, overload), found]
}

interface Node {
  name: string
  op: string
  domain: string
  overload: string
  inputs: string[]
  outputs: string[]
  attributes: Uint8Array[]
}

function readNode(bytes: Uint8Array, file: string): Node {
  const node: Node = {name: '', op: '', domain: '', overload: '', inputs: [], outputs: [], attributes: []}
  for (const {number, bytes: content} of fields(bytes, `a node of ${file}`)) {
    if (number === 1) node.inputs.push(utf8Text(content))
    else if (number === 2) node.outputs.push(utf8Text(content))
    else if (number === 3) node.name = utf8Text(content)
    else if (number === 4) node.op = utf8Text(content)
    else if (number === 5) node.attributes.push(content)
    else if (number === 7) node.domain = utf8Text(content)
    else if (number === 8) node.overload = utf8Text(content)
  }
  return node
}

/** From an AttributeProto: its name, the function attribute it refers to, and whether it holds graphs. */
function readAttribute(bytes: Uint8Array, file: string): {name: string; refersTo: string; holdsGraphs: boolean} {
  const attribute = {name: '', refersTo: '', holdsGraphs: false}
  for (const {number, bytes: content} of fields(bytes, `an attribute of ${file}`)) {
    if (number === 1) attribute.name = utf8Text(content)
    else if (number === 21) attribute.refersTo = utf8Text(content)
    else if (number === 6 || number === 11) attribute.holdsGraphs = true
  }
  return attribute
}

interface Writer {
  functions: ReadonlyMap<string, LocalFunction>
  file: string
  /** prefixes already used by a call */
  prefixes: Set<string>
  /** names of the model's tensors outside functions */
  tensors: ReadonlySet<string>
  nodes: number
}

/** The scope into which a function's nodes are inlined. */
interface Scope {
  /** maps a name in the function to its name in the model */
  rename: (name: string) => string
  prefix: string
  /** attributes of the call and defaults of the function, by name */
  given: ReadonlyMap<string, Uint8Array>
}

/** Of a repeated field the last one counts, so appending one renames a message without reading the rest. */
const renamed = (bytes: Uint8Array, field: number, name: string): Uint8Array =>
  Buffer.concat([bytes, encodeMessage([[field, name]])])

/** A GraphProto with its calls inlined; `scope`: it is a body inside a function. */
function writeGraph(graph: Uint8Array, scope: Scope | null, writer: Writer, depth: number): Field[] {
  const name = (bytes: Uint8Array, field: number): string => {
    let found = ''
    for (const part of fields(bytes, `the graph of ${writer.file}`))
      if (part.number === field) found = utf8Text(part.bytes)
    return found
  }
  return [...fields(graph, `the graph of ${writer.file}`)].flatMap((part): Field[] => {
    const {number, bytes} = part
    if (number === 1) return writeNode(readNode(bytes, writer.file), bytes, scope, writer, depth)
    // Initializers have their name in field 8, declared tensors in field 1.
    const field = number === 5 ? 8 : number >= 11 && number <= 13 ? 1 : null
    if (scope === null || field === null) return [[number, kept(part)]]
    return [[number, renamed(bytes, field, scope.rename(name(bytes, field)))]]
  })
}

/** The nodes that replace one node, as fields of a graph. */
function writeNode(node: Node, bytes: Uint8Array, scope: Scope | null, writer: Writer, depth: number): Field[] {
  const {file} = writer
  if (depth > MAX_DEPTH || ++writer.nodes > MAX_NODES)
    throw new InputError(
      depth > MAX_DEPTH
        ? `${file}: its functions and graphs are nested more than ${MAX_DEPTH} deep`
        : `${file}: has more than ${MAX_NODES} nodes once its functions are written out, which is the limit`,
      ['check the file with the program that exported it'],
    )
  const attributes = node.attributes.flatMap((attribute) => writeAttribute(attribute, scope, writer, depth))
  const rename = scope?.rename ?? ((name: string) => name)
  const called = writer.functions.get(identity(node.domain, node.op, node.overload))
  const [inputs, outputs] = [node.inputs.map(rename), node.outputs.map(rename)]
  const name = node.name === '' || scope === null ? node.name : `${scope.prefix}/${bare(node.name)}`
  if (called === undefined) {
    if (scope === null && attributes.every((attribute, k) => attribute === node.attributes[k])) return [[1, bytes]]
    return [
      [
        1,
        [
          ...inputs.map((value): Field => [1, value]),
          ...outputs.map((value): Field => [2, value]),
          [3, name],
          [4, node.op],
          ...attributes.map((value): Field => [5, value]),
          [7, node.domain],
          ...(node.overload === '' ? [] : [[8, node.overload] as Field]),
        ],
      ],
    ]
  }
  const inner: Scope = {
    prefix: freshPrefix(name || outputs[0] || node.op, writer),
    rename: () => '',
    given: new Map([
      ...called.defaults,
      ...attributes.map((value) => [readAttribute(value, file).name, value] as const),
    ]),
  }
  const names = innerNames(called, {inputs, outputs}, inner.prefix)
  inner.rename = (tensor) => names.get(tensor) ?? (tensor === '' ? '' : `${inner.prefix}/${bare(tensor)}`)
  return called.nodes.flatMap((each) => writeNode(each.node, each.content, inner, writer, depth + 1))
}

const bare = (name: string) => name.replace(/^\/+/, '')

/** Names of tensors that nodes produce or read, in a graph and in its nested graphs. */
function* tensorNames(graph: Uint8Array, file: string, depth: number): Generator<string> {
  if (depth > MAX_DEPTH) return
  for (const {number, bytes} of fields(graph, `the graph of ${file}`)) {
    if (number !== 1) continue
    const {inputs, outputs, attributes} = readNode(bytes, file)
    yield* inputs
    yield* outputs
    for (const attribute of attributes) {
      if (!readAttribute(attribute, file).holdsGraphs) continue
      for (const part of fields(attribute, `an attribute of ${file}`))
        if (part.number === 6 || part.number === 11) yield* tensorNames(part.bytes, file, depth + 1)
    }
  }
}

/** The name of a call, with a numeric suffix if another call or tensor has the same name. */
function freshPrefix(name: string, {prefixes, tensors}: Writer): string {
  const isTaken = (prefix: string) =>
    prefixes.has(prefix) || [...tensors].some((tensor) => tensor.startsWith(`${prefix}/`))
  let prefix = name
  for (let k = 1; isTaken(prefix); k++) prefix = `${name}_${k}`
  prefixes.add(prefix)
  return prefix
}

/**
 * Names in the model for a function's tensors: inputs and outputs from the call, others from the node that produces
 * them, if that node's name is unique.
 */
function innerNames(
  called: LocalFunction,
  call: {inputs: string[]; outputs: string[]},
  prefix: string,
): Map<string, string> {
  const uses = new Map<string, number>()
  for (const {
    node: {name},
  } of called.nodes)
    uses.set(name, (uses.get(name) ?? 0) + 1)
  const names = new Map<string, string>()
  for (const {
    node: {name, outputs},
  } of called.nodes)
    if (name !== '' && uses.get(name) === 1 && outputs[0] !== undefined && outputs[0] !== '')
      names.set(outputs[0], `${prefix}/${bare(name)}`)
  called.inputs.forEach((name, k) => names.set(name, call.inputs[k] ?? ''))
  called.outputs.forEach((name, k) => {
    const outside = call.outputs[k] ?? ''
    if (outside !== '') names.set(name, outside)
  })
  return names
}

/** A node's attribute with the value passed to its function; none if no value was passed. */
function writeAttribute(attribute: Uint8Array, scope: Scope | null, writer: Writer, depth: number): Uint8Array[] {
  const {name, refersTo, holdsGraphs} = readAttribute(attribute, writer.file)
  if (refersTo !== '' && scope !== null) {
    const given = scope.given.get(refersTo)
    return given === undefined ? [] : [renamed(given, 1, name)]
  }
  if (!holdsGraphs) return [attribute]
  return [
    encodeMessage(
      [...fields(attribute, `an attribute of ${writer.file}`)].map(
        (part): Field => [
          part.number,
          part.number === 6 || part.number === 11 ? writeGraph(part.bytes, scope, writer, depth + 1) : kept(part),
        ],
      ),
    ),
  ]
}

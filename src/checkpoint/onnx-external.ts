import {fields, utf8Text} from '../data/protobuf.js'
import {InputError} from '../errors.js'

/** onnx.proto3: for each message type, the fields that may contain tensors, and their type. */
const CHILDREN = {
  model: {7: 'graph', 20: 'training', 25: 'function'},
  training: {1: 'graph', 2: 'graph'},
  function: {7: 'node', 11: 'attribute'},
  graph: {1: 'node', 5: 'tensor', 15: 'sparse'},
  node: {5: 'attribute'},
  attribute: {5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse'},
  sparse: {1: 'tensor', 2: 'tensor'},
  tensor: {13: 'location'},
} as const satisfies Record<string, Record<number, string>>
type Kind = keyof typeof CHILDREN

/** No exported model nests loops deeper than this. */
const MAX_DEPTH = 64

/**
 * The external files, relative to the model, with tensors of an ONNX model: weights and constants, also in loops,
 * branches and functions. Sorted.
 *
 * Cost    one pass over the structure, no copy of a weight.
 * Throws  InputError  not protobuf, or graphs nested deeper than MAX_DEPTH messages.
 * Source  onnx.proto3 (field numbers). Deviation: none.
 */
export function externalFiles(model: Uint8Array, file: string): string[] {
  const found = new Set<string>()
  const visit = (kind: Kind, message: Uint8Array, depth: number): void => {
    if (depth > MAX_DEPTH)
      throw new InputError(`${file}: its graphs are nested deeper than ${MAX_DEPTH} messages, which is the limit`, [
        'check the file with the program that exported it',
      ])
    const children = CHILDREN[kind] as Record<number, Kind | 'location'>
    for (const {number, bytes} of fields(message, `a ${kind} of ${file}`)) {
      const child = children[number]
      if (child === 'location') addLocation(bytes, file, found)
      else if (child !== undefined) visit(child, bytes, depth + 1)
    }
  }
  visit('model', model, 0)
  return [...found].sort()
}

/** StringStringEntryProto; of a repeated field the last one counts. */
function addLocation(entry: Uint8Array, file: string, found: Set<string>): void {
  let [key, value] = ['', '']
  for (const {number, bytes} of fields(entry, `the place of a tensor of ${file}`)) {
    if (number === 1) key = utf8Text(bytes)
    if (number === 2) value = utf8Text(bytes)
  }
  if (key === 'location') found.add(value)
}

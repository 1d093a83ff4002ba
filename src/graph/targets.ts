import {integersOf} from '../data/named-array.js'
import {openNpz} from '../data/npz.js'
import {readInput} from '../data/read-file.js'
import {InputError} from '../errors.js'
import type {NormalisedGraph} from './document.js'

/**
 * Node numbers from an array [k] of an npz file, in the numbering of the normalised graph.
 *
 * Throws  InputError  no npz, no such array, no list of node numbers, or what nodesOfFile throws.
 */
export async function readTargets(path: string, array: string, result: NormalisedGraph): Promise<Uint32Array> {
  const {bytes} = await readInput(path)
  const npz = openNpz(bytes, path)
  if (!npz.names.includes(array)) throw new InputError(`${path}: has no array '${array}'; its arrays: ${npz.names.join(', ')}`, ['name the array of target nodes with --targets'])
  return nodesOfFile(Uint32Array.from(integersOf(npz.read(array), path, 0, 2 ** 31 - 1)), `${path}, array ${array}`, result)
}

/** Nodes by their number in the file → in the normalised graph, ascending, each once. Throws InputError: a node that is not in it. */
export function nodesOfFile(nodes: ArrayLike<number>, place: string, {graph, nodeOrigin}: NormalisedGraph): Uint32Array {
  const number = nodeOrigin === null ? null : new Map(Array.from(nodeOrigin, (origin, i) => [origin, i]))
  const found = Array.from(nodes, (node) => {
    const index = number === null ? (node < graph.nodes ? node : undefined) : number.get(node)
    if (index === undefined) throw new InputError(`${place}: node ${node} is not in the graph, which has ${graph.nodes} nodes`, ['give node numbers of the file, from 0'])
    return index
  })
  return Uint32Array.from(new Set(found)).sort()
}

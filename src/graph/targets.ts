import {integersOf} from '../data/named-array.js'
import {openNpz} from '../data/npz.js'
import {readAgain} from '../data/read-file.js'
import {InputError, option} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import type {NormalisedGraph} from './document.js'
import {nodeFinder} from './targeting.js'

/**
 * Node numbers from an array [k] of the graph's npz file, in the numbering of the normalised graph, ascending, without
 * duplicates.
 *
 * Throws  InputError  not an npz, no such array, not a list of node numbers, a node that is not in the graph, or the
 *         file changed since the graph was read.
 */
export async function readTargets(
  file: InputFile,
  array: string,
  {graph, nodeOrigin}: NormalisedGraph,
): Promise<Uint32Array> {
  const {path} = file
  const npz = openNpz(await readAgain(file), path)
  if (!npz.names.includes(array))
    throw new InputError(`${path}: has no array '${array}'; its arrays: ${npz.names.join(', ')}`, [
      `name the array of target nodes with ${option('targets')}`,
    ])
  const number = nodeOrigin === null ? null : new Map(Array.from(nodeOrigin, (origin, i) => [origin, i]))
  return unique(
    Array.from(integersOf(npz.read(array), path, 0, 2 ** 31 - 1), (node) => {
      const index = number === null ? node : number.get(node)
      if (index === undefined || index >= graph.nodes)
        throw new InputError(
          `${path}, array ${array}: node ${node} is not in the graph, which has ${graph.nodes} nodes`,
          ['give node numbers of the file, from 0'],
        )
      return index
    }),
  )
}

/** Nodes by name or number of the file. Throws InputError: a name that is not a node of the graph. */
export function namedTargets(names: readonly string[], normalised: NormalisedGraph): Uint32Array {
  const find = nodeFinder(normalised)
  return unique(
    names.map((name) => {
      const node = find(name)
      if (node === undefined)
        throw new InputError(`${option('targetNodes')}: ${JSON.stringify(name)} is not a node of the graph`, [
          'name nodes as in the graph',
        ])
      return node
    }),
  )
}

const unique = (nodes: readonly number[]) => Uint32Array.from(new Set(nodes)).sort()

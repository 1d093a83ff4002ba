import {openNpz} from '../data/npz.js'
import {integersOf} from '../data/named-array.js'
import {readAgain} from '../data/read-file.js'
import {InputError, option} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import type {NormalisedGraph} from './document.js'

/**
 * Known adversarial edges from an array [k, 2] of the graph's npz file, in the numbering of the normalised graph.
 *
 * Shapes  → [2 k'] flat pairs; pairs with an end outside the graph are left out.
 * Throws  InputError  not an npz, no such array, not k pairs of node numbers, or the file changed since the graph was
 *         read.
 */
export function readTruth(file: InputFile, array: string, normalised: NormalisedGraph): Promise<Uint32Array> {
  return readPairs(file, array, normalised, `name the array of known adversarial edges with ${option('truth')}`)
}

/** The same for any array of pairs; `nextStep` says how to name it. */
export async function readPairs(
  file: InputFile,
  array: string,
  {graph, nodeOrigin}: NormalisedGraph,
  nextStep: string,
): Promise<Uint32Array> {
  const {path} = file
  const npz = openNpz(await readAgain(file), path)
  if (!npz.names.includes(array))
    throw new InputError(`${path}: has no array '${array}'; its arrays: ${npz.names.join(', ')}`, [nextStep])
  const pairs = npz.read(array)
  if (pairs.shape.length !== 2 || pairs.shape[1] !== 2)
    throw new InputError(`${path}: array '${array}' has shape [${pairs.shape.join(', ')}], expected [k, 2]`, [
      'store one pair of node numbers per row',
    ])
  const ends = Uint32Array.from(integersOf(pairs, path, 0, 2 ** 31 - 1))
  if (nodeOrigin === null) return ends.filter((_, at) => ends[at]! < graph.nodes && ends[at ^ 1]! < graph.nodes)
  const number = new Map(Array.from(nodeOrigin, (origin, i) => [origin, i]))
  return Uint32Array.from(
    ends.filter((_, at) => number.has(ends[at]!) && number.has(ends[at ^ 1]!)),
    (end) => number.get(end)!,
  )
}

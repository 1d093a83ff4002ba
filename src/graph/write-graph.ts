import {extname} from 'node:path'
import {UsageError} from '../errors.js'
import type {GraphDocument, GraphFormat, NormalisedGraph, WriteResult} from './document.js'
import {writeEdgeIndexNpz} from './formats/edge-index-npz.js'
import {writeEdgeList} from './formats/edge-list.js'
import {writeGexf} from './formats/gexf.js'
import {writeGraphml} from './formats/graphml.js'
import {writeGraphologyJson} from './formats/graphology-json.js'
import {writePlainNpz} from './formats/plain-npz.js'
import {recordGraph, type WrittenGraph} from './written.js'

type Writer = (graph: WrittenGraph) => WriteResult

interface Target {
  /** formats that this extension may hold: rewritten as they are */
  formats: GraphFormat[]
  /** every other format is converted by this */
  convert: Writer
}

const TARGETS: Record<string, Target> = {
  '.npz': {formats: ['plain-npz', 'deeprobust-npz', 'scipy-npz'], convert: writePlainNpz},
  '.pyg.npz': {formats: [], convert: writeEdgeIndexNpz},
  '.graphml': {formats: ['graphml'], convert: writeGraphml},
  '.gexf': {formats: ['gexf'], convert: writeGexf},
  '.json': {formats: ['graphology-json', 'node-link'], convert: writeGraphologyJson},
  '.csv': {formats: ['edge-list'], convert: (graph) => writeEdgeList(graph, ',', false)},
  '.tsv': {formats: ['edge-list'], convert: (graph) => writeEdgeList(graph, '\t', false)},
  '.txt': {formats: ['edge-list'], convert: (graph) => writeEdgeList(graph, ' ', false)},
  '.csv.gz': {formats: ['edge-list'], convert: (graph) => writeEdgeList(graph, ',', true)},
  '.tsv.gz': {formats: ['edge-list'], convert: (graph) => writeEdgeList(graph, '\t', true)},
  '.txt.gz': {formats: ['edge-list'], convert: (graph) => writeEdgeList(graph, ' ', true)},
}

/**
 * The bytes of a graph file without its pruned edges: the format of the document where the extensions of source and
 * target agree, with everything else carried; otherwise a conversion, with a note of what the target cannot hold.
 *
 * Shapes  pruned [edges of the graph], 1 = leave out; edgeWeights [edges of the graph] in place of the file's, always a
 *         conversion; added [2 a] edges that were not in the graph, u < v, sorted.
 * Added   marked as such: the attribute or column `added`; in npz files the pairs `edges_repaired`, in edge_index files
 *         the mask `edge_repaired`.
 * Throws  UsageError  the extension of `targetPath` is not known.
 */
export function writeGraph(
  document: GraphDocument,
  normalised: NormalisedGraph,
  pruned: Uint8Array,
  targetPath: string,
  edgeWeights: Float64Array | null = null,
  added: Uint32Array = new Uint32Array(0),
): WriteResult {
  const result = added.length === 0 ? normalised : {...normalised, added}
  const extension = extensionOf(targetPath)
  const target = TARGETS[extension]
  if (target === undefined)
    throw new UsageError(
      `${targetPath}: ${extension || 'no extension'} is no graph format, known are ${Object.keys(TARGETS).join(', ')}`,
      ['choose one of these extensions'],
    )
  if (edgeWeights !== null) return target.convert(recordGraph(document, result, pruned, edgeWeights))
  const sourceExtension = extensionOf(document.inputs[0]!.path)
  const sameKind =
    target.formats.includes(document.format) && (document.format !== 'edge-list' || sourceExtension === extension)
  return sameKind
    ? document.carried.rewrite(result, pruned)
    : target.convert(recordGraph(document, result, pruned, null))
}

function extensionOf(path: string): string {
  const extension = extname(path).toLowerCase()
  if (path.toLowerCase().endsWith('.pyg.npz')) return '.pyg.npz'
  return extension === '.gz' ? `${extname(path.slice(0, -3)).toLowerCase()}.gz` : extension
}

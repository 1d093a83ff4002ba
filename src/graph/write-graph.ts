import {extname} from 'node:path'
import {gzip} from '../data/gzip.js'
import {UsageError} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {GraphDocument, GraphFormat, NormalisedGraph, WriteResult} from './document.js'
import {writeEdgeIndexNpz} from './formats/edge-index-npz.js'
import {writeEdgeList} from './formats/write-edge-list.js'
import {writeGexf} from './formats/gexf.js'
import {writeGraphml} from './formats/graphml.js'
import {writeGraphologyJson} from './formats/graphology-json.js'
import {writeGml} from './formats/write-gml.js'
import {writeMatrixMarket} from './formats/write-matrix-market.js'
import {writePajek} from './formats/write-pajek.js'
import {writePlainNpz} from './formats/write-plain-npz.js'
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
  '.json': {
    formats: ['graphology-json', 'node-link', 'cytoscape-json', 'adjacency-json'],
    convert: writeGraphologyJson,
  },
  '.gml': {formats: ['gml'], convert: writeGml},
  '.net': {formats: ['pajek'], convert: writePajek},
  '.mtx': {formats: ['matrix-market'], convert: writeMatrixMarket},
  '.csv': {formats: ['edge-list'], convert: (graph) => writeEdgeList(graph, ',')},
  '.tsv': {formats: ['edge-list'], convert: (graph) => writeEdgeList(graph, '\t')},
  '.txt': {formats: ['edge-list'], convert: (graph) => writeEdgeList(graph, ' ')},
}

/** What can be written by extension: all of it, and all text with .gz behind it. */
export const EXTENSIONS: readonly string[] = Object.keys(TARGETS)

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
  requireGraphExtension(targetPath)
  const {extension, compress} = extensionOf(targetPath)
  const target = TARGETS[extension]!
  const packed = ({bytes, notes}: WriteResult) => ({bytes: compress ? gzip(bytes) : bytes, notes})
  if (isSameKind(document, extension, edgeWeights)) return packed(document.carried.rewrite(result, pruned))
  return packed(target.convert(recordGraph(document, result, pruned, edgeWeights)))
}

/** A file of the kind that was read is rewritten, so that nothing is lost. */
const isSameKind = (document: GraphDocument, extension: string, edgeWeights: Float64Array | null) =>
  edgeWeights === null &&
  TARGETS[extension]?.formats.includes(document.format) === true &&
  (document.format !== 'edge-list' || extensionOf(document.inputs[0]!.path).extension === extension)

/**
 * What a conversion to the format of `targetPath` cannot hold, before any work is done; none where the file is
 * rewritten in its own format.
 *
 * Throws  UsageError, InputError  what writing the whole graph throws.
 */
export function conversionNotes(
  document: GraphDocument,
  normalised: NormalisedGraph,
  targetPath: string,
): readonly Note[] {
  if (isSameKind(document, extensionOf(targetPath).extension, null)) return []
  return writeGraph(document, normalised, new Uint8Array(normalised.graph.edges.length / 2), targetPath).notes
}

/**
 * What can be said of an output before the graph is read.
 *
 * Throws  UsageError  an extension that no format has.
 */
export function requireGraphExtension(targetPath: string): void {
  const {extension, compress} = extensionOf(targetPath)
  if (!Object.hasOwn(TARGETS, extension) || (compress && extension.endsWith('.npz')))
    throw new UsageError(
      `${targetPath}: ${extension === '' ? 'no extension' : compress ? `${extension}.gz` : extension} is not a graph format, known are ${EXTENSIONS.join(', ')}, and all but .npz with .gz behind it`,
      ['choose one of these extensions'],
    )
}

function extensionOf(path: string): {extension: string; compress: boolean} {
  const compress = path.toLowerCase().endsWith('.gz')
  const plain = compress ? path.slice(0, -3) : path
  return {
    extension: plain.toLowerCase().endsWith('.pyg.npz') ? '.pyg.npz' : extname(plain).toLowerCase(),
    compress,
  }
}

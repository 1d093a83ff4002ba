import {gzip} from '../data/gzip.js'
import type {Note} from '../frame/report.js'
import type {GraphDocument, GraphFormat, NormalisedGraph, WriteResult} from './document.js'
import {extensionOf, graphExtension, type GraphExtension} from './extensions.js'
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
  /** formats with this extension: such files are rewritten in place */
  formats: GraphFormat[]
  /** converts every other format */
  convert: Writer
}

const TARGETS: Record<GraphExtension, Target> = {
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

/**
 * The bytes of a graph file without its pruned edges: in the document's format if the extensions of source and target
 * agree, with everything else carried over; otherwise converted, with a note of what the target cannot hold.
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
  const {extension, compress} = graphExtension(targetPath)
  const target = TARGETS[extension]
  const packed = ({bytes, notes}: WriteResult) => ({bytes: compress ? gzip(bytes) : bytes, notes})
  if (isSameKind(document, extension, edgeWeights)) return packed(document.carried.rewrite(result, pruned))
  return packed(target.convert(recordGraph(document, result, pruned, edgeWeights)))
}

/** A target of the same kind as the source is rewritten, so that nothing is lost. */
const isSameKind = (document: GraphDocument, extension: GraphExtension, edgeWeights: Float64Array | null) =>
  edgeWeights === null &&
  TARGETS[extension].formats.includes(document.format) &&
  (document.format !== 'edge-list' || extensionOf(document.inputs[0]!.path).extension === extension)

/**
 * What a conversion to the format of `targetPath` would lose, known before any work is done; none if the file is
 * rewritten in its own format.
 *
 * Throws  UsageError, InputError  as for writing the whole graph.
 */
export function conversionNotes(
  document: GraphDocument,
  normalised: NormalisedGraph,
  targetPath: string,
): readonly Note[] {
  const {extension} = graphExtension(targetPath)
  if (isSameKind(document, extension, null)) return []
  const whole = recordGraph(document, normalised, new Uint8Array(normalised.graph.edges.length / 2), null)
  return TARGETS[extension].convert(whole).notes
}

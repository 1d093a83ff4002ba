import {extname} from 'node:path'
import {isJsonObject, parseExactJson} from '../data/json.js'
import {type NpzArchive, openNpz} from '../data/npz.js'
import {readInput} from '../data/read-file.js'
import {type ContentKind, describeContent, sniffContent} from '../data/sniff.js'
import {InputError} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import type {GraphDocument, GraphFormat, RawGraph, ReadResult} from './document.js'
import {ADJACENCY_PREFIXES, readDeepRobustNpz} from './formats/deeprobust-npz.js'
import {type EdgeListOptions, readEdgeList} from './formats/edge-list.js'
import {readAdjacencyJson, readCytoscape} from './formats/network-json.js'
import {readGml} from './formats/gml.js'
import {readMatrixMarket} from './formats/matrix-market.js'
import {isFolder, ogbFolder, readOgbSplit} from './formats/ogb-folder.js'
import {readPajek} from './formats/pajek.js'
import {readGexf} from './formats/gexf.js'
import {readGraphml} from './formats/graphml.js'
import {readGraphologyJson} from './formats/graphology-json.js'
import {readNodeLink} from './formats/node-link.js'
import {readPlainNpz} from './formats/plain-npz.js'
import {readScipyNpz} from './formats/scipy-npz.js'
import {requireNodes} from './labels.js'
import {checkSize, GRAPH_LIMITS, type GraphLimits} from './limits.js'
import type {NodeIds} from './node-ids.js'
import {type NodeSet, nodeSet, numberedNodes} from './node-set.js'
import {unmatched} from './node-ids.js'
import {selectRows} from '../linalg/csr.js'
import {alignLabels, readFeaturesFile, readLabelsFile, rowsByNode, type SideTable} from './side-data.js'
import {readSplitFile} from './split-file.js'
import {checkSplit} from './split.js'
import type {ColumnOptions} from './tables/edge-columns.js'

export interface ReadOptions extends ColumnOptions {
  /** array of edges in a plain npz; default `edges` */
  edges?: string
  /** files that replace what the graph file says */
  features?: string
  labels?: string
  split?: string
  /** whose nodes the split numbers: the file's (default), or those of its largest component, as DeepRobust's splits do */
  splitNumbers?: 'file' | 'component'
  /** what numeric ids of an edge list are; see numberNumericIds */
  nodeIds?: NodeIds
  /** node attributes of GraphML, GEXF and JSON; by default what is clearly meant, see node-attributes */
  labelAttribute?: string
  featureAttributes?: readonly string[]
  /** column or array of features and labels files that says whose each row is */
  idColumn?: string
  /** ids stay text: 007 is not 7 */
  idsAsText?: boolean
  /** the id of the first row of files whose rows have no ids */
  firstId?: number
  /** such rows follow the order in which the graph file first names its nodes */
  rowsInOrder?: boolean
  limits?: Partial<GraphLimits>
}

interface Job {
  bytes: Uint8Array
  path: string
  options: ReadOptions
  limits: GraphLimits
  sideRows: EdgeListOptions['sideRows']
}

/**
 * A graph from any format surety knows, told by its content; an extension that promises another content is an error.
 *
 * Throws  InputError  see the formats; no node, no edge, an edge to a node that is not there, features, labels or split
 *                     that do not fit the nodes, values that are not finite, anything beyond the limits.
 */
export async function readGraph(path: string, options: ReadOptions = {}): Promise<GraphDocument> {
  if (!isFolder(path)) return readGraphFile(path, options)
  const {edges, features, labels, split} = ogbFolder(path)
  const document = await readGraphFile(edges, {
    ...(features !== null && {features}),
    ...(labels !== null && {labels}),
    nodeIds: features === null && labels === null ? 'numbers' : 'auto',
    firstId: 0,
    ...options,
  })
  if (split === null || options.split !== undefined) return document
  const read = await readOgbSplit(split, {...GRAPH_LIMITS, ...options.limits})
  checkSplit(read.split, document.raw.nodes, split[0])
  return {...document, raw: {...document.raw, split: read.split}, inputs: [...document.inputs, ...read.files]}
}

async function readGraphFile(path: string, options: ReadOptions): Promise<GraphDocument> {
  const limits = {...GRAPH_LIMITS, ...options.limits}
  const {bytes, file} = await readInput(path, limits.maxBytes)
  const features = options.features === undefined ? null : await readFeaturesFile(options.features, limits, options)
  const labels = options.labels === undefined ? null : await readLabelsFile(options.labels, limits, options)
  const split = options.split === undefined ? null : await readSplitFile(options.split, limits)
  const sideRows = sideRowsOf(features, labels, options)
  const {format, result} = dispatch({bytes, path, options, limits, sideRows})
  const {nodes, nodeNames} = result.raw
  checkSize(nodes, result.raw.edges.length / 2, path, limits)
  if (nodeNames !== null) requireNodes(nodeNames.length, nodes, 'names', path)
  const set = nodeNames === null ? numberedNodes(nodes, options.idsAsText) : nodeSet(nodeNames, options.idsAsText)
  const align = aligner(result.raw, format, set, options)
  const aligned = {features: align(features, 'features'), labels: align(labels, 'labels')}
  const splitNumbers = split === null ? 'file' : (options.splitNumbers ?? 'file')
  const raw: RawGraph = {
    ...result.raw,
    ...(aligned.features && {
      features:
        aligned.features.rows === null
          ? aligned.features.value
          : selectRows(aligned.features.value, aligned.features.rows),
    }),
    ...(aligned.labels && {
      labels: alignLabels(aligned.labels.value, aligned.labels.rows),
      classNames: aligned.labels.value.classNames,
    }),
    ...(split && {
      split: split.match(
        splitNumbers === 'component'
          ? {count: null, set: null}
          : {count: nodes, set: rowsAreNodes(format, nodeNames) ? null : set},
      ),
    }),
  }
  if (raw.features !== null) requireNodes(raw.features.rows, nodes, 'features', options.features ?? path)
  if (raw.labels !== null) requireNodes(raw.labels.length, nodes, 'labels', options.labels ?? path)
  if (raw.split !== null && splitNumbers === 'file') checkSplit(raw.split, nodes, options.split ?? path)
  const inputs = [file, features?.file, labels?.file, split?.file].filter((one): one is InputFile => one !== undefined)
  const notes = [...result.notes, ...(aligned.features?.notes ?? []), ...(aligned.labels?.notes ?? [])]
  return {format, inputs, raw, splitNumbers, notes, carried: result.carried}
}

/** What the files of features and labels say of the nodes of an edge list, given its ids. */
function sideRowsOf(
  features: SideTable<unknown> | null,
  labels: SideTable<unknown> | null,
  options: ReadOptions,
): EdgeListOptions['sideRows'] {
  return (ids) => {
    if (features === null && labels === null) return {rows: null, rowIds: null}
    const set = nodeSet(ids(), options.idsAsText)
    const [x, y] = [features?.match(set), labels?.match(set)]
    const bare =
      x?.ids === null
        ? {count: x.rows, place: features!.file.path}
        : y?.ids === null
          ? {count: y.rows, place: labels!.file.path}
          : null
    return {rows: bare, rowIds: x?.ids ? new Set(x.ids) : null}
  }
}

/** Formats whose nodes are numbered: node k is row k of arrays, whatever it is called. */
const rowsAreNodes = (format: GraphFormat, nodeNames: readonly string[] | null) =>
  nodeNames === null || format.endsWith('npz')

/** Brings rows of features and labels into the order of the nodes. */
function aligner({nodes, nodeNames}: RawGraph, format: GraphFormat, set: NodeSet, options: ReadOptions) {
  // Names that only count, from 0 or from 1, are the numbers of rows.
  const counts = nodeNames?.every((name, node) => name === String(node + 1)) ?? true
  const isNumbered = counts || rowsAreNodes(format, nodeNames) || options.rowsInOrder === true
  return <Value>(side: SideTable<Value> | null, kind: 'features' | 'labels') => {
    if (side === null) return null
    const {value, rows, ids, notes} = side.match(set)
    const {path} = side.file
    if (ids === null && !isNumbered) throw unmatched(path, nodeNames![0]!)
    if (ids === null) {
      requireNodes(rows, nodes, kind, path)
      return {value, rows: null, notes}
    }
    const matched = rowsByNode(
      {ids},
      nodes,
      set,
      (node) => nodeNames?.[node] ?? String(node),
      path,
      kind === 'features',
    )
    return {value, rows: matched.rows, notes: [...notes, ...matched.notes]}
  }
}

/** What an extension promises; others promise nothing. */
const PROMISED: Record<string, ContentKind[]> = {
  '.npz': ['zip'],
  '.graphml': ['graphml'],
  '.gexf': ['gexf'],
  '.json': ['json'],
  '.csv': ['text'],
  '.tsv': ['text'],
  '.gz': ['gzip'],
}

function dispatch(job: Job): {format: GraphFormat; result: ReadResult} {
  const {bytes, path, options, limits} = job
  const content = sniffContent(bytes)
  const extension = extname(path).toLowerCase()
  const refuse = (what: string) =>
    new InputError(`${path}: ${what}, it looks like ${describeContent(bytes)}`, [
      'give the file the extension of its content, or choose another file',
    ])
  if (PROMISED[extension]?.includes(content) === false)
    throw refuse(`does not hold what its extension ${extension} says`)
  if (content === 'text') {
    const head = Buffer.from(bytes.subarray(0, 4096))
      .toString('utf8')
      .replace(/^\uFEFF/, '')
    if (/^%%MatrixMarket/i.test(head)) return {format: 'matrix-market', result: readMatrixMarket(bytes, path, limits)}
    if (/^\s*(%[^\n]*\n\s*)*\*(vertices|network)\b/i.test(head))
      return {format: 'pajek', result: readPajek(bytes, path, limits)}
    if (/^(\s*(#[^\n]*|Creator[^\n]*|Version[^\n]*|comment[^\n]*|directed[^\n]*)\n)*\s*graph\s*\[/i.test(head))
      return {format: 'gml', result: readGml(bytes, path, options, limits)}
  }
  switch (content) {
    case 'zip':
      return readArchive(job)
    case 'text':
    case 'gzip':
      return {
        format: 'edge-list',
        result: readEdgeList(
          bytes,
          path,
          {
            ...options,
            nodeIds: options.nodeIds ?? 'auto',
            idsAsText: options.idsAsText ?? false,
            rowsInOrder: options.rowsInOrder ?? false,
            firstId: options.firstId,
            sideRows: job.sideRows,
          },
          limits,
        ),
      }
    case 'graphml':
      return {format: 'graphml', result: readGraphml(bytes, path, options, limits)}
    case 'gexf':
      return {format: 'gexf', result: readGexf(bytes, path, options, limits)}
    case 'json':
      return readJson(job)
    default:
      if (describeContent(bytes).includes('pickle'))
        throw new InputError(`${path}: is a Python pickle, which can run code and is never read`, [
          'write its arrays as numbers: numpy.savez("graph.npz", edges=numpy.array(graph.edges), features=x, labels=y)',
        ])
      throw refuse('is no graph that surety reads')
  }
}

function readArchive({bytes, path, options, limits}: Job): {format: GraphFormat; result: ReadResult} {
  const archive = openNpz(bytes, path)
  const prefix = ADJACENCY_PREFIXES.find((one) => archive.has(`${one}data`) && archive.has(`${one}indptr`))
  if (options.edges === undefined && prefix !== undefined)
    return {format: 'deeprobust-npz', result: readDeepRobustNpz(archive, limits, prefix)}
  if (options.edges === undefined && archive.has('format') && archive.has('shape'))
    return {format: 'scipy-npz', result: readScipyNpz(archive)}
  return {format: 'plain-npz', result: readPlainNpz(archive, options.edges ?? edgesOf(archive), limits)}
}

/** The array of edges where none is asked for; two lists that are not the same edges are a choice for the user. */
function edgesOf(archive: NpzArchive): string {
  const pickled = archive.skipped.find(({name}) => /^(adj|edge|A$)/i.test(name))
  const found = ['edges', 'edge_index', 'edge_list', 'edgelist'].filter(archive.has)
  if (found.length === 0 && pickled !== undefined)
    throw new InputError(`${archive.place}: array ${pickled.name} ${pickled.reason}, and no other array holds edges`, [
      'write it as numbers: numpy.savez(FILE, **{"adj_data": A.data, "adj_indices": A.indices, "adj_indptr": A.indptr, "adj_shape": A.shape}) with A = matrix.tocsr()',
    ])
  return found[0] ?? 'edges'
}

/** graphology has keys, NetworkX has ids. */
function readJson({bytes, path, options, limits}: Job): {format: GraphFormat; result: ReadResult} {
  const root = parseExactJson(bytes, path)
  if (isJsonObject(root) && isJsonObject(root['elements']))
    return {format: 'cytoscape-json', result: readCytoscape(root, path, options, limits)}
  if (isJsonObject(root) && Array.isArray(root['nodes']) && Array.isArray(root['adjacency']))
    return {format: 'adjacency-json', result: readAdjacencyJson(root, path, options, limits)}
  if (!isJsonObject(root) || !Array.isArray(root['nodes'])) {
    throw new InputError(`${path}: is JSON without a list of nodes`, [
      'give graphology JSON (nodes with key) or NetworkX node-link JSON (nodes with id)',
    ])
  }
  const first: unknown = root['nodes'][0]
  return isJsonObject(first) && Object.hasOwn(first, 'key') && !Object.hasOwn(first, 'id')
    ? {format: 'graphology-json', result: readGraphologyJson(root, path, options, limits)}
    : {format: 'node-link', result: readNodeLink(root, path, options, limits)}
}

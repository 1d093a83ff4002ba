import {extname} from 'node:path'
import {gunzip} from '../data/gzip.js'
import {isJsonObject, parseExactJson} from '../data/json.js'
import {type NpzArchive, openNpz} from '../data/npz.js'
import {type ContentKind, describeContent, sniffContent} from '../data/sniff.js'
import {InputError, option, UsageError} from '../errors.js'
import type {GraphFormat, ReadResult} from './document.js'
import {ADJACENCY_PREFIXES, readDeepRobustNpz} from './formats/deeprobust-npz.js'
import {readEdgeList} from './formats/edge-list.js'
import type {EdgeListOptions} from './formats/edge-records.js'
import {recipeFor, refuseForeignZip} from './formats/foreign.js'
import {readGexf} from './formats/gexf.js'
import {readGml} from './formats/gml.js'
import {readGraphml} from './formats/graphml.js'
import {readGraphologyJson} from './formats/graphology-json.js'
import {readMatrixMarket} from './formats/matrix-market.js'
import {readAdjacencyJson, readCytoscape} from './formats/network-json.js'
import {readNodeLink} from './formats/node-link.js'
import {readPajek} from './formats/pajek.js'
import {readPlainNpz} from './formats/plain-npz.js'
import {readScipyNpz} from './formats/scipy-npz.js'
import type {GraphLimits} from './limits.js'
import type {ReadOptions} from './read-options.js'

interface Job {
  bytes: Uint8Array
  path: string
  options: ReadOptions
  limits: GraphLimits
  sideRows: EdgeListOptions['sideRows']
}

/** The content that an extension promises; other extensions promise nothing. */
const PROMISED: Record<string, ContentKind[]> = {
  '.npz': ['zip'],
  '.graphml': ['graphml'],
  '.gexf': ['gexf'],
  '.json': ['json'],
  '.csv': ['text'],
  '.tsv': ['text'],
  '.gz': ['gzip'],
}

/**
 * Reads the content of a graph file with the reader for its format; text may be gzipped.
 *
 * Throws  InputError  content that no reader knows, or that contradicts the extension.
 */
export function readFormat(job: Job): {format: GraphFormat; result: ReadResult} {
  const {bytes, path, limits} = job
  const content = sniffContent(bytes)
  requirePromise(content, extname(path).toLowerCase(), bytes, path)
  if (job.options.arrays !== undefined && content !== 'zip')
    throw new UsageError(`${path}: ${option('arrays')} names arrays of an npz, but this is not an npz`, [
      `leave ${option('arrays')} out`,
    ])
  if (content !== 'gzip') return readContent(job, content)
  const inner = gunzip(bytes, path, limits.maxBytes)
  const packed = sniffContent(inner)
  if (packed === 'gzip' || packed === 'zip' || packed === 'npy')
    throw new InputError(`${path}: holds ${describeContent(inner)} inside gzip`, ['unpack it first: gunzip'])
  requirePromise(packed, extname(path.replace(/\.gz$/i, '')).toLowerCase(), inner, path)
  return readContent({...job, bytes: inner}, packed)
}

function requirePromise(content: ContentKind, extension: string, bytes: Uint8Array, path: string): void {
  const promised = Object.hasOwn(PROMISED, extension) ? PROMISED[extension]! : null
  if (promised?.includes(content) === false)
    throw new InputError(
      `${path}: does not hold what its extension ${extension} says, it looks like ${describeContent(bytes)}`,
      recipeFor(bytes),
    )
}

function readContent(job: Job, content: ContentKind): {format: GraphFormat; result: ReadResult} {
  const {bytes, path, options, limits} = job
  switch (content) {
    case 'zip':
      return readArchive(job)
    case 'text':
      return readText(job)
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
      throw new InputError(
        `${path}: is not a graph that surety reads, it looks like ${describeContent(bytes)}`,
        recipeFor(bytes),
      )
  }
}

/** Tells text formats by how they begin; anything else is a table of edges. */
function readText({bytes, path, options, limits, sideRows}: Job): {format: GraphFormat; result: ReadResult} {
  const head = Buffer.from(bytes.subarray(0, 4096))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
  if (/^%%MatrixMarket/i.test(head)) return {format: 'matrix-market', result: readMatrixMarket(bytes, path, limits)}
  if (/^\s*(%[^\n]*\n\s*)*\*(vertices|network)\b/i.test(head))
    return {format: 'pajek', result: readPajek(bytes, path, limits)}
  if (/^(\s*(#[^\n]*|Creator[^\n]*|Version[^\n]*|comment[^\n]*|directed[^\n]*)\n)*\s*graph\s*\[/i.test(head))
    return {format: 'gml', result: readGml(bytes, path, options, limits)}
  const edgeList = {
    ...options,
    nodeIds: options.nodeIds ?? 'auto',
    idsAsText: options.idsAsText ?? false,
    rowsInOrder: options.rowsInOrder ?? false,
    firstId: options.firstId,
    sideRows,
  }
  return {format: 'edge-list', result: readEdgeList(bytes, path, edgeList, limits)}
}

function readArchive({bytes, path, options, limits}: Job): {format: GraphFormat; result: ReadResult} {
  const archive = openNpz(bytes, path)
  refuseForeignZip(archive)
  const roles = options.arrays ?? {}
  const edges = options.edges ?? roles.edges
  const prefix = ADJACENCY_PREFIXES.find((one) => archive.has(`${one}data`) && archive.has(`${one}indptr`))
  const matrix = edges === undefined && (prefix !== undefined || (archive.has('format') && archive.has('shape')))
  if (matrix && (roles.weights !== undefined || (prefix === undefined && Object.keys(roles).length > 0)))
    throw new UsageError(
      `${path}: holds an adjacency matrix${prefix === undefined ? ' alone' : ', whose values are the weights'}, so ${option('arrays')} ${Object.entries(
        roles,
      )
        .map(([role, name]) => `${role}=${name}`)
        .join(',')} would change nothing`,
      [`leave it out, or name an array of edges too: ${option('arrays')} edges=NAME`],
    )
  if (edges === undefined && prefix !== undefined)
    return {format: 'deeprobust-npz', result: readDeepRobustNpz(archive, limits, prefix, roles)}
  if (edges === undefined && archive.has('format') && archive.has('shape'))
    return {format: 'scipy-npz', result: readScipyNpz(archive)}
  return {format: 'plain-npz', result: readPlainNpz(archive, edges ?? edgesOf(archive), limits, roles)}
}

/** The default array of edges. */
function edgesOf(archive: NpzArchive): string {
  const pickled = archive.skipped.find(({name}) => /^(adj|edge|A$)/i.test(name))
  const found = ['edges', 'edge_index', 'edge_list', 'edgelist'].filter(archive.has)
  if (found.length === 0 && pickled !== undefined)
    throw new InputError(`${archive.place}: array ${pickled.name} ${pickled.reason}, and no other array holds edges`, [
      'write it as numbers: numpy.savez(FILE, **{"adj_data": A.data, "adj_indices": A.indices, "adj_indptr": A.indptr, "adj_shape": A.shape}) with A = matrix.tocsr()',
    ])
  if (found.length > 0) return found[0]!
  const square = archive.names.find((name) => {
    const shape = archive.shape(name)
    return shape.length === 2 && shape[0] === shape[1] && shape[0]! > 2
  })
  const ends = [
    ['row', 'col'],
    ['src', 'dst'],
    ['source', 'target'],
  ].find((pair) => pair.every(archive.has))
  throw new InputError(
    `${archive.place}: has no array edges, edge_index or adj_data, its arrays are ${archive.names.join(', ') || 'none'}`,
    [
      ...(square === undefined
        ? []
        : [
            `if ${square} is the adjacency matrix: scipy.sparse.save_npz("graph.npz", scipy.sparse.csr_matrix(${square})), and features and labels beside it`,
          ]),
      ...(ends === undefined ? [] : [`write both ends as one array: edges=numpy.stack([${ends.join(', ')}], axis=1)`]),
      `name the array of pairs with ${option('arrays')} edges=NAME`,
    ],
  )
}

/** graphology has keys, NetworkX has ids. */
function readJson({bytes, path, options, limits}: Job): {format: GraphFormat; result: ReadResult} {
  const root = jsonOf(bytes, path)
  if (!isJsonObject(root)) throw noGraph(path, root)
  if (isJsonObject(root['elements']))
    return {format: 'cytoscape-json', result: readCytoscape(root, path, options, limits)}
  if (Array.isArray(root['nodes']) && Array.isArray(root['adjacency']))
    return {format: 'adjacency-json', result: readAdjacencyJson(root, path, options, limits)}
  if (!Array.isArray(root['nodes'])) throw noGraph(path, root)
  const first: unknown = root['nodes'][0]
  return isJsonObject(first) && Object.hasOwn(first, 'key') && !Object.hasOwn(first, 'id')
    ? {format: 'graphology-json', result: readGraphologyJson(root, path, options, limits)}
    : {format: 'node-link', result: readNodeLink(root, path, options, limits)}
}

const JSON_FORMATS =
  'supported JSON: graphology (nodes with key), NetworkX node-link and adjacency, D3 (nodes and links), Cytoscape (elements)'

function noGraph(path: string, root: unknown): InputError {
  const list: unknown = isJsonObject(root) ? (root['edges'] ?? root['links']) : root
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  const isTable = Array.isArray(first) || (isJsonObject(first) && !Object.hasOwn(first, 'data'))
  return new InputError(
    `${path}: is JSON without a list of nodes${isTable ? ', its edges are a list alone' : ''}`,
    isTable ? ['write the edges as a table: pandas.DataFrame(EDGES).to_csv("edges.csv", index=False)'] : [JSON_FORMATS],
  )
}

function jsonOf(bytes: Uint8Array, path: string): unknown {
  try {
    return parseExactJson(bytes, path)
  } catch (error) {
    const text = Buffer.from(bytes.subarray(0, 65_536)).toString('utf8')
    if (/^\s*\{[^\n]*\}\s*\n\s*\{/.test(text))
      throw new InputError(
        `${path}: is JSON Lines, one object a line, which is not read`,
        ['write the edges as a table: pandas.read_json(FILE, lines=True).to_csv("edges.csv", index=False)'],
        {cause: error},
      )
    throw error
  }
}

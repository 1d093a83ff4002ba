import {extname} from 'node:path'
import {isJsonObject, parseJson} from '../data/json.js'
import {openNpz} from '../data/npz.js'
import {readInput} from '../data/read-file.js'
import {type Content, describeContent, sniffContent} from '../data/sniff.js'
import {InputError} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import type {GraphDocument, GraphFormat, RawGraph, ReadResult} from './document.js'
import {readDeepRobustNpz} from './formats/deeprobust-npz.js'
import {readEdgeList} from './formats/edge-list.js'
import {readGexf} from './formats/gexf.js'
import {readGraphml} from './formats/graphml.js'
import {readGraphologyJson} from './formats/graphology-json.js'
import {readNodeLink} from './formats/node-link.js'
import {readPlainNpz} from './formats/plain-npz.js'
import {readScipyNpz} from './formats/scipy-npz.js'
import {requireNodes} from './labels.js'
import {checkSize, GRAPH_LIMITS, type GraphLimits} from './limits.js'
import type {NodeIds} from './node-ids.js'
import {alignFeatures, alignLabels, readFeaturesFile, readLabelsFile, readSplitFile, rowsByNode} from './side-data.js'
import {checkSplit} from './split.js'

export interface ReadOptions {
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
  limits?: Partial<GraphLimits>
}

interface Job {
  bytes: Uint8Array
  path: string
  options: ReadOptions
  limits: GraphLimits
  /** nodes known from features or labels files */
  sideRows: number | null
}

/**
 * A graph from any format surety knows, told by its content; an extension that promises another content is an error.
 *
 * Throws  InputError  see the formats; no node, no edge, an edge to a node that is not there, features, labels or split
 *                     that do not fit the nodes, values that are not finite, anything beyond the limits.
 */
export async function readGraph(path: string, options: ReadOptions = {}): Promise<GraphDocument> {
  const limits = {...GRAPH_LIMITS, ...options.limits}
  const {bytes, file} = await readInput(path, limits.maxBytes)
  const features = options.features === undefined ? null : await readFeaturesFile(options.features, limits)
  const labels = options.labels === undefined ? null : await readLabelsFile(options.labels, limits)
  const split = options.split === undefined ? null : await readSplitFile(options.split, limits)
  const sideRows = features?.ids === null ? features.rows : labels?.ids === null ? labels.rows : null
  const {format, result} = dispatch({bytes, path, options, limits, sideRows})
  const {nodes, nodeNames} = result.raw
  checkSize(nodes, result.raw.edges.length / 2, path, limits)
  const raw: RawGraph = {
    ...result.raw,
    ...(features && {features: alignFeatures(features, rowsByNode(features, nodes, nodeNames))}),
    ...(labels && {
      labels: alignLabels(labels, rowsByNode(labels, nodes, nodeNames)),
      classNames: labels.value.classNames,
    }),
    ...(split && {split: split.split}),
  }
  if (raw.features !== null) requireNodes(raw.features.rows, nodes, 'features', options.features ?? path)
  if (raw.labels !== null) requireNodes(raw.labels.length, nodes, 'labels', options.labels ?? path)
  if (raw.nodeNames !== null) requireNodes(raw.nodeNames.length, nodes, 'names', path)
  const splitNumbers = split === null ? 'file' : (options.splitNumbers ?? 'file')
  if (raw.split !== null && splitNumbers === 'file') checkSplit(raw.split, nodes, options.split ?? path)
  const inputs = [file, features?.file, labels?.file, split?.file].filter((one): one is InputFile => one !== undefined)
  return {format, inputs, raw, splitNumbers, notes: result.notes, carried: result.carried}
}

/** What an extension promises; others promise nothing. */
const PROMISED: Record<string, Content[]> = {
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
  switch (content) {
    case 'zip':
      return readArchive(job)
    case 'text':
    case 'gzip':
      return {
        format: 'edge-list',
        result: readEdgeList(bytes, path, {nodeIds: options.nodeIds ?? 'auto', nodes: job.sideRows}, limits),
      }
    case 'graphml':
      return {format: 'graphml', result: readGraphml(bytes, path, options, limits)}
    case 'gexf':
      return {format: 'gexf', result: readGexf(bytes, path, options, limits)}
    case 'json':
      return readJson(job)
    default:
      throw refuse('is no graph that surety reads')
  }
}

function readArchive({bytes, path, options, limits}: Job): {format: GraphFormat; result: ReadResult} {
  const archive = openNpz(bytes, path)
  if (options.edges === undefined && archive.has('adj_data'))
    return {format: 'deeprobust-npz', result: readDeepRobustNpz(archive, limits)}
  if (options.edges === undefined && archive.has('format') && archive.has('shape'))
    return {format: 'scipy-npz', result: readScipyNpz(archive)}
  return {format: 'plain-npz', result: readPlainNpz(archive, options.edges ?? 'edges', limits)}
}

/** graphology has keys, NetworkX has ids. */
function readJson({bytes, path, options, limits}: Job): {format: GraphFormat; result: ReadResult} {
  const root = parseJson(bytes, path)
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

import {readInput} from '../data/read-file.js'
import type {InputFile, Note} from '../frame/report.js'
import type {GraphDocument, RawGraph} from './document.js'
import type {EdgeListOptions} from './formats/edge-records.js'
import {readFormat} from './read-format.js'
import type {ReadOptions} from './read-options.js'
import {isFolder, ogbFolder, readOgbSplit} from './formats/ogb-folder.js'
import {isSigned, requireNodes} from './labels.js'
import {checkSize, GRAPH_LIMITS} from './limits.js'
import {nodeSet, numberedNodes} from './node-set.js'
import {aligner, aliasSets, rowsAreNodes} from './align.js'
import {selectRows} from '../linalg/csr.js'
import {alignLabels, readFeaturesFile, readLabelsFile, type SideTable} from './side-data.js'
import {readSplitFile} from './split-file.js'
import {checkSplit} from './split.js'
import {asTable} from './tables/parquet-csv.js'

/**
 * Reads a graph in any format surety knows, recognised by its content; an extension that contradicts the content is an
 * error.
 *
 * Throws  InputError  see the formats; no node, no edge, an edge to an unknown node, features, labels or split that do
 *         not fit the nodes, values that are not finite, anything beyond the limits.
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
  const {bytes: stored, file} = await readInput(path, limits.maxBytes)
  const bytes = await asTable(stored, path)
  const features = options.features === undefined ? null : await readFeaturesFile(options.features, limits, options)
  const labels = options.labels === undefined ? null : await readLabelsFile(options.labels, limits, options)
  const split = options.split === undefined ? null : await readSplitFile(options.split, limits)
  const sideRows = sideRowsOf(features, labels, options)
  const {format, result} = readFormat({bytes, path, options, limits, sideRows})
  const {nodes, nodeNames} = result.raw
  checkSize(nodes, result.raw.edges.length / 2, path, limits)
  if (nodeNames !== null) requireNodes(nodeNames.length, nodes, 'names', path)
  const set = nodeNames === null ? numberedNodes(nodes, options.idsAsText) : nodeSet(nodeNames, options.idsAsText)
  const aliases = features === null && labels === null ? [] : aliasSets(result, options.idsAsText ?? false)
  const align = aligner(result.raw, format, set, aliases, options)
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
  const notes = [
    ...result.notes.filter(({code}) => !(labels !== null && code === 'labels-from-attribute')),
    ...(aligned.features?.notes ?? []),
    ...(aligned.labels?.notes ?? []),
    ...(isSigned(raw.classNames) ? [signedLabels(options.labels ?? path)] : []),
  ]
  const kinds = [...(aligned.features?.kinds ?? []), ...(aligned.labels?.kinds ?? [])]
  return {format, inputs, raw, splitNumbers, notes, carried: result.carried, ...(kinds.length > 0 && {kinds})}
}

const signedLabels = (place: string): Note => ({
  level: 'warning',
  code: 'labels-signed',
  message: `${place}: the labels are -1 and 1, which are read as two classes; where -1 means unknown, leave it empty or write NaN`,
})

/** What the files of features and labels tell about the nodes of an edge list, given its ids. */
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

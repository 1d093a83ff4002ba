import {statSync} from 'node:fs'
import {extname, join} from 'node:path'
import {type InputBytes, readInput} from '../data/read-file.js'
import {type ContentKind, describeContent, sniffContent} from '../data/sniff.js'
import {readZipDirectory} from '../data/zip.js'
import {InputError} from '../errors.js'
import {arrayFormat, readArrayFile, readNpyFolder} from './array-files.js'
import {openEmbeddings} from './embedding-file.js'
import {refuseForeign, refuseForeignFolder} from './foreign-files.js'
import {openGraphModel} from './graph-model.js'
import {layersSource, openLayersModel} from './layers-model.js'
import {openOnnx} from './onnx.js'
import {readTfjsFiles} from './tfjs-files.js'
import type {Checkpoint} from './types.js'

export {type DataSetOptions, readDataSet} from './data-set.js'
export type {SampleKind} from './sample.js'
export type {
  Checkpoint,
  EmbeddingOptions,
  InputSummary,
  LayerInfo,
  ModelStates,
  OutputKind,
} from './types.js'
export type {DataSet, InputArray} from './data-types.js'
export type {Pooling} from './pool.js'

/** The content that an extension promises; other extensions promise nothing. */
const PROMISED: Record<string, ContentKind> = {
  '.npz': 'zip',
  '.keras': 'zip',
  '.json': 'json',
  '.onnx': 'binary',
  '.safetensors': 'binary',
  '.h5': 'binary',
  '.hdf5': 'binary',
  '.parquet': 'binary',
}
const KNOWN = [
  'give a TensorFlow.js model.json, a Keras .keras or .h5 file, an ONNX file, or hidden states as npz, npy files in a folder, safetensors, parquet or HDF5',
]

/**
 * Opens a model or its hidden states: a TensorFlow.js model (model.json or its folder), a Keras file, an ONNX file, or
 * arrays in npz, safetensors, parquet, HDF5 or a folder of npy files. The content decides; an extension that
 * contradicts it is an error.
 *
 * Throws  InputError  none of these, or a damaged file (names it).
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const isFolder = statSync(path, {throwIfNoEntry: false})?.isDirectory() === true
  if (isFolder && statSync(join(path, 'model.json'), {throwIfNoEntry: false}) === undefined) {
    const folder = await readNpyFolder(path)
    if (folder !== null) return openEmbeddings(path, folder)
    refuseForeignFolder(path)
  }
  const file = modelFile(path)
  const input = await readInput(file)
  const content = sniffContent(input.bytes)
  const entries = content === 'zip' ? readZipDirectory(input.bytes, file).map(({name}) => name) : []
  refuseForeign(file, input.bytes, entries)
  const described = describeContent(input.bytes)
  const promised = PROMISED[extname(file).toLowerCase()]
  if (promised !== undefined && promised !== content) {
    throw new InputError(`${file}: does not hold what its extension says, it looks like ${described}`, [
      'give the file the extension of its content, or choose another file',
    ])
  }
  if (content === 'json') return openTfjs(file, input)
  if (entries.includes('model.weights.h5')) return (await import('./keras.js')).openKerasArchive(file, input)
  const format = arrayFormat(input.bytes)
  if (format === 'hdf5') return (await import('./keras.js')).openHdf5Checkpoint(file, input)
  if (format !== null && format !== 'npy') return openEmbeddings(file, await readArrayFile(input))
  if (format === 'npy')
    throw new InputError(`${file}: holds a single array; hidden states need labels and class scores, or losses, too`, [
      'store them together: numpy.savez(path, layer_1=…, labels=…, logits=…)',
      'or as npy files in one folder: layer_1.npy, labels.npy, logits.npy',
    ])
  if (described !== 'binary data')
    throw new InputError(`${file}: is ${described}, not a checkpoint that surety reads`, KNOWN)
  // An ONNX file has no signature, so it is tried last.
  return openOnnx(file, input).catch((error: unknown) => {
    throw notOnnx(file, error)
  })
}

/** Content that is not protobuf is a damaged ONNX file or another format. */
function notOnnx(file: string, error: unknown): unknown {
  if (!(error instanceof InputError) || !error.message.includes('is not a valid protobuf message')) return error
  const [next] = KNOWN
  return extname(file).toLowerCase() === '.onnx'
    ? new InputError(
        `${file}: is a damaged ONNX file: ${error.message}`,
        ['copy it again from its source, or export the model again', 'a Git LFS file is fetched with git lfs pull'],
        {cause: error},
      )
    : new InputError(`${file}: is binary data of an unknown kind, no ONNX model and no file of arrays`, [next!], {
        cause: error,
      })
}

/** The model's file, which may be given by its folder. */
export const modelFile = (path: string): string =>
  statSync(path, {throwIfNoEntry: false})?.isDirectory() ? join(path, 'model.json') : path

async function openTfjs(file: string, input: InputBytes): Promise<Checkpoint> {
  const files = await readTfjsFiles(file, input)
  return files.graph ? openGraphModel(file, files) : openLayersModel(file, layersSource(file, files))
}

import {statSync} from 'node:fs'
import {extname, join} from 'node:path'
import {openNpz} from '../data/npz.js'
import {readInput} from '../data/read-file.js'
import {openSafetensors} from '../data/safetensors.js'
import {type Content, describeContent, sniffContent} from '../data/sniff.js'
import {InputError} from '../errors.js'
import {openEmbeddings} from './embedding-file.js'
import {openGraphModel} from './graph-model.js'
import {openLayersModel} from './layers-model.js'
import {openOnnx} from './onnx.js'
import {readTfjsFiles} from './tfjs-files.js'
import type {Checkpoint} from './types.js'

export {type DataSetOptions, readDataSet} from './data-set.js'
export type {Checkpoint, DataSet, EmbeddingOptions, InputArray, LayerInfo, OutputKind, Pooling} from './types.js'

/** What an extension promises; others promise nothing. */
const PROMISED: Record<string, Content> = {'.npz': 'zip', '.json': 'json', '.onnx': 'binary', '.safetensors': 'binary'}

/**
 * Opens what holds a model or its hidden states: a TensorFlow.js LayersModel (model.json or its folder), an ONNX file, or
 * arrays in npz or safetensors. The content decides; an extension that promises another content is an error.
 *
 * Throws  InputError  none of these, or one that is damaged (names the file).
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const file = statSync(path, {throwIfNoEntry: false})?.isDirectory() ? join(path, 'model.json') : path
  const input = await readInput(file)
  const content = sniffContent(input.bytes)
  const described = describeContent(input.bytes)
  const promised = PROMISED[extname(file).toLowerCase()]
  if (promised !== undefined && promised !== content) {
    throw new InputError(`${file}: does not hold what its extension says, it looks like ${described}`, ['give the file the extension of its content, or choose another file'])
  }
  if (content === 'json') {
    const files = await readTfjsFiles(file, input)
    if (files.graph) return openGraphModel(file, files)
    const {artifacts, inputFiles} = files
    return openLayersModel(file, {kind: 'tfjs-layers', inputFiles, build: ({tfl}) => tfl.loadLayersModel({load: () => Promise.resolve(artifacts)})})
  }
  if (content === 'zip') {
    const npz = openNpz(input.bytes, file)
    return openEmbeddings(file, npz.names.map((name) => npz.read(name)), input.file)
  }
  // An ONNX file has no signature: it is what no other format claims.
  if (described !== 'binary data') {
    throw new InputError(`${file}: is ${described}, not a checkpoint that surety reads`, ['give a TensorFlow.js model.json, an ONNX file, or hidden states as npz or safetensors'])
  }
  if (!startsAsSafetensors(input.bytes)) return openOnnx(file, input)
  const tensors = openSafetensors(input.bytes, file)
  return openEmbeddings(file, tensors.names.map((name) => tensors.read(name)), input.file)
}

/** A length below 4 GiB in eight bytes, then JSON: an ONNX file has field numbers there. */
const startsAsSafetensors = (bytes: Uint8Array): boolean => bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0)

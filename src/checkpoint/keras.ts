import type {LayersModel} from '@tensorflow/tfjs-layers'
import {type Hdf5File, openHdf5} from '../data/hdf5.js'
import {parseJson} from '../data/json.js'
import type {NumericArray} from '../data/named-array.js'
import type {InputBytes} from '../data/read-file.js'
import {readZipDirectory, readZipEntry} from '../data/zip.js'
import {InputError} from '../errors.js'
import {hdf5Arrays} from './array-files.js'
import {openEmbeddings} from './embedding-file.js'
import {checkLayersConfig} from './inference.js'
import {kerasModel, type KerasLeaf} from './keras-config.js'
import {archiveWeights, legacyWeights, type WeightsOf} from './keras-weights.js'
import {openLayersModel} from './layers-model.js'
import {reason, type TensorFlow} from './tensorflow.js'
import type {Checkpoint} from './types.js'
import {countingInitializer} from './weight-count.js'

const AGAIN = ['save the model again']

/** An HDF5 file: a Keras model if it holds a model configuration, else hidden states. */
export async function openHdf5Checkpoint(path: string, input: InputBytes): Promise<Checkpoint> {
  const file = await openHdf5(input.bytes, path)
  const config = file.attribute('', 'model_config')
  if (typeof config === 'string')
    return openKeras(path, input, parseJson(Buffer.from(config), `${path}, model_config`), file, legacyWeights(file))
  if (file.attribute('', 'layer_names') !== null && file.attribute('', 'keras_version') !== null) {
    throw new InputError(`${path}: holds the weights of a Keras model but not the model`, [
      'save the whole model with model.save',
    ])
  }
  return openEmbeddings(path, {format: 'hdf5', ...hdf5Arrays(file), inputFiles: [input.file]})
}

/** A .keras archive: reads config.json and model.weights.h5, ignores the rest. */
export async function openKerasArchive(path: string, input: InputBytes): Promise<Checkpoint> {
  const entries = readZipDirectory(input.bytes, path)
  const content = (name: string) => {
    const entry = entries.find((candidate) => candidate.name === name)
    if (entry === undefined) throw new InputError(`${path}: is not a Keras archive: it holds no ${name}`, AGAIN)
    return readZipEntry(input.bytes, entry, path)
  }
  const config = parseJson(content('config.json'), `${path}, config.json`)
  const file = await openHdf5(content('model.weights.h5'), `${path}, model.weights.h5`)
  return openKeras(path, input, config, file, archiveWeights(file))
}

/**
 * A Keras model through TensorFlow.js: the configuration is translated, the weights are set layer by layer.
 *
 * Precision  half-precision weights are exact in fp32; see openLayersModel.
 * Throws     InputError  see kerasModel; a layer whose weights are missing or have another shape (names it).
 */
async function openKeras(
  path: string,
  input: InputBytes,
  config: unknown,
  file: Hdf5File,
  weightsOf: WeightsOf,
): Promise<Checkpoint> {
  const stored = file.names.reduce(
    (sum, name) => sum + file.shape(name).reduce((product, length) => product * length, 1),
    0,
  )
  const build = async (tensorFlow: TensorFlow): Promise<LayersModel> => {
    const initializer = countingInitializer(tensorFlow, stored)
    const {topology, leaves} = kerasModel(config, path, initializer)
    checkLayersConfig(topology, path)
    const model = await tensorFlow.tfl
      .loadLayersModel({load: () => Promise.resolve({modelTopology: topology})})
      .catch((cause: unknown) => {
        throw new InputError(
          `${path}: TensorFlow.js cannot build this Keras model: ${reason(cause)}`,
          ['convert the model to ONNX'],
          {cause},
        )
      })
    for (const leaf of leaves) setWeights(tensorFlow, model, leaf, weightsOf, path)
    return model
  }
  return openLayersModel(path, {kind: 'keras', inputFiles: [input.file], build})
}

function setWeights({tf}: TensorFlow, model: LayersModel, leaf: KerasLeaf, weightsOf: WeightsOf, path: string): void {
  const layer = leaf.path.reduce<{getLayer?: (name: string) => unknown}>(
    (at, name) => at.getLayer!(name) as typeof at,
    model as unknown as {getLayer: (name: string) => unknown},
  ) as LayersModel['layers'][number]
  const wanted = layer.getWeights().map(({shape}) => shape)
  if (wanted.length === 0) return
  const where = `${path}: the layer ${leaf.path.join('/')} (${leaf.className})`
  const arrays = weightsOf(leaf)
  if (arrays.length !== wanted.length)
    throw new InputError(`${where} has ${wanted.length} weights, the file holds ${arrays.length} for it`, AGAIN)
  arrays.forEach(({name, shape}, i) => {
    if (shape.join() !== wanted[i]!.join())
      throw new InputError(
        `${where} takes a weight of the shape [${wanted[i]!.join(', ')}], but ${name} has [${shape.join(', ')}]`,
        AGAIN,
      )
  })
  tf.tidy(() =>
    layer.setWeights(arrays.map(({data, shape}) => tf.tensor(Float32Array.from(data as NumericArray), [...shape]))),
  )
}

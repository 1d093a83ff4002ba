import {describeContent, sniffContent} from '../data/sniff.js'
import {openNpz} from '../data/npz.js'
import {readInput} from '../data/read-file.js'
import {InputError} from '../errors.js'
import {openEmbeddings} from './embedding-file.js'
import type {Checkpoint} from './types.js'

export {readDataSet} from './data-set.js'
export type * from './types.js'

/**
 * Opens whatever holds a model or its hidden states: a TensorFlow.js LayersModel (model.json or its folder), an ONNX file,
 * or arrays in npz or safetensors. The content decides; the extension only words the error.
 *
 * Throws  InputError  none of these, or one that is damaged.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const input = await readInput(path)
  switch (sniffContent(input.bytes)) {
    case 'zip': {
      const npz = openNpz(input.bytes, path)
      return openEmbeddings(path, npz.names.map((name) => npz.read(name)), input.file)
    }
    case 'binary':
      return (await import('./onnx.js')).openOnnx(path, input)
    default:
      throw new InputError(`${path}: is ${describeContent(input.bytes)}, not a checkpoint surety reads`, ['give a TensorFlow.js model.json, an ONNX file, or hidden states as npz or safetensors'])
  }
}

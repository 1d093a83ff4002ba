import type {io} from '@tensorflow/tfjs-core'
import type {LayersModel} from '@tensorflow/tfjs-layers'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {writeFileAtomic} from '../data/atomic-write.js'

const WEIGHTS = 'weights.bin'

/** A model as its two files, with its current weights. */
export async function layersModelBytes(model: LayersModel): Promise<{json: string; weights: Uint8Array}> {
  let saved: io.ModelArtifacts | undefined
  await model.save({
    save: (artifacts) => {
      saved = artifacts
      return Promise.resolve({modelArtifactsInfo: {dateSaved: new Date(0), modelTopologyType: 'JSON' as const}})
    },
  })
  const {modelTopology, format, generatedBy, weightSpecs, weightData} = saved!
  const json = `${JSON.stringify({format, generatedBy, modelTopology, weightsManifest: [{paths: [WEIGHTS], weights: weightSpecs}]}, null, 1)}\n`
  return {json, weights: new Uint8Array(weightData as ArrayBuffer)}
}

/**
 * Writes a LayersModel as a folder that surety and TensorFlow.js read. Files are written atomically, model.json last,
 * so a folder with a model.json holds a complete model.
 *
 * Throws  InputError  the folder cannot be created or written to.
 */
export async function writeLayersModel(
  folder: string,
  {json, weights}: {json: string; weights: Uint8Array},
): Promise<void> {
  await mkdir(folder, {recursive: true})
  await writeFileAtomic(join(folder, WEIGHTS), weights)
  await writeFileAtomic(join(folder, 'model.json'), json)
}

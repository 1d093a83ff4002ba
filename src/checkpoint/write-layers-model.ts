import type {io} from '@tensorflow/tfjs-core'
import type {LayersModel} from '@tensorflow/tfjs-layers'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {writeFileAtomic} from '../data/atomic-write.js'

const WEIGHTS = 'weights.bin'

/** A model as its two files, with the weights it has now. */
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
 * A LayersModel as a folder that surety and TensorFlow.js read. model.json comes last, and each file appears complete:
 * a folder with a model.json holds a model.
 *
 * Throws  InputError  the folder cannot be made or written to.
 */
export async function writeLayersModel(
  folder: string,
  {json, weights}: {json: string; weights: Uint8Array},
): Promise<void> {
  await mkdir(folder, {recursive: true})
  await writeFileAtomic(join(folder, WEIGHTS), weights)
  await writeFileAtomic(join(folder, 'model.json'), json)
}

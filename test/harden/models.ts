import type {Sequential} from '@tensorflow/tfjs-layers'
import {writeFileSync} from 'node:fs'
import {loadTensorFlow, type TensorFlow} from '../../src/checkpoint/tensorflow.js'
import {layersModelBytes, writeLayersModel} from '../../src/checkpoint/write-layers-model.js'
import type {ClassData} from '../../src/checkpoint/data-types.js'
import {writeNpz} from '../../src/data/npz.js'
import {random} from '../../src/stats/random.js'

type Tfl = TensorFlow['tfl']
type Layer = Parameters<Sequential['add']>[0]

/** Two blobs in the plane that overlap a little, classes in turn. */
export function blobs(rows: number, seed: number): ClassData {
  const draws = random(seed)
  const data = new Float32Array(2 * rows)
  const labels = Int32Array.from({length: rows}, (_, row) => row % 2)
  labels.forEach((label, row) => data.set([draws.normal() + 2 * label, draws.normal() - label], 2 * row))
  return {
    rows,
    inputs: [{name: 'inputs', shape: [rows, 2], data}],
    labels,
    inputFiles: [{path: `blobs-${seed}.npz`, sha256: String(seed), bytes: 0}],
  }
}

export function writeData(path: string, {rows, inputs, labels}: ClassData): string {
  writeFileSync(
    path,
    writeNpz([
      {name: 'inputs', shape: inputs[0]!.shape, type: 'f4', data: inputs[0]!.data},
      {name: 'labels', shape: [rows], type: 'i4', data: labels},
    ]),
  )
  return path
}

/** A 2–6–2 network as a folder; `middle` puts layers before the output. */
export async function writeModel(folder: string, middle: (tfl: Tfl) => Layer[] = () => [], seed = 1): Promise<string> {
  const {tfl} = await loadTensorFlow()
  const kernel = (k: number) => tfl.initializers.glorotNormal({seed: seed + k})
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({units: 6, inputShape: [2], activation: 'tanh', name: 'hidden', kernelInitializer: kernel(0)}),
      ...middle(tfl),
      tfl.layers.dense({units: 2, name: 'logits', kernelInitializer: kernel(1)}),
    ],
  })
  await writeLayersModel(folder, await layersModelBytes(model))
  model.dispose()
  return folder
}

import {expect, it, vi} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {DeviceError} from '../../src/errors.js'
import {dataSet, inputs, temporaryFiles} from './files.js'
import {mlp} from './tiny-onnx.js'

vi.mock('onnxruntime-node', () => {
  throw new Error('Cannot find package')
})
const {write} = temporaryFiles()

it('without onnxruntime-node an ONNX model can be listed, and running it says what to install', async () => {
  const checkpoint = await openCheckpoint(write('m.onnx', mlp()))
  expect(checkpoint.listLayers()).toHaveLength(3)
  const run = checkpoint.embeddings(dataSet([0], inputs([[1, 2]])))
  await expect(run).rejects.toBeInstanceOf(DeviceError)
  await expect(run).rejects.toMatchObject({
    nextSteps: expect.arrayContaining([
      expect.stringMatching(/npm i (--no-save )?onnxruntime-node@\d/) as string,
    ]) as string[],
  })
})

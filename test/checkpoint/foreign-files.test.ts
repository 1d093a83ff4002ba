import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {writeZip} from '../../src/data/zip.js'
import {writeNpy} from '../../src/data/npy.js'
import {writeNpz} from '../../src/data/npz.js'
import type {NamedArray} from '../../src/data/named-array.js'
import {temporaryFiles} from './files.js'

const {folder, write} = temporaryFiles()
const zip = (...names: string[]) => writeZip(names.map((name) => [name, Uint8Array.of(1, 2, 3)] as const))
const array = (name: string): NamedArray => ({name, shape: [2, 2], type: 'f4', data: new Float32Array(4)})

it.each<[string, Uint8Array | string, RegExp]>([
  ['model.pt', zip('model/data.pkl', 'model/version'), /is a PyTorch file/],
  ['script.pt', zip('m/data.pkl', 'm/code/__torch__.py'), /is a TorchScript model/],
  ['old.pth', Buffer.from('\x80\x02}q\x00.', 'latin1'), /is a Python pickle/],
  ['m.tflite', Buffer.from('\x1c\0\0\0TFL3\0\0\0\0', 'latin1'), /is a TensorFlow Lite model/],
  ['m.ort', Buffer.from('\x1c\0\0\0ORTM\0\0\0\0', 'latin1'), /onnxruntime's own format/],
  ['m.mat', Buffer.from('MATLAB 5.0 MAT-file, Platform: x\0\0', 'latin1'), /is a MATLAB file/],
  ['m73.mat', Buffer.from('MATLAB 7.3 MAT-file, Platform: x\0\0', 'latin1'), /is a MATLAB file/],
  ['text.pkl', Buffer.from('(dp0\nVlabels\np1\nI1\ns.', 'latin1'), /is a Python pickle/],
  ['array.pkl', Buffer.from('cnumpy.core.multiarray\n_reconstruct\np0\n.', 'latin1'), /is a Python pickle/],
  ['m.gguf', Buffer.from('GGUF\x03\0\0\0', 'latin1'), /is a GGUF file of llama.cpp/],
  ['broken.onnx', Buffer.from('\x08\x07\x3a\xff\xff\x03ab', 'latin1'), /is a damaged ONNX file/],
  ['unknown.bin', Buffer.from('\x01\x02\x03\x04', 'latin1'), /is binary data of an unknown kind/],
  ['bare.npy', writeNpy(array('a')), /holds a single array; hidden states need labels/],
  ['keras.npz', writeNpz([array('layers/dense/vars/0'), array('layers/dense/vars/1')]), /holds the weights of a model/],
  [
    'weights.npz',
    writeNpz([array('fc.weight'), array('fc.bias')]),
    /holds the weights of a model \(fc.weight, fc.bias\)/,
  ],
])('%s is refused in one sentence that says what it is', async (name, content, message) => {
  const error = (await openCheckpoint(write(name, content)).catch((e: unknown) => e)) as Error & {nextSteps: string[]}
  expect(error.message).toMatch(message)
  expect(error.message.split('\n')).toHaveLength(1)
  expect(error.nextSteps.length).toBeGreaterThan(0)
})

it('folders of other programs are refused with the way from there', async () => {
  const path = join(folder, 'bert')
  mkdirSync(path)
  for (const name of ['config.json', 'model.safetensors']) writeFileSync(join(path, name), '{}')
  await expect(openCheckpoint(path)).rejects.toThrow(/is a folder of Hugging Face transformers/)
  const sharded = join(folder, 'sharded')
  mkdirSync(sharded)
  for (const name of ['config.json', 'model-00001-of-00002.safetensors']) writeFileSync(join(sharded, name), '{}')
  await expect(openCheckpoint(sharded)).rejects.toThrow(/is a folder of Hugging Face transformers/)
  const other = join(folder, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'net.onnx'), '{}')
  await expect(openCheckpoint(other)).rejects.toThrow(/is a folder without a model.json .*; it holds net.onnx/)
})

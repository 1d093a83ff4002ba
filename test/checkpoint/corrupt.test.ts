import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {type DataSet, openCheckpoint} from '../../src/checkpoint/index.js'
import {InputError} from '../../src/errors.js'
import {random} from '../../src/stats/random.js'
import {dataSet, inputs, temporaryFiles} from './files.js'
import {mlp, tinyOnnx} from './tiny-onnx.js'

const {write} = temporaryFiles()
const DATA = dataSet(
  [0, 1],
  inputs([
    [1, 2],
    [3, 4],
  ]),
)

/** Opens and runs a file; the message of an InputError, null for success; any other error fails the test. */
async function outcome(bytes: Uint8Array, data: DataSet = DATA): Promise<string | null> {
  try {
    const checkpoint = await openCheckpoint(write('damaged.onnx', bytes))
    await checkpoint.embeddings(checkpoint.kind === 'embeddings' ? null : data)
    return null
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

describe('a damaged ONNX file', () => {
  it('cut off anywhere is an input error', async () => {
    const model = mlp()
    const accepted: number[] = []
    for (let length = 0; length < model.length; length++)
      if ((await outcome(model.subarray(0, length))) === null) accepted.push(length)
    // What follows the graph is the version of the operator set: without it the file is a valid message.
    expect(accepted.filter((length) => length <= model.length - 8)).toEqual([])
  })

  it('with changed bytes is an input error or still a model, never an internal error', async () => {
    const real = readFileSync(new URL('../../fixtures/digits/digits-mlp.onnx', import.meta.url))
    const digits = dataSet([0, 1], {name: 'inputs', shape: [2, 64], data: new Float32Array(128)})
    const seeded = random(7)
    let refused = 0
    for (let trial = 0; trial < 200; trial++) {
      const tiny = trial % 2 === 0
      const bytes = Buffer.from(tiny ? mlp() : real)
      // The structure of the real file lies in its first and last bytes; between them are weights.
      const place = () =>
        tiny
          ? seeded.integer(bytes.length)
          : trial % 4 === 1
            ? seeded.integer(700)
            : bytes.length - 1 - seeded.integer(300)
      for (let change = 0; change <= trial % 3; change++) bytes[place()] = seeded.integer(256)
      if ((await outcome(bytes, tiny ? DATA : digits)) !== null) refused++
    }
    expect(refused).toBeGreaterThan(50)
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /is empty/],
    ['random bytes', Uint8Array.from({length: 64}, (_, i) => (i * 37 + 1) % 256), /is not a valid protobuf message/],
    ['a field of groups without end', Uint8Array.of(8, 8, 0x0b, 0x0b), /is not a valid protobuf message/],
    ['no graph', Uint8Array.of(8, 8), /its graph has no node/],
    [
      'no output',
      tinyOnnx({nodes: [['Relu', ['x'], ['y']]], inputs: [{name: 'x', shape: ['n', 2]}], outputs: []}),
      /its graph has no output/,
    ],
    [
      'no input',
      tinyOnnx({nodes: [['Relu', ['x'], ['y']]], inputs: [], outputs: [{name: 'y', shape: ['n', 2]}]}),
      /its graph has no input/,
    ],
    [
      'an output from nowhere',
      tinyOnnx({
        nodes: [['Relu', ['x'], ['y']]],
        inputs: [{name: 'x', shape: ['n', 2]}],
        outputs: [{name: 'z', shape: ['n', 2]}],
      }),
      /the output z of the model does not depend on its inputs/,
    ],
    [
      'an unknown operator',
      tinyOnnx({
        nodes: [['Frobnicate', ['x'], ['y']]],
        inputs: [{name: 'x', shape: ['n', 2]}],
        outputs: [{name: 'y', shape: ['n', 2]}],
      }),
      /onnxruntime cannot load the model/,
    ],
    ['text', Buffer.from('hello'), /it looks like plain text/],
    ['a Keras file', Buffer.from('\x89HDF\r\n\x1a\n\0', 'latin1'), /is not a readable HDF5 file/],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0', 'latin1'), /is a PNG image, not a checkpoint/],
  ])('that holds %s says so', async (_, bytes, message) => {
    expect(await outcome(bytes)).toMatch(message)
  })
})

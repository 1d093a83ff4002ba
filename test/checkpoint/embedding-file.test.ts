import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {writeNpz} from '../../src/data/npz.js'
import type {NamedArray} from '../../src/data/named-array.js'
import {InputError, UsageError} from '../../src/errors.js'
import {dataSet, inputs, temporaryFiles} from './files.js'

const {write} = temporaryFiles()
const f4 = (name: string, shape: number[], values: number[]): NamedArray => ({
  name,
  shape,
  type: 'f4',
  data: Float32Array.from(values),
})
const f8 = (name: string, shape: number[], values: number[]): NamedArray => ({
  name,
  shape,
  type: 'f8',
  data: Float64Array.from(values),
})
const i8 = (name: string, values: number[]): NamedArray => ({
  name,
  shape: [values.length],
  type: 'i8',
  data: Float64Array.from(values),
})
const LAYERS = [f4('h1', [2, 2], [1, 2, 3, 4]), f8('h2', [2, 1, 3], [1, 2, 3, 4, 5, 6])]
const open = (...arrays: NamedArray[]) => openCheckpoint(write('states.npz', writeNpz(arrays)))

/** The file layout of safetensors: length of the header, header, data. */
function safetensors(tensors: {name: string; shape: number[]; values: number[]}[]): Buffer {
  let at = 0
  const header = Object.fromEntries(
    tensors.map(({name, shape, values}) => [
      name,
      {dtype: 'F32', shape, data_offsets: [at, (at += 4 * values.length)]},
    ]),
  )
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, new Uint8Array(Float32Array.from(tensors.flatMap(({values}) => values)).buffer)])
}

describe('embedding files', () => {
  it('give their arrays as layers in file order, flattened; logits are layer and output', async () => {
    const checkpoint = await open(
      i8('labels', [1, 0]),
      ...LAYERS,
      f4('logits', [2, 3], [1, 2, 3, 4, 5, 6]),
      f8('loss', [2], [0.5, 0.25]),
    )
    expect(checkpoint.listLayers().map((layer) => layer.name)).toEqual(['h1', 'h2', 'logits'])
    const result = await checkpoint.embeddings(null)
    expect(result.layers.map(({name, dim, data}) => [name, dim, data.constructor.name])).toEqual([
      ['h1', 2, 'Float32Array'],
      ['h2', 3, 'Float64Array'],
      ['logits', 3, 'Float32Array'],
    ])
    expect(result).toMatchObject({rows: 2, output: {kind: 'logits', classes: 3}})
    expect([...result.labels!]).toEqual([1, 0])
    expect([...result.loss!]).toEqual([0.5, 0.25])
  })

  it('need only a loss, or labels and probabilities', async () => {
    expect(await (await open(...LAYERS, f8('loss', [2], [0, 1]))).embeddings(null)).toMatchObject({
      labels: null,
      output: null,
    })
    const {layers, output} = await (
      await open(...LAYERS, i8('labels', [1, 0]), f4('probabilities', [2, 2], [0.5, 0.5, 0.25, 0.75]))
    ).embeddings(null, {layers: ['h*'], limit: 1, sample: 'first'})
    expect(layers.map(({name, data}) => [name, [...data]])).toEqual([
      ['h1', [1, 2]],
      ['h2', [1, 2, 3]],
    ])
    expect(output).toEqual({kind: 'probabilities', classes: 2, data: Float32Array.of(0.5, 0.5)})
  })

  it('are read from safetensors', async () => {
    const file = write(
      'states.safetensors',
      safetensors([
        {name: 'h1', shape: [2, 2], values: [1, 2, 3, 4]},
        {name: 'labels', shape: [2], values: [0, 1]},
        {name: 'logits', shape: [2, 2], values: [1, 0, 0, 1]},
      ]),
    )
    const result = await (await openCheckpoint(file)).embeddings(null)
    expect(result.layers.map(({name, data}) => [name, [...data]])).toEqual([
      ['h1', [1, 2, 3, 4]],
      ['logits', [1, 0, 0, 1]],
    ])
  })

  const loss = f8('loss', [2], [0, 1])
  it.each<[string, NamedArray[], RegExp]>([
    ['no layer', [loss], /has no layer; its arrays: loss/],
    ['no loss', LAYERS, /neither 'labels' nor 'loss'/],
    ['labels alone', [...LAYERS, i8('labels', [0, 1])], /no 'loss', 'logits' or 'probabilities'/],
    [
      'rows that differ',
      [...LAYERS, f8('loss', [3], [0, 1, 2])],
      /array loss: has the shape \[3\], but the layer h1 has 2 rows/,
    ],
    [
      'a number instead of rows',
      [{name: 'h', shape: [], type: 'f4', data: Float32Array.of(1)}, loss],
      /has the shape \[\]/,
    ],
    ['NaN in a layer', [f4('h1', [2, 2], [1, 2, 3, NaN]), loss], /array h1: is NaN at row 1, column 1/],
    ['an infinite loss', [...LAYERS, f8('loss', [2], [0, Infinity])], /array loss: is Infinity at row 1/],
    ['a negative loss', [...LAYERS, f8('loss', [2], [0, -1])], /the loss is -1 at row 1/],
    [
      'a label that is no class',
      [...LAYERS, i8('labels', [0, 3]), f4('logits', [2, 2], [1, 2, 3, 4])],
      /label 3 at row 1 is out of range: the output has 2 classes/,
    ],
    ['a negative label', [...LAYERS, i8('labels', [0, -1]), loss], /array labels: element 1 is -1/],
    ['a fractional label', [...LAYERS, f4('labels', [2], [0, 0.5]), loss], /array labels: element 1 is 0.5/],
    [
      'probabilities above 1',
      [...LAYERS, i8('labels', [0, 1]), f4('probabilities', [2, 2], [0, 1, 0.5, 1.5])],
      /probabilities is 1.5 at row 1, column 1/,
    ],
    ['text', [{name: 'h', shape: [2], type: 'U', data: ['a', 'b']}, loss], /holds text where numbers are expected/],
  ])('refuse %s', async (_, arrays, message) => {
    const attempt = async () => (await open(...arrays)).embeddings(null)
    await expect(attempt()).rejects.toThrow(message)
    await expect(attempt()).rejects.toBeInstanceOf(InputError)
  })

  it('take no data set', async () => {
    await expect((await open(...LAYERS, loss)).embeddings(dataSet([0], inputs([[1]])))).rejects.toThrow(UsageError)
  })
})

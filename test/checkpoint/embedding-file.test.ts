import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {writeNpy} from '../../src/data/npy.js'
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
        {name: 'logits', shape: [2, 2], values: [2, 0, 0, 2]},
      ]),
    )
    const result = await (await openCheckpoint(file)).embeddings(null)
    expect(result.layers.map(({name, data}) => [name, [...data]])).toEqual([
      ['h1', [1, 2, 3, 4]],
      ['logits', [2, 0, 0, 2]],
    ])
  })

  const loss = f8('loss', [2], [0, 1])
  it.each<[string, NamedArray[], RegExp]>([
    ['no layer', [loss], /has no layer; its arrays: loss/],
    ['no loss', LAYERS, /neither 'labels' nor 'loss'/],
    ['labels alone', [...LAYERS, i8('labels', [0, 1])], /no 'loss', 'logits' or 'probabilities'/],
    ['rows that differ', [...LAYERS, f8('loss', [3], [0, 1, 2])], /array loss: has the shape \[3\], but h1 has 2 rows/],
    [
      'a number instead of rows',
      [{name: 'h', shape: [], type: 'f4', data: Float32Array.of(1)}, loss],
      /has no layer; its arrays: h, loss/,
    ],
    ['NaN in a layer', [f4('h1', [2, 2], [1, 2, 3, NaN]), loss], /array h1: is NaN at row 1, column 1/],
    ['an infinite loss', [...LAYERS, f8('loss', [2], [0, Infinity])], /array loss: is Infinity at row 1/],
    ['a negative loss', [...LAYERS, f8('loss', [2], [0, -1])], /the loss is -1 at row 1/],
    [
      'a label that is not a class',
      [...LAYERS, i8('labels', [0, 3]), f4('logits', [2, 2], [1, 2, 3, 4])],
      /label 3 at row 1 is out of range: the output has 2 classes/,
    ],
    ['a negative label', [...LAYERS, i8('labels', [0, -1]), loss], /array labels: the label of row 1 is -1 beside 0/],
    ['a fractional label', [...LAYERS, f4('labels', [2], [0, 0.5]), loss], /array labels: the label of row 1 is 0.5/],
    [
      'probabilities above 1',
      [...LAYERS, i8('labels', [0, 1]), f4('probabilities', [2, 2], [0, 1, 0.5, 1.5])],
      /probabilities is 1.5 at row 1, column 1/,
    ],
    ['text', [{name: 'h', shape: [2], type: 'U', data: ['a', 'b']}, loss], /has no layer; its arrays: h, loss/],
  ])('refuse %s', async (_, arrays, message) => {
    const attempt = async () => (await open(...arrays)).embeddings(null)
    await expect(attempt()).rejects.toThrow(message)
    await expect(attempt()).rejects.toBeInstanceOf(InputError)
  })

  it('take no data set', async () => {
    await expect((await open(...LAYERS, loss)).embeddings(dataSet([0], inputs([[1]])))).rejects.toThrow(UsageError)
  })

  it('take labels from where they are: another name, another file, text', async () => {
    const probabilities = f4('probabilities', [2, 2], [0.5, 0.5, 0.25, 0.75])
    const named = await (await open(...LAYERS, i8('targets', [1, 0]), probabilities)).embeddings(null, {
      labels: {name: 'targets'},
    })
    expect([...named.labels!]).toEqual([1, 0])
    expect(named.layers.map(({name}) => name)).toEqual(['h1', 'h2'])
    const file = write('labels.npz', writeNpz([i8('anything', [0, 1])]))
    const checkpoint = await open(...LAYERS, i8('labels', [1, 0]), probabilities)
    expect([...(await checkpoint.embeddings(null, {labels: {file}})).labels!]).toEqual([0, 1])
    expect(checkpoint.inputFiles.map(({path}) => path)).toContain(file)
    const texts: NamedArray = {name: 'labels', shape: [2], type: 'U', data: ['b', 'a']}
    const text = await (await open(...LAYERS, texts, probabilities)).embeddings(null, {labels: {classes: ['a', 'b']}})
    expect([...text.labels!]).toEqual([1, 0])
    expect(text.classNames).toEqual(['a', 'b'])
    const without = await open(...LAYERS, i8('targets', [1, 0]), probabilities)
    await expect(without.embeddings(null)).rejects.toThrow(/so no loss is known; targets could be the labels/)
    await expect(without.embeddings(null, {labels: {name: 'y'}})).rejects.toThrow(/has no array 'y' of labels/)
  })

  it('leave out rows without a label before a limit, and number the others as in the file', async () => {
    const four = [f4('h', [4, 1], [1, 2, 3, 4]), i8('labels', [-100, 1, 0, 1]), f8('loss', [4], [0, 1, 2, 3])]
    const result = await (await open(...four)).embeddings(null)
    expect([...result.rowNumbers!]).toEqual([1, 2, 3])
    expect([...result.layers[0]!.data]).toEqual([2, 3, 4])
    expect(result).toMatchObject({rows: 3, rowsInFile: 4, unlabelled: true})
    const limited = await (await open(...four)).embeddings(null, {limit: 2, sample: 'first'})
    expect([...limited.rowNumbers!]).toEqual([1, 2])
    expect([...limited.loss!]).toEqual([1, 2])
  })

  it('leave out single values and texts with a note, and never an array that cannot be read', async () => {
    const loss = f8('loss', [2], [0, 1])
    const beside: NamedArray[] = [
      {name: 'epoch', shape: [], type: 'i8', data: Float64Array.of(3)},
      {name: 'ids', shape: [2], type: 'U', data: ['a', 'b']},
    ]
    const checkpoint = await open(...LAYERS, ...beside, loss)
    expect((await checkpoint.embeddings(null)).layers.map(({name}) => name)).toEqual(['h1', 'h2'])
    expect(checkpoint.notes.map(({message}) => message)).toEqual([
      'left out, since they are not layers: epoch (a single value), ids (text)',
    ])
    const complex = writeNpy(f8('x', [2, 1], [1, 2]))
    const header = Buffer.from(complex).toString('latin1').replace("'<f8'", "'<c8'")
    const npy = Buffer.from(header, 'latin1')
    const lost = await openCheckpoint(write('lost.npz', writeNpz([...LAYERS, {name: 'z', npy}, loss])))
    await expect(lost.embeddings(null)).rejects.toThrow(/array z: has the element type <c8, which is not read/)
    expect((await lost.embeddings(null, {layers: ['h1']})).layers).toHaveLength(1)
  })

  it('name the array with the class scores, and do not rank probabilities among the layers', async () => {
    const scores = f4('scores', [2, 2], [0.5, 0.5, 0.25, 0.75])
    const checkpoint = await open(...LAYERS, scores, i8('labels', [1, 0]))
    const result = await checkpoint.embeddings(null, {outputName: 'scores'})
    expect(result).toMatchObject({outputName: 'scores', output: {kind: 'probabilities'}})
    expect(result.layers.map(({name, squashed}) => [name, squashed])).toEqual([
      ['h1', undefined],
      ['h2', undefined],
      ['scores', true],
    ])
    await expect(checkpoint.embeddings(null, {outputName: 'x'})).rejects.toThrow(
      /has no array 'x' of class scores; its arrays \[rows, classes\]: h1 \[2, 2\], scores \[2, 2\]/,
    )
  })
})

describe('arrays that are not hidden states', () => {
  const logits = f4('logits', [2, 2], [2, 1, 0, 3])
  const labels = i8('labels', [0, 1])

  it('one whole number a row is left out and said, unless it is asked for', async () => {
    const files = [labels, i8('index', [7, 8]), ...LAYERS, logits]
    const checkpoint = await open(...files)
    const {layers} = await checkpoint.embeddings(null)
    expect(layers.map(({name}) => name)).toEqual(['h1', 'h2', 'logits'])
    expect(checkpoint.notes.map(({message}) => message).join()).toContain('index (one whole number a row)')
    const asked = await (await open(...files)).embeddings(null, {layers: ['index', 'h1']})
    expect(asked.layers.map(({name}) => name)).toEqual(['index', 'h1'])
  })

  it('labels may be called label', async () => {
    const {layers, labels: read} = await (await open({...labels, name: 'label'}, ...LAYERS, logits)).embeddings(null)
    expect([...read!]).toEqual([0, 1])
    expect(layers.map(({name}) => name)).toEqual(['h1', 'h2', 'logits'])
  })

  it.each<[string, NamedArray[], RegExp, RegExp]>([
    [
      'time before the examples',
      [f4('h1', [3, 2, 1], [1, 2, 3, 4, 5, 6]), LAYERS[1]!, labels, logits],
      /array h1: has the shape \[3, 2, 1\], but h2 has 2 rows/,
      /numpy.moveaxis\(array, 1, 0\)/,
    ],
    [
      'no column',
      [f4('h1', [2, 0], []), labels, logits],
      /array h1: has the shape \[2, 0\], so it holds nothing/,
      /leave/,
    ],
    [
      'no rows',
      [f4('h1', [0, 2], []), f4('logits', [0, 2], []), i8('labels', [])],
      /states.npz: has no rows/,
      /at least/,
    ],
    [
      'two outputs that disagree',
      [...LAYERS, labels, logits, f4('probabilities', [2, 2], [0.9, 0.1, 0.8, 0.2])],
      /logits and probabilities disagree: at row 1 the logits are largest for class 1, the probabilities for class 0/,
      /outputName logits/,
    ],
    [
      'percentages',
      [...LAYERS, labels, f4('probabilities', [2, 2], [90, 10, 20, 80])],
      /add up to 100: these are percentages/,
      /divide them by 100/,
    ],
    [
      'scores under another name',
      [...LAYERS, labels, {...logits, name: 'scores'}],
      /has no 'loss', 'logits' or 'probabilities'/,
      /its arrays \[rows, classes\]: h1 \[2, 2\], scores \[2, 2\]/,
    ],
  ])('%s: an error that says what to do', async (_, arrays, message, next) => {
    const checkpoint = await open(...arrays)
    const error = (await checkpoint.embeddings(null).catch((e: unknown) => e)) as InputError
    expect(error.message).toMatch(message)
    expect(error.nextSteps.join()).toMatch(next)
  })

  it('options without effect are errors', async () => {
    const flat = await open(f4('h1', [2, 2], [1, 2, 3, 4]), labels, logits)
    await expect(flat.embeddings(null, {pool: 'mean'})).rejects.toThrow(/pool mean would change nothing/)
    await expect(flat.embeddings(null, {pool: 'flatten'})).rejects.toThrow(UsageError)
    const wide = await open(...LAYERS, labels, logits)
    expect((await wide.embeddings(null, {pool: 'mean'})).layers[1]).toMatchObject({dim: 3})
    const losses = await open(...LAYERS, f8('loss', [2], [0.5, 0.25]))
    await expect(losses.embeddings(null, {output: 'logits'})).rejects.toThrow(/output logits would change nothing/)
  })

  it.each([
    ['numpy.savetxt', '0.0e+00\n1.0e+00\n'],
    ['a header', 'y\n0\n1\n'],
    ['several columns', 'id,label\n7,0\n8,1\n'],
  ])('labels in a text file: %s', async (_, content) => {
    const file = write('labels.txt', content)
    const {labels: read} = await (await open(...LAYERS, logits)).embeddings(null, {labels: {file}})
    expect([...read!]).toEqual([0, 1])
  })
})

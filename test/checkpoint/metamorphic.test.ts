import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {openCheckpoint, readDataSet} from '../../src/checkpoint/index.js'
import {hdf5Arrays} from '../../src/checkpoint/array-files.js'
import {openEmbeddings} from '../../src/checkpoint/embedding-file.js'
import {hdf5Content} from '../../src/data/hdf5-content.js'
import {hdf5File, hdf5Limits} from '../../src/data/hdf5.js'
import {parquetLimits} from '../../src/data/parquet.js'
import {parquetColumns} from '../../src/data/parquet-columns.js'
import {InputError} from '../../src/errors.js'
import type {Checkpoint, EmbeddingOptions, ModelStates} from '../../src/checkpoint/types.js'
import {hdf5FileBytes, npyBytes, npzBytes, parquetBytes, type Plain, safetensorsBytes} from './array-containers.js'
import {crossEntropy, slowEpsilon, temporaryFiles} from './files.js'
import {INT64, type Node, tinyOnnx} from './tiny-onnx.js'

/**
 * The same examples, stored or run in another way, give the same ε of every layer, or a refusal; never another number.
 * Values are multiples of ⅛ below 4, which every floating type holds exactly. (The library writes no HDF5 in big-endian
 * order: test/data/hdf5.test.ts reads some that h5py wrote.)
 */
const {folder, write} = temporaryFiles()
const ROWS = 24
const value = (seed: number) => Math.round(31 * Math.sin(seed)) / 8
const matrix = (name: string, width: number, seed: number): Plain => ({
  name,
  shape: [ROWS, width],
  values: Array.from({length: ROWS * width}, (_, k) => value(seed + 7.3 * k)),
})
const LABELS: Plain = {
  name: 'labels',
  shape: [ROWS],
  values: Array.from({length: ROWS}, (_, i) => (5 * i + (i >> 3)) % 3),
  whole: true,
}
const STATES = [matrix('h1', 4, 1), matrix('h2', 3, 2), matrix('logits', 3, 3)]

/** ε of every layer with the cross-entropy of the output: all that a report says is made of these. */
function epsilons({layers, output, labels}: ModelStates): Record<string, number> {
  const loss = crossEntropy(output!.data, output!.classes, labels!)
  return Object.fromEntries(layers.map(({name, data, dim}) => [name, slowEpsilon(data, dim, loss)]))
}
function expectSame(found: Record<string, number>, wanted: Record<string, number>, tolerance = 1e-6): void {
  expect(Object.keys(found)).toEqual(Object.keys(wanted))
  for (const [name, epsilon] of Object.entries(wanted))
    expect(Math.abs(found[name]! - epsilon) / epsilon).toBeLessThan(tolerance)
}
/** From the values themselves, without a file. */
const WANTED = Object.fromEntries(
  STATES.map(({name, values, shape}) => [
    name,
    slowEpsilon(values, shape[1]!, crossEntropy(STATES[2]!.values, 3, LABELS.values)),
  ]),
)

function permuted(arrays: readonly Plain[]): Plain[] {
  const order = Array.from({length: ROWS}, (_, i) => (i * 7 + 5) % ROWS)
  return arrays.map((array) => {
    const width = array.values.length / ROWS
    return {...array, values: order.flatMap((row) => array.values.slice(row * width, (row + 1) * width))}
  })
}
const files = async (bytes: Uint8Array): Promise<Checkpoint> => {
  const content = hdf5File(await hdf5Content(bytes, 'x.h5', hdf5Limits()), 'x.h5')
  return openEmbeddings('x.h5', {format: 'hdf5', ...hdf5Arrays(content), inputFiles: []})
}
const columns = async (bytes: Uint8Array): Promise<Checkpoint> =>
  openEmbeddings('x.parquet', {
    format: 'parquet',
    arrays: await parquetColumns(bytes, 'x.parquet', parquetLimits()),
    inputFiles: [],
  })
function npyFolder(name: string, arrays: readonly Plain[], type: string): Promise<Checkpoint> {
  const path = join(folder, name)
  mkdirSync(path)
  for (const array of arrays)
    writeFileSync(join(path, `${array.name}.npy`), npyBytes(array, array.whole === true ? '>i4' : type))
  return openCheckpoint(path)
}
const npz = (...args: Parameters<typeof npzBytes>) => openCheckpoint(write('states.npz', npzBytes(...args)))
const ALL = [...STATES, LABELS]

describe('stored states: the same ε of each layer', () => {
  it.each<[string, () => Promise<Checkpoint>, EmbeddingOptions?]>([
    ...['<f2', '<f4', '<f8', '>f2', '>f4', '>f8'].flatMap((type): [string, () => Promise<Checkpoint>][] => [
      [`npz of ${type}`, () => npz(ALL, type)],
      [`npz of ${type}, column-major`, () => npz(ALL, type, {fortran: true})],
      [
        `a folder of npy of ${type}`,
        () =>
          npyFolder(
            `npy ${type}`.replace(/[<>]/, (c) => (c === '<' ? 'l' : 'b')),
            ALL,
            type,
          ),
      ],
    ]),
    ...['<i1', '>i2', '<i4', '>i8', '<f4', '>f8'].map((whole): [string, () => Promise<Checkpoint>] => [
      `labels of ${whole}`,
      () => npz(ALL, '<f4', {whole}),
    ]),
    ['safetensors of F16', () => openCheckpoint(write('s16.safetensors', safetensorsBytes(ALL, 'F16')))],
    ['safetensors of F32', () => openCheckpoint(write('s32.safetensors', safetensorsBytes(ALL, 'F32')))],
    ['safetensors of F64', () => openCheckpoint(write('s64.safetensors', safetensorsBytes(ALL, 'F64')))],
    ['HDF5 of <f', async () => files(await hdf5FileBytes(ALL, '<f'))],
    ['HDF5 of <d, compressed', async () => files(await hdf5FileBytes(ALL, '<d', true))],
    ['Parquet of FLOAT', async () => columns(parquetBytes(ALL, 'FLOAT'))],
    ['Parquet of DOUBLE', async () => columns(parquetBytes(ALL, 'DOUBLE'))],
    ['rows in another order', () => npz(permuted(ALL), '<f4')],
    [
      'a text, a number and ids beside them',
      () =>
        npz(
          [
            ...ALL,
            {name: 'epoch', shape: [], values: [3], whole: true},
            {...LABELS, name: 'ids', values: LABELS.values.map((_, i) => 100 + i)},
          ],
          '<f4',
        ),
    ],
    [
      'labels one-hot',
      () =>
        npz(
          [
            ...STATES,
            {
              name: 'labels',
              shape: [ROWS, 3],
              values: LABELS.values.flatMap((label) => [0, 1, 2].map((c) => Number(c === label))),
            },
          ],
          '<f4',
        ),
    ],
    [
      'labels under another name',
      () => npz([...STATES, {...LABELS, name: 'target'}], '<f4'),
      {labels: {name: 'target'}},
    ],
    ['an axis of length 1', () => npz([{...STATES[0]!, shape: [ROWS, 1, 4]}, ...ALL.slice(1)], '<f8')],
  ])('%s', async (_, open, options = {}) => {
    expectSame(epsilons(await (await open()).embeddings(null, options)), WANTED)
  })

  it('the output under another name, once it is named', async () => {
    const renamed = () => npz([STATES[0]!, STATES[1]!, {...STATES[2]!, name: 'scores'}, LABELS], '<f4')
    await expect((await renamed()).embeddings(null)).rejects.toThrow(InputError)
    const {scores, ...others} = epsilons(await (await renamed()).embeddings(null, {outputName: 'scores'}))
    expectSame({...others, logits: scores!}, WANTED)
  })

  it.each<[string, () => Promise<Checkpoint>]>([
    [
      'a row too few',
      () => npz([{...STATES[0]!, shape: [ROWS - 1, 4], values: STATES[0]!.values.slice(4)}, ...ALL.slice(1)], '<f4'),
    ],
    ['time before the rows', () => npz([{...STATES[0]!, shape: [4, ROWS]}, ...ALL.slice(1)], '<f4')],
    [
      'labels of another file',
      () => npz([...STATES, {...LABELS, shape: [ROWS - 2], values: LABELS.values.slice(2)}], '<f4'),
    ],
  ])('%s: a refusal', async (_, open) => {
    await expect(open().then((checkpoint) => checkpoint.embeddings(null))).rejects.toThrow(InputError)
  })
})

const [STEPS, WIDTH] = [3, 2]
const X: Plain = {
  name: 'x',
  shape: [ROWS, STEPS, WIDTH],
  values: Array.from({length: ROWS * STEPS * WIDTH}, (_, k) => value(5 + 3.1 * k)),
}
const TWO: Plain = {...LABELS, values: LABELS.values.map((label) => label % 2)}
const W = [0.5, -1, 0.75, 1.5]
const HEAD: Node = ['ReduceMean', ['h'], ['logits'], {axes: [1], keepdims: 0}]
const MODELS: Record<string, {nodes: Node[]; outputs?: string[]; shape?: (string | number)[]}> = {
  'batch first': {nodes: [['MatMul', ['x', 'w'], ['m']], ['Tanh', ['m'], ['h']], HEAD]},
  'steps first': {
    nodes: [
      ['Transpose', ['x'], ['t'], {perm: [1, 0, 2]}],
      ['MatMul', ['t', 'w'], ['m']],
      ['Tanh', ['m'], ['h']],
      ['ReduceMean', ['h'], ['logits'], {axes: [0], keepdims: 0}],
    ],
  },
  'one example': {nodes: [['MatMul', ['x', 'w'], ['m']], ['Tanh', ['m'], ['h']], HEAD], shape: [1, STEPS, WIDTH]},
  'a batch of five': {nodes: [['MatMul', ['x', 'w'], ['m']], ['Tanh', ['m'], ['h']], HEAD], shape: [5, STEPS, WIDTH]},
  'folded steps': {
    nodes: [
      ['Reshape', ['x', 'rows'], ['r']],
      ['MatMul', ['r', 'w'], ['m']],
      ['Tanh', ['m'], ['h']],
      ['Reshape', ['h', 'steps'], ['u']],
      ['ReduceMean', ['u'], ['logits'], {axes: [1], keepdims: 0}],
    ],
  },
  'an added unused output': {
    nodes: [
      ['MatMul', ['x', 'w'], ['m']],
      ['Tanh', ['m'], ['h']],
      HEAD,
      ['ReduceMax', ['m'], ['features'], {axes: [1], keepdims: 0}],
    ],
    outputs: ['features', 'logits'],
  },
  'steps first in the input': {
    nodes: [
      ['MatMul', ['x', 'w'], ['m']],
      ['Tanh', ['m'], ['h']],
      ['ReduceMean', ['h'], ['logits'], {axes: [0], keepdims: 0}],
    ],
    shape: [STEPS, 1, WIDTH],
  },
}
const model = (name: string) => {
  const {nodes, outputs = ['logits'], shape = ['n', STEPS, WIDTH]} = MODELS[name]!
  return openCheckpoint(
    write(
      'model.onnx',
      tinyOnnx({
        nodes,
        weights: [
          {name: 'w', dims: [2, 2], values: W},
          {name: 'rows', dims: [2], values: [-1, WIDTH], type: INT64},
          {name: 'steps', dims: [3], values: [-1, STEPS, WIDTH], type: INT64},
        ],
        inputs: [{name: 'x', shape}],
        outputs: outputs.map((output) => ({name: output, shape: ['m', WIDTH]})),
        opset: 13,
      }),
    ),
  )
}
/** tanh(x_t W), its mean over the steps, which is the output too. */
const means = Array.from({length: ROWS}, (_, i) =>
  [0, 1].map((j) => {
    let sum = 0
    for (let t = 0; t < STEPS; t++) {
      const at = (i * STEPS + t) * WIDTH
      sum += Math.tanh(X.values[at]! * W[j]! + X.values[at + 1]! * W[2 + j]!)
    }
    return sum / STEPS
  }),
).flat()
/** tanh and its mean in single precision, of pairs that are close. */
const FP32 = 1e-5
const OF_MODEL = slowEpsilon(means, WIDTH, crossEntropy(means, WIDTH, TWO.values))

const DATA: Record<string, () => Promise<string> | string> = {
  npz: () => write('d.npz', npzBytes([X, TWO], '<f4')),
  'npz, big-endian doubles': () => write('d.npz', npzBytes([X, TWO], '>f8')),
  'npz, halves, column-major': () => write('d.npz', npzBytes([X, TWO], '<f2', {fortran: true})),
  'rows in another order': () => write('d.npz', npzBytes(permuted([X, TWO]), '<f4')),
  safetensors: () => write('d.safetensors', safetensorsBytes([X, TWO], 'F64')),
  HDF5: async () => write('d.h5', await hdf5FileBytes([X, TWO], '<f', true)),
}

describe('models on data: the same ε of each layer', () => {
  it.each(Object.keys(MODELS).flatMap((name) => [undefined, 1, 5, 7].map((batchSize) => ({name, batchSize}))))(
    '$name, batches of $batchSize',
    async ({name, batchSize}) => {
      const checkpoint = await model(name)
      const data = await readDataSet(await DATA.npz!(), {}, checkpoint)
      const options = {layers: ['h', 'logits'], ...(batchSize === undefined ? {} : {batchSize})}
      const states = await checkpoint.embeddings(data, options).catch((error: unknown) => error)
      // A batch size that the model does not take is refused.
      if (states instanceof Error) expect(states.message).toMatch(/the model takes \d examples at once/)
      else expectSame(epsilons(states as ModelStates), {h: OF_MODEL, logits: OF_MODEL}, FP32)
    },
  )

  it.each(Object.keys(DATA))('data as %s', async (kind) => {
    const checkpoint = await model('steps first')
    const data = await readDataSet(await DATA[kind]!(), {}, checkpoint)
    expectSame(
      epsilons(await checkpoint.embeddings(data, {layers: ['h', 'logits']})),
      {h: OF_MODEL, logits: OF_MODEL},
      FP32,
    )
  })

  it('data as csv, Parquet and npy of flat rows', async () => {
    const flat = {...X, shape: [ROWS, STEPS * WIDTH]}
    const width = STEPS * WIDTH
    const rows = LABELS.values.map((_, i) => [...X.values.slice(i * width, (i + 1) * width), TWO.values[i]].join(','))
    const header = [...Array.from({length: width}, (_, k) => `x${k}`), 'labels'].join(',')
    const sources: [string, object][] = [
      [write('d.csv', `${header}\n${rows.join('\n')}\n`), {}],
      [write('d.parquet', parquetBytes([flat, TWO], 'DOUBLE')), {}],
      [write('d.npy', npyBytes(flat, '>f4')), {labelsFile: write('y.npy', npyBytes(TWO, '>i4'))}],
    ]
    for (const [path, options] of sources) {
      const checkpoint = await model('one example')
      const states = await checkpoint.embeddings(await readDataSet(path, options, checkpoint), {
        layers: ['h', 'logits'],
      })
      expectSame(epsilons(states), {h: OF_MODEL, logits: OF_MODEL}, FP32)
    }
  })
})

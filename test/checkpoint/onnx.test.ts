import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {encodeMessage} from '../../src/data/protobuf.js'
import {InputError, UsageError} from '../../src/errors.js'
import {dataSet, inputs, temporaryFiles, times} from './files.js'
import {FLOAT16, INT64, mlp, type Node, STRING, tensor, tinyOnnx, W1, W2} from './tiny-onnx.js'

const {folder, write} = temporaryFiles()
const X = [
  [1, 2],
  [-3, 0.5],
  [0, -1],
  [2, 2],
  [4, -4],
]
const HIDDEN = times(X, W1).map((row) => row.map((value) => Math.max(0, value)))
const SCORES = times(HIDDEN, W2)
const DATA = dataSet([0, 1, 0, 1, 1], inputs(X))
const open = (name: string, model: Uint8Array) => openCheckpoint(write(name, model))

/** A chain of activations on x [n, 2] that ends in `scores`; tells which tensors are layers by default. */
async function defaults(nodes: Node[]): Promise<string[]> {
  const checkpoint = await open(
    'chain.onnx',
    tinyOnnx({
      nodes,
      weights: [{name: 'c', dims: [1], values: [1]}],
      inputs: [{name: 'x', shape: ['n', 2]}],
      outputs: [{name: 'scores', shape: ['n', 2]}],
    }),
  )
  return checkpoint
    .listLayers()
    .filter((layer) => layer.default)
    .map((layer) => layer.name)
}

describe('hidden states of an ONNX model', () => {
  it('are those of the closed form, with the model untouched', async () => {
    const checkpoint = await open('mlp.onnx', mlp())
    expect(checkpoint.listLayers().map(({name, type, default: chosen}) => [name, type, chosen])).toEqual([
      ['a/MatMul', 'MatMul', false],
      ['a/Relu', 'Relu', true],
      ['scores', 'MatMul', true],
    ])
    const result = await checkpoint.embeddings(DATA)
    expect(result.layers.map(({name, dim}) => [name, dim])).toEqual([
      ['a/Relu', 3],
      ['scores', 2],
    ])
    expect([...result.layers[0]!.data]).toEqual(HIDDEN.flat())
    expect([...result.output!.data]).toEqual(SCORES.flat())
    expect(result).toMatchObject({rows: 5, loss: null, output: {kind: 'logits', classes: 2}})
    expect([...result.labels!]).toEqual([0, 1, 0, 1, 1])
  })

  it('do not depend on the size of the batches, and report progress', async () => {
    const checkpoint = await open('mlp.onnx', mlp())
    const whole = await checkpoint.embeddings(DATA)
    for (const batchSize of [1, 2, 3, 5]) {
      const seen: number[] = []
      const parts = await checkpoint.embeddings(DATA, {batchSize, onProgress: (done) => seen.push(done)})
      expect(parts).toEqual(whole)
      expect(seen.at(-1)).toBe(5)
      expect(seen).toHaveLength(Math.ceil(5 / batchSize))
    }
  })

  it('of a model with a fixed batch pad the last one', async () => {
    const result = await (
      await open('fixed.onnx', mlp({inputs: [{name: 'x', shape: [2, 2]}], outputs: [{name: 'scores', shape: [2, 2]}]}))
    ).embeddings(DATA)
    expect([...result.layers[0]!.data]).toEqual(HIDDEN.flat())
    expect(result.rows).toBe(5)
  })

  it('are taken by name, tensor name or pattern; the output only when it is asked for', async () => {
    const checkpoint = await open('mlp.onnx', mlp())
    const names = async (layers: string[]) =>
      (await checkpoint.embeddings(DATA, {layers})).layers.map((layer) => layer.name)
    expect(await names(['a/*'])).toEqual(['a/MatMul', 'a/Relu'])
    expect(await names(['scores', '/a/MatMul_output_0'])).toEqual(['a/MatMul', 'scores'])
    expect(await names(['?cores'])).toEqual(['scores'])
    await expect(names(['a.Relu'])).rejects.toThrow(UsageError)
    await expect(names(['none'])).rejects.toThrow(/no layer matches 'none'; there are 3: a\/Relu, scores, a\/MatMul/)
  })

  it('use only the first rows when limited, and say so', async () => {
    const checkpoint = await open('mlp.onnx', mlp())
    const result = await checkpoint.embeddings(DATA, {limit: 2, sample: 'first'})
    expect(result.rows).toBe(2)
    expect([...result.layers[0]!.data]).toEqual(HIDDEN.slice(0, 2).flat())
    expect(checkpoint.notes.map((note) => note.code)).toContain('rows-limited')
  })
})

describe('default layers', () => {
  it('end where the next layer begins', async () => {
    expect(
      await defaults([
        ['Relu', ['x'], ['a']],
        ['MaxPool', ['a'], ['p']],
        ['Flatten', ['p'], ['scores']],
      ]),
    ).toEqual(['p', 'scores'])
    expect(
      await defaults([
        ['Sigmoid', ['x'], ['s']],
        ['Mul', ['x', 's'], ['swish']],
        ['Flatten', ['swish'], ['scores']],
      ]),
    ).toEqual(['swish', 'scores'])
    expect(
      await defaults([
        ['Erf', ['x'], ['e']],
        ['Add', ['e', 'c'], ['e1']],
        ['Mul', ['x', 'e1'], ['xe']],
        ['Mul', ['xe', 'c'], ['gelu']],
        ['Flatten', ['gelu'], ['scores']],
      ]),
    ).toEqual(['gelu', 'scores'])
    expect(
      await defaults([
        ['Tanh', ['x'], ['t']],
        ['Add', ['t', 'x'], ['residual']],
        ['Flatten', ['residual'], ['scores']],
      ]),
    ).toEqual(['residual', 'scores'])
    expect(
      await defaults([
        ['Relu', ['x'], ['a']],
        ['MaxPool', ['a'], ['p']],
        ['Add', ['a', 'p'], ['scores']],
      ]),
    ).toEqual(['a', 'scores'])
  })

  it('leave out what only tells of sizes, and count an activated output once', async () => {
    const checkpoint = await open(
      'shape.onnx',
      tinyOnnx({
        nodes: [
          ['Shape', ['x'], ['size']],
          ['Relu', ['size'], ['no']],
          ['Softmax', ['x'], ['scores']],
        ],
        inputs: [{name: 'x', shape: ['n', 2]}],
        outputs: [{name: 'scores', shape: ['n', 2]}],
      }),
    )
    expect(checkpoint.listLayers().map((layer) => layer.name)).toEqual(['scores'])
  })
})

describe('outputs', () => {
  it('that end in softmax or sigmoid are probabilities', async () => {
    const softmax = await (
      await open(
        'softmax.onnx',
        tinyOnnx({
          nodes: [
            ['Softmax', ['x'], ['p']],
            ['Identity', ['p'], ['scores']],
          ],
          inputs: [{name: 'x', shape: ['n', 2]}],
          outputs: [{name: 'scores', shape: ['n', 2]}],
        }),
      )
    ).embeddings(DATA)
    expect(softmax.output!.kind).toBe('probabilities')
    const sigmoid = await (
      await open(
        'sigmoid.onnx',
        tinyOnnx({
          nodes: [['Sigmoid', ['x'], ['scores']]],
          inputs: [{name: 'x', shape: ['n', 1]}],
          outputs: [{name: 'scores', shape: ['n', 1]}],
        }),
      )
    ).embeddings(dataSet([0, 1, 1], inputs([[0], [2], [-1]])))
    expect(sigmoid.output).toMatchObject({kind: 'probabilities', classes: 2})
    sigmoid.output!.data.forEach((p, i) => expect(p).toBeCloseTo(1 / (1 + Math.exp([0, -0, -2, 2, 1, -1][i]! * -1)), 6))
  })

  it('in half precision, in double precision and as integers are read as numbers', async () => {
    const cast = (type: number) =>
      encodeMessage([
        [1, 8],
        [
          7,
          [
            [
              1,
              [
                [1, 'x'],
                [2, 'h'],
                [4, 'Cast'],
                [
                  5,
                  [
                    [1, 'to'],
                    [3, type],
                    [20, 2],
                  ],
                ],
              ],
            ],
            [
              1,
              [
                [1, 'x'],
                [2, 'scores'],
                [4, 'Relu'],
              ],
            ],
            [2, 'g'],
            [
              11,
              [
                [1, 'x'],
                [
                  2,
                  [
                    [
                      1,
                      [
                        [1, 1],
                        [
                          2,
                          [
                            [1, [[2, 'n']]],
                            [1, [[1, 2]]],
                          ],
                        ],
                      ],
                    ],
                  ],
                ],
              ],
            ],
            [
              12,
              [
                [1, 'scores'],
                [2, [[1, [[1, 1]]]]],
              ],
            ],
          ],
        ],
        [8, [[2, 17]]],
      ])
    for (const [type, expected] of [
      [FLOAT16, X.flat()],
      [11, X.flat()],
      [INT64, X.flat().map(Math.trunc)],
    ] as const) {
      const {layers} = await (await open('cast.onnx', cast(type))).embeddings(DATA, {layers: ['h']})
      expect([...layers[0]!.data].map((value) => value + 0)).toEqual(expected.map((value) => value + 0))
    }
  })

  it('that are text or no scores are refused', async () => {
    const text = await open(
      'text.onnx',
      tinyOnnx({
        nodes: [['Identity', ['x'], ['scores']]],
        inputs: [{name: 'x', shape: ['n', 2], type: STRING}],
        outputs: [{name: 'scores', shape: ['n', 2]}],
      }),
    )
    await expect(text.embeddings(DATA)).rejects.toThrow(InputError)
    await expect(
      open(
        'labels.onnx',
        tinyOnnx({
          nodes: [['ArgMax', ['x'], ['label']]],
          inputs: [{name: 'x', shape: ['n', 2]}],
          outputs: [{name: 'label', shape: ['n', 1], type: INT64}],
        }),
      ),
    ).rejects.toThrow(/no output of the model is a tensor of real numbers; its outputs: label/)
    const tokens = await open(
      'tokens.onnx',
      tinyOnnx({
        nodes: [['Relu', ['x'], ['scores']]],
        inputs: [{name: 'x', shape: ['n', 2, 2]}],
        outputs: [{name: 'scores', shape: ['n', 2, 2]}],
      }),
    )
    await expect(
      tokens.embeddings(dataSet([0], {name: 'inputs', shape: [1, 2, 2], data: new Float32Array(4)})),
    ).rejects.toThrow(/scores has the shape \[1, 2, 2\]/)
  })
})

describe('inputs', () => {
  const two = () =>
    tinyOnnx({
      nodes: [
        ['Gather', ['table', 'ids'], ['rows']],
        ['Add', ['rows', 'x'], ['scores']],
      ],
      weights: [{name: 'table', dims: [3, 2], values: [1, 2, 3, 4, 5, 6]}],
      inputs: [
        {name: 'ids', shape: ['n'], type: INT64},
        {name: 'x', shape: ['n', 2]},
      ],
      outputs: [{name: 'scores', shape: ['n', 2]}],
    })

  it('go to several inputs by name, as the type each takes', async () => {
    const ids = {name: 'ids', shape: [2], data: Uint8Array.of(2, 0)}
    const result = await (await open('two.onnx', two())).embeddings(
      dataSet(
        [0, 1],
        inputs(
          [
            [1, 1],
            [2, 2],
          ],
          'x',
        ),
        ids,
      ),
    )
    expect([...result.output!.data]).toEqual([6, 7, 3, 4])
  })

  it('that are missing, of the wrong shape or no integers are named', async () => {
    const checkpoint = await open('two.onnx', two())
    await expect(checkpoint.embeddings(dataSet([0], inputs([[1, 1]], 'x')))).rejects.toThrow(
      /no array for the model's input 'ids'; its arrays: x/,
    )
    await expect(
      checkpoint.embeddings(dataSet([0], inputs([[1, 1]], 'x'), {name: 'ids', shape: [1], data: Float32Array.of(0.5)})),
    ).rejects.toThrow(/'ids' holds 0.5 at row 0/)
    await expect(
      (await open('mlp.onnx', mlp())).embeddings(
        dataSet(
          [0, 1],
          inputs([
            [1, 2, 3],
            [1, 2, 3],
          ]),
        ),
      ),
    ).rejects.toThrow(/'inputs' has the shape \[rows, 3\], but the model's input 'x' takes \[rows, 2\]/)
    await expect((await open('mlp.onnx', mlp())).embeddings(null)).rejects.toThrow(UsageError)
  })

  it('are reshaped only where no axes can mix', async () => {
    const model = (shape: (number | string)[]) =>
      tinyOnnx({
        nodes: [['Flatten', ['x'], ['scores']]],
        inputs: [{name: 'x', shape}],
        outputs: [{name: 'scores', shape: ['n', 'k']}],
      })
    const run = async (want: number[], have: number[]) =>
      (await open('reshape.onnx', model(['n', ...want]))).embeddings(
        dataSet([0], {name: 'inputs', shape: [1, ...have], data: new Float32Array(12)}),
      )
    await expect(run([1, 3, 4], [12])).resolves.toBeDefined()
    await expect(run([12], [3, 4])).resolves.toBeDefined()
    await expect(run([1, 3, 4], [3, 4, 1])).resolves.toBeDefined()
    await expect(run([3, 2, 2], [2, 2, 3])).rejects.toThrow(/\[rows, 2, 2, 3\].*\[rows, 3, 2, 2\]/)
  })

  it('whose label is not a class of the output are refused', async () => {
    await expect(
      (await open('mlp.onnx', mlp())).embeddings(
        dataSet(
          [0, 2],
          inputs([
            [1, 2],
            [1, 2],
          ]),
        ),
      ),
    ).rejects.toThrow(/data.npz: label 2 at row 1 is out of range: the output has 2 classes/)
  })
})

describe('weights outside of the model', () => {
  const external = (location: string) =>
    mlp({
      weights: [
        [
          [1, 2],
          [1, 3],
          [2, 1],
          [8, 'w1'],
          [
            13,
            [
              [1, 'location'],
              [2, location],
            ],
          ],
          [14, 1],
        ],
        tensor({name: 'w2', dims: [3, 2], values: W2.flat()}),
      ],
    })

  it('are read from the folder of the model and listed among the inputs', async () => {
    mkdirSync(join(folder, 'sub'))
    write('sub/w.bin', new Uint8Array(Float32Array.from(W1.flat()).buffer))
    const checkpoint = await open('sub/external.onnx', external('w.bin'))
    expect([...(await checkpoint.embeddings(DATA)).layers[0]!.data]).toEqual(HIDDEN.flat())
    expect(checkpoint.inputFiles.map(({path, bytes}) => [path.slice(folder.length + 1), bytes])[1]).toEqual([
      'sub/w.bin',
      24,
    ])
  })

  it('are an error where the file is missing or elsewhere', async () => {
    await expect(open('gone.onnx', external('gone.bin'))).rejects.toThrow(
      /gone.onnx: keeps weights in 'gone.bin', but there is no such file/,
    )
    await expect(open('up.onnx', external('../../etc/passwd'))).rejects.toThrow(/outside of its own folder/)
  })
})

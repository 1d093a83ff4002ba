import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {InputError, UsageError} from '../../src/errors.js'
import {dataSet, inputs, temporaryFiles} from './files.js'
import {INT64, type Node, tinyOnnx, type Value, type Weight} from './tiny-onnx.js'

const {write} = temporaryFiles()
const ROWS = 14
const STEPS = 3
const X = Array.from({length: ROWS}, (_, i) => Array.from({length: STEPS * 2}, (_, j) => Math.sin(1 + 7 * i + 3 * j)))
const LABELS = X.map((_, i) => i % 2)
const SEQUENCES = dataSet(LABELS, {name: 'x', shape: [ROWS, STEPS, 2], data: Float32Array.from(X.flat())})
const VECTORS = dataSet(LABELS, inputs(X.map((row) => row.slice(0, 2))))

const W: Weight = {name: 'w', dims: [2, 2], values: [1, -2, 0.5, 3]}
const shape = (name: string, values: number[]): Weight => ({name, dims: [values.length], values, type: INT64})
/** relu(x_t W) of example i at step t. */
const hidden = (i: number, t: number) => {
  const [a, b] = [X[i]![2 * t]!, X[i]![2 * t + 1]!].map(Math.fround) as [number, number]
  return [Math.max(0, a + 0.5 * b), Math.max(0, -2 * a + 3 * b)]
}
const flat = (i: number) => Array.from({length: STEPS}, (_, t) => hidden(i, t)).flat()
const mean = (i: number) =>
  [0, 1].map(
    (k) =>
      flat(i)
        .filter((_, j) => j % 2 === k)
        .reduce((a, b) => a + b, 0) / STEPS,
  )

interface Parts {
  nodes: Node[]
  weights?: Weight[]
  input?: Value
  output?: Value
}

async function states(
  parts: Parts,
  options: {batchSize?: number; layers?: string[]; pool?: 'flatten'} = {},
  data = SEQUENCES,
) {
  const checkpoint = await openCheckpoint(
    write(
      'model.onnx',
      tinyOnnx({
        nodes: parts.nodes,
        weights: [W, ...(parts.weights ?? [])],
        inputs: [parts.input ?? {name: 'x', shape: ['n', STEPS, 2]}],
        outputs: [parts.output ?? {name: 'scores', shape: ['n', 2]}],
        opset: 13,
      }),
    ),
  )
  const result = await checkpoint.embeddings(data, options)
  return {...result, notes: checkpoint.notes.map(({code}) => code)}
}

function expectClose(data: ArrayLike<number>, expected: number[]): void {
  expect(data).toHaveLength(expected.length)
  expected.forEach((value, k) => expect(data[k]).toBeCloseTo(value, 5))
}

const SEQ_FIRST: Node[] = [
  ['Transpose', ['x'], ['t'], {perm: [1, 0, 2]}],
  ['MatMul', ['t', 'w'], ['m']],
  ['Relu', ['m'], ['h']],
  ['ReduceMean', ['h'], ['scores'], {axes: [0], keepdims: 0}],
]

describe('the batch on another axis', () => {
  it('is found and moved to the front', async () => {
    const pooled = await states({nodes: SEQ_FIRST})
    expect(pooled.layers[0]).toMatchObject({name: 'h', dim: 2, batchAxis: 1, pooledOver: 'mean over 3 positions'})
    expectClose(
      pooled.layers[0]!.data,
      X.flatMap((_, i) => mean(i)),
    )
    expectClose(
      (await states({nodes: SEQ_FIRST}, {pool: 'flatten'})).layers[0]!.data,
      X.flatMap((_, i) => flat(i)),
    )
  })

  it('is not cut to one step where the model takes single examples', async () => {
    const fixed: Parts = {
      nodes: SEQ_FIRST,
      input: {name: 'x', shape: [1, STEPS, 2]},
      output: {name: 'scores', shape: [1, 2]},
    }
    const {layers} = await states(fixed, {pool: 'flatten'})
    expect(layers[0]).toMatchObject({dim: 6, batchAxis: 1})
    expectClose(
      layers[0]!.data,
      X.flatMap((_, i) => flat(i)),
    )
    await expect(states(fixed, {batchSize: 4})).rejects.toThrow(UsageError)
  })

  it('of the input is where the declaration says', async () => {
    const {layers} = await states({
      nodes: [
        ['MatMul', ['x', 'w'], ['m']],
        ['Relu', ['m'], ['h']],
        ['ReduceMean', ['h'], ['scores'], {axes: [0], keepdims: 0}],
      ],
      input: {name: 'x', shape: [STEPS, 'batch', 2]},
    })
    expect(layers[0]).toMatchObject({batchAxis: 1})
    expectClose(
      layers[0]!.data,
      X.flatMap((_, i) => mean(i)),
    )
  })

  const STEPS_FIRST: Parts = {
    nodes: [
      ['MatMul', ['x', 'w'], ['m']],
      ['Relu', ['m'], ['h']],
      ['ReduceMean', ['h'], ['scores'], {axes: [0], keepdims: 0}],
    ],
  }
  it.each([
    ['one example', [STEPS, 1, 2]],
    ['a batch of four', [STEPS, 4, 2]],
    ['as many examples as steps', [STEPS, STEPS, 2]],
    ['any sizes without a name', ['p', 'q', 2]],
    ['steps of any number beside one example', ['seq', 1, 2]],
    ['steps called the batch beside one example', ['batch', 1, 2]],
  ])('of the input is found by the data and the probe where the model takes %s', async (_, sizes) => {
    const input = {name: 'x', shape: sizes}
    const {layers} = await states({...STEPS_FIRST, input, output: {name: 'scores', shape: ['m', 2]}}, {pool: 'flatten'})
    expect(layers[0]).toMatchObject({dim: 6, batchAxis: 1})
    expectClose(
      layers[0]!.data,
      X.flatMap((_, i) => flat(i)),
    )
  })

  it('of the input is not looked for beside one that is called the batch', async () => {
    const input = {name: 'x', shape: ['batch', STEPS, 2]}
    await expect(states({...STEPS_FIRST, input, output: {name: 'scores', shape: ['m', 2]}})).rejects.toThrow(
      /no axis follows the batch|mixes the examples/,
    )
  })

  it('is found by values where another axis has the length of a fixed batch', async () => {
    const {layers} = await states(
      {
        nodes: SEQ_FIRST,
        input: {name: 'x', shape: [STEPS, STEPS, 2]},
        output: {name: 'scores', shape: [STEPS, 2]},
      },
      {pool: 'flatten'},
    )
    expect(layers[0]).toMatchObject({batchAxis: 1})
    expectClose(
      layers[0]!.data,
      X.flatMap((_, i) => flat(i)),
    )
  })
})

describe('steps that are folded into the batch', () => {
  const folded = (perm: number[]): Parts => ({
    nodes: [
      ['Transpose', ['x'], ['t'], {perm}],
      ['Reshape', ['t', 'rows'], ['r']],
      ['MatMul', ['r', 'w'], ['m']],
      ['Relu', ['m'], ['h']],
      ['ReduceMean', ['x'], ['scores'], {axes: [1], keepdims: 0}],
    ],
    weights: [shape('rows', [-1, 2])],
  })

  it.each([
    ['example by example', [0, 1, 2]],
    ['step by step', [1, 0, 2]],
  ])('%s are an example again', async (_, perm) => {
    const {layers} = await states(folded(perm), {layers: ['h'], pool: 'flatten'})
    expect(layers[0]).toMatchObject({dim: 6, batchAxis: 0})
    expectClose(
      layers[0]!.data,
      X.flatMap((_, i) => flat(i)),
    )
  })

  it('of an output are refused, with what would make them rows', async () => {
    const parts: Parts = {
      nodes: [
        ['Reshape', ['x', 'rows'], ['r']],
        ['MatMul', ['r', 'w'], ['scores']],
      ],
      weights: [shape('rows', [-1, 2])],
      output: {name: 'scores', shape: ['m', 2]},
    }
    await expect(states(parts)).rejects.toThrow(
      /the output scores has the shape \[42, 2\] for a batch of 14: 3 rows of scores for each example/,
    )
  })
})

describe('a model that mixes the examples of a batch', () => {
  const nodes: Node[] = [
    ['ReduceMean', ['inputs'], ['mu'], {axes: [0], keepdims: 1}],
    ['Sub', ['inputs', 'mu'], ['centred']],
    ['Relu', ['centred'], ['h']],
    ['MatMul', ['h', 'w'], ['scores']],
  ]
  const centred: Parts = {nodes, input: {name: 'inputs', shape: ['n', 2]}}

  it.each([undefined, 1, 4])('is refused and the layer named, with batches of %s', async (batchSize) => {
    const error = await states(centred, batchSize === undefined ? {} : {batchSize}, VECTORS).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(InputError)
    expect((error as InputError).message).toMatch(/layer h mixes the examples of a batch/)
  })

  const named = (name: string) => ({name})
  it.each<[string, Node[]]>([
    [
      '/norm/ReduceMean (ReduceMean)',
      [
        ['ReduceMean', ['inputs'], ['mu'], {axes: [0], keepdims: 1}, named('/norm/ReduceMean')],
        ['Exp', ['mu'], ['e'], {}, named('/norm/Exp')],
        ['Sub', ['inputs', 'e'], ['centred'], {}, named('/norm/Sub')],
        ['Relu', ['centred'], ['h']],
        ['MatMul', ['h', 'w'], ['scores']],
      ],
    ],
    [
      'sum (CumSum)',
      [
        ['Relu', ['inputs'], ['r']],
        ['CumSum', ['r', 'zero'], ['sum']],
        ['Relu', ['sum'], ['h']],
        ['MatMul', ['h', 'w'], ['scores']],
      ],
    ],
  ])('is refused with the node where it begins: %s', async (node, nodes) => {
    const error = await states({...centred, nodes, weights: [shape('zero', [0])]}, {}, VECTORS).catch((e: unknown) => e)
    expect((error as InputError).message).toContain(`; it begins at the node ${node}`)
    expect((error as InputError).nextSteps.join()).toMatch(/batchSize 1/)
  })

  it('with a fixed batch is refused too', async () => {
    const fixed = {...centred, input: {name: 'inputs', shape: [4, 2]}, output: {name: 'scores', shape: [4, 2]}}
    await expect(states(fixed, {}, VECTORS)).rejects.toThrow(/mixes the examples/)
  })

  it('is refused where a state depends on the place in the batch', async () => {
    await expect(
      states(
        {
          nodes: [
            ['Add', ['inputs', 'places'], ['a']],
            ['Relu', ['a'], ['h']],
            ['MatMul', ['h', 'w'], ['scores']],
          ],
          weights: [{name: 'places', dims: [4, 1], values: [0, 1, 2, 3]}],
          input: {name: 'inputs', shape: [4, 2]},
          output: {name: 'scores', shape: [4, 2]},
        },
        {},
        VECTORS,
      ),
    ).rejects.toThrow(/its neighbours or its place/)
  })

  it('because its shapes were fixed runs row by row', async () => {
    const parts: Parts = {
      nodes: [
        ['Reshape', ['x', 'one'], ['r']],
        ['MatMul', ['r', 'w'], ['m']],
        ['Relu', ['m'], ['h']],
        ['ReduceMean', ['h'], ['scores'], {axes: [1], keepdims: 0}],
      ],
      weights: [shape('one', [1, STEPS, 2])],
    }
    const error = (await states(parts).catch((e: unknown) => e)) as InputError
    expect(error.message).toMatch(/does not run on 6 rows in one batch/)
    expect(error.message).not.toMatch(/onnxruntime|::|\.h:/)
    expect(error.nextSteps.join()).toMatch(/batchSize 1/)
    const {layers, notes} = await states(parts, {batchSize: 1})
    expectClose(
      layers[0]!.data,
      X.flatMap((_, i) => mean(i)),
    )
    expect(notes).toContain('rows-alone')
  })

  it('because its shapes were fixed for several examples runs so many at once', async () => {
    const parts: Parts = {
      nodes: [
        ['Reshape', ['x', 'four'], ['r']],
        ['MatMul', ['r', 'w'], ['m']],
        ['Relu', ['m'], ['h']],
        ['ReduceMean', ['h'], ['scores'], {axes: [1], keepdims: 0}],
      ],
      weights: [shape('four', [4, STEPS, 2])],
    }
    const error = (await states(parts).catch((e: unknown) => e)) as InputError
    expect(error.nextSteps.join()).toMatch(/batchSize 4/)
    const {layers} = await states(parts, {batchSize: 4})
    expectClose(
      layers[0]!.data,
      X.flatMap((_, i) => mean(i)),
    )
  })
})

describe('a tensor without rows', () => {
  const parts: Parts = {
    nodes: [
      ['ReduceMax', ['x'], ['top'], {axes: [1], keepdims: 0}],
      ['Sub', ['x', 'x'], ['zero']],
      ['ReduceMax', ['zero'], ['nothing'], {axes: [0], keepdims: 1}],
      ['Relu', ['nothing'], ['h']],
      ['ReduceMax', ['h'], ['h2'], {axes: [1], keepdims: 0}],
      ['Add', ['top', 'h2'], ['scores']],
    ],
  }

  it('is left out and said, or an error where it was asked for', async () => {
    const result = await states(parts)
    expect(result.layers.map(({name}) => name)).toEqual(['scores'])
    expect(result.notes).toContain('layers-without-rows')
    await expect(states(parts, {layers: ['h']})).rejects.toThrow(/layer h has no row for each example/)
  })
})

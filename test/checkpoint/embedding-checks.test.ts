import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {isCount} from '../../src/checkpoint/embedding-checks.js'
import {doesNotRun} from '../../src/checkpoint/run-failure.js'
import type {NamedArray} from '../../src/data/named-array.js'
import {writeNpz} from '../../src/data/npz.js'
import {InputError} from '../../src/errors.js'
import {dataSet, inputs, temporaryFiles} from './files.js'

const {write} = temporaryFiles()
const array = (name: string, type: NamedArray['type'], shape: number[]): NamedArray => {
  const values = shape.reduce((product, n) => product * n, 1)
  const data =
    type === 'U'
      ? Array.from({length: values}, (_, k) => `text ${k}`)
      : Float64Array.from({length: values}, (_, k) => k)
  return {name, type, shape, data}
}

describe('rows of stored states', () => {
  it.each<[string, NamedArray[]]>([
    ['texts of classes', [array('class_names', 'U', [4]), array('colours', 'U', [4])]],
    ['whole numbers', [array('a', 'i4', [4]), array('b', 'u1', [4]), array('c', 'i8', [4])]],
  ])('are those of the states and losses, whatever %s stand before them', async (_, beside) => {
    const states = [...beside, array('h', 'f8', [30, 5]), array('loss', 'f8', [30])]
    const {layers} = await (await openCheckpoint(write('states.npz', writeNpz(states)))).embeddings(null)
    expect(layers.map(({name, dim, data}) => [name, dim, data.length])).toEqual([['h', 5, 150]])
  })

  it('one bfloat16 a row is a state, one whole number is not', () => {
    const of = (type: NamedArray['type']) => isCount(array('g', type, [3, 1]))
    expect([of('bf16'), of('f4'), of('i8'), of('u1'), of('b1')]).toEqual([false, false, true, true, true])
  })
})

it.each([
  ['{6,3,2}, requested shape:{4,3,2}', 6, 4],
  ['{18,2}, requested shape:{12,2}', 6, 4],
  ['{6,3,2}, requested shape:{12,2}', 6, 4],
  ['{7,3}, requested shape:{5}', 7, 1],
])('a reshape of %s by %i examples was exported for %i', (shapes, rows, batch) => {
  const data = dataSet(
    Array.from({length: rows}, () => 0),
    inputs(Array.from({length: rows}, () => [1, 2])),
  )
  const cause = new Error(`Non-zero status code returned. Input shape:${shapes}`)
  const error = doesNotRun('m.onnx', new Uint32Array(rows), data, cause) as InputError
  expect(error.nextSteps.join('\n')).toMatch(new RegExp(`batchSize ${batch}$`))
})

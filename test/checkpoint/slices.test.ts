import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {openCheckpoint, readDataSet} from '../../src/checkpoint/index.js'
import {csvExamples} from '../../src/checkpoint/csv-examples.js'
import {sliceValues} from '../../src/checkpoint/slices.js'
import type {NamedArray} from '../../src/data/named-array.js'
import {writeNpz} from '../../src/data/npz.js'
import {InputError} from '../../src/errors.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-slices-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const numbers = (name: string, values: number[], shape = [values.length]): NamedArray & {data: Float32Array} => ({
  name,
  shape,
  type: 'f4',
  data: Float32Array.from(values),
})
const texts = (values: string[]): NamedArray => ({name: 'site', shape: [values.length], type: 'U', data: values})

describe('slices', () => {
  it('are the different values in the order of first appearance; no value is a slice too', () => {
    expect(sliceValues(texts(['b', ' a', '', 'b ']), 4, 'f')).toEqual({
      names: ['b', 'a', '(empty)'],
      of: Int32Array.of(0, 1, 2, 0),
    })
    expect(sliceValues(numbers('site', [2, NaN, 2.5]), 3, 'f').names).toEqual(['2', '(empty)', '2.5'])
  })

  it('do not change their rows when the file is put in another order', () => {
    const [values, order] = [
      ['x', 'y', 'x', 'z'],
      [2, 3, 0, 1],
    ]
    const names = (all: string[]) => {
      const {names, of} = sliceValues(texts(all), 4, 'f')
      return [...of].map((slice) => names[slice])
    }
    expect(names(order.map((row) => values[row]!))).toEqual(order.map((row) => values[row]))
  })

  it('are refused where they are no column or a measurement', () => {
    expect(() => sliceValues(numbers('site', [1, 2], [1, 2]), 2, 'f')).toThrow(/one value for each of 2 rows/)
    const many = Array.from({length: 1001}, (_, row) => row / 7)
    expect(() => sliceValues(numbers('site', many), 1001, 'f')).toThrow(/1001 different values in 1001 rows/)
  })

  it('of stored states are no layer, and follow the rows that have a label', async () => {
    const path = write(
      'states.npz',
      writeNpz([
        numbers('h', [1, 2, 3, 4]),
        numbers('logits', [1, 2, 2, 1, 1, 2, 2, 1], [4, 2]),
        numbers('labels', [0, -100, 1, 0]),
        numbers('site', [5, 6, 8.5, 5]),
      ]),
    )
    const checkpoint = await openCheckpoint(path)
    const {layers, slices} = await checkpoint.embeddings(null, {slice: 'site'})
    expect(layers.map(({name}) => name)).toEqual(['h', 'logits'])
    expect([...slices!.of].map((slice) => slices!.names[slice])).toEqual(['5', '8.5', '5'])
    expect((await checkpoint.embeddings(null, {slice: 'class'})).slices).toBeUndefined()
    await expect(checkpoint.embeddings(null, {slice: 'user'})).rejects.toThrow(/has no array 'user' to slice by/)
  })

  it('of examples are an input only where the model takes it', async () => {
    const csv = 'a,site,label,b\n1,0,0,2\n3,1,1,4\n5,0,1,6\n'
    const data = await readDataSet(write('data.csv', csv), {slice: 'site'})
    expect(data.inputs[0]!.shape).toEqual([3, 2])
    expect(data.slices).toEqual({names: ['0', '1'], of: Int32Array.of(0, 1, 0)})
    const taken = {kind: 'onnx' as const, modelInputs: [{name: 'x', shape: [-1, 3]}]}
    expect((await readDataSet(write('data.csv', csv), {slice: 'site'}, taken as never)).inputs[0]!.shape).toEqual([
      3, 3,
    ])
    const bytes = new TextEncoder().encode(csv)
    expect(csvExamples(bytes, ['label'], 'f', {slice: 'class'}).map(({name}) => name)).toEqual(['inputs', 'label'])
    await expect(readDataSet(write('data.csv', csv), {slice: 'user'})).rejects.toThrow(InputError)
    const npz = write(
      'data.npz',
      writeNpz([numbers('x', [1, 2, 3]), numbers('labels', [0, 1, 0]), numbers('site', [4, 4, 1])]),
    )
    const arrays = await readDataSet(npz, {slice: 'site'})
    expect([arrays.inputs.map(({name}) => name), arrays.slices!.names]).toEqual([['x'], ['4', '1']])
  })
})

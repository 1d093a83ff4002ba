import {describe, expect, it} from 'vitest'
import {openCheckpoint, readDataSet} from '../../src/checkpoint/index.js'
import {groupNumbers} from '../../src/checkpoint/groups.js'
import type {NamedArray} from '../../src/data/named-array.js'
import {writeNpz} from '../../src/data/npz.js'
import {InputError} from '../../src/errors.js'
import {temporaryFiles} from './files.js'

const {write} = temporaryFiles()
const numbers = (name: string, values: number[], shape = [values.length]): NamedArray => ({
  name,
  shape,
  type: 'f8',
  data: Float64Array.from(values),
})
const texts = (values: string[]): NamedArray => ({name: 'who', shape: [values.length], type: 'U', data: values})

describe('the source of each row', () => {
  it('is numbered in the order of first appearance, from numbers or texts', () => {
    expect([...groupNumbers(numbers('who', [7, -1, 7, 2.5]), 4, 'f')]).toEqual([0, 1, 0, 2])
    expect([...groupNumbers(numbers('who', [7, -1], [2, 1]), 2, 'f')]).toEqual([0, 1])
    expect([...groupNumbers(texts(['b', 'a', ' b']), 3, 'f')]).toEqual([0, 1, 0])
  })

  it.each<[string, NamedArray, number, RegExp]>([
    ['NaN', numbers('who', [1, NaN]), 2, /^f, array who: row 1 has no source$/],
    ['an empty text', texts(['a', ' ']), 2, /row 1 has no source/],
    ['too few', numbers('who', [1]), 2, /has the shape \[1\], but group takes one source for each of 2 rows/],
    ['two columns', numbers('who', [1, 2, 3, 4], [2, 2]), 2, /shape \[2, 2\]/],
  ])('%s is refused', (_, array, rows, message) => {
    expect(() => groupNumbers(array, rows, 'f')).toThrow(message)
    expect(() => groupNumbers(array, rows, 'f')).toThrow(InputError)
  })

  it('of stored states is not a layer, and follows rows that a label is missing of', async () => {
    const path = write(
      'states.npz',
      writeNpz([
        numbers('h', [1, 2, 3, 4]),
        numbers('logits', [1, 2, 2, 1, 1, 2, 2, 1], [4, 2]),
        numbers('labels', [0, -100, 1, 0]),
        numbers('patient', [5, 6, 8, 5]),
      ]),
    )
    const checkpoint = await openCheckpoint(path)
    const {layers, groups} = await checkpoint.embeddings(null, {group: 'patient'})
    expect(layers.map(({name}) => name)).toEqual(['h', 'logits'])
    expect([...groups!]).toEqual([0, 2, 0])
    expect((await checkpoint.embeddings(null)).groups).toBeUndefined()
    await expect(checkpoint.embeddings(null, {group: 'user'})).rejects.toThrow(
      /has no array 'user' of sources; its arrays: h, logits, labels, patient/,
    )
  })

  it('of examples is not an input: npz, csv with names', async () => {
    const npz = write(
      'data.npz',
      writeNpz([numbers('x', [1, 2, 3]), numbers('labels', [0, 1, 0]), numbers('who', [4, 4, 1])]),
    )
    const data = await readDataSet(npz, {group: 'who'})
    expect(data.inputs.map(({name}) => name)).toEqual(['x'])
    expect([...data.groups!]).toEqual([0, 0, 1])
    const csv = write('data.csv', 'a,who,label,b\n1,ann,0,2\n3,bob,1,4\n5,ann,1,6\n')
    const table = await readDataSet(csv, {group: 'who'})
    expect(table.inputs).toEqual([{name: 'inputs', shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6)}])
    expect([...table.groups!]).toEqual([0, 1, 0])
    await expect(readDataSet(csv, {group: 'user'})).rejects.toThrow(InputError)
  })
})

import type {Note} from '../../src/frame/report.js'
import {takeExamples} from '../../src/checkpoint/sample.js'
import {gzipSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import {type DataSetOptions, readDataSet} from '../../src/checkpoint/index.js'
import type {NamedArray} from '../../src/data/named-array.js'
import {writeNpy} from '../../src/data/npy.js'
import {writeNpz} from '../../src/data/npz.js'
import {InputError} from '../../src/errors.js'
import {temporaryFiles} from './files.js'

const {folder, write} = temporaryFiles()
const images: NamedArray = {name: 'inputs', shape: [3, 2], type: 'u1', data: Uint8Array.of(1, 2, 3, 4, 5, 255)}
const numbers = (name: string, values: number[], shape = [values.length]): NamedArray => ({
  name,
  shape,
  type: 'f8',
  data: Float64Array.from(values),
})
const npz = (...arrays: NamedArray[]) => write('data.npz', writeNpz(arrays))

describe('data sets', () => {
  it('from npz keep the type of the inputs', async () => {
    const data = await readDataSet(npz(numbers('labels', [0, 1, 2]), images, numbers('mask', [1, 1, 0])))
    expect(data.inputs.map(({name, shape, data}) => [name, shape, data.constructor.name])).toEqual([
      ['inputs', [3, 2], 'Uint8Array'],
      ['mask', [3], 'Float64Array'],
    ])
    expect([...data.labels]).toEqual([0, 1, 2])
    expect(data.inputFiles).toMatchObject([{path: `${folder}/data.npz`}])
  })

  it('leave single values and texts beside the inputs out, and say so', async () => {
    const notes: Note[] = []
    const words: NamedArray = {name: 'names', shape: [2], type: 'U', data: ['cat', 'dog']}
    const path = npz(numbers('labels', [0, 1, 2]), images, numbers('epoch', [3], []), words)
    const data = await readDataSet(path, {}, undefined, notes)
    expect(data.inputs.map(({name}) => name)).toEqual(['inputs'])
    expect(notes.map(({message}) => message)).toEqual([
      'left out, since they are not inputs: epoch (a single value), names (text)',
    ])
  })

  it('with the examples on another axis are refused with the way to move them', async () => {
    const path = npz(numbers('labels', [0, 1, 2]), numbers('x', [1, 2, 3, 4, 5, 6], [2, 3]))
    const error = (await readDataSet(path).catch((e: unknown) => e)) as InputError
    expect(error.message).toMatch(/array x: has the shape \[2, 3\], but there are 3 labels/)
    expect(error.nextSteps.join()).toMatch(/numpy.moveaxis\(array, 1, 0\)/)
  })

  it('take other names', async () => {
    const data = await readDataSet(npz(numbers('y', [[0, 1, 2]].flat(), [3, 1]), images, numbers('x', [7, 8, 9])), {
      labels: 'y',
      inputs: 'x',
    })
    expect(data.inputs.map((input) => input.name)).toEqual(['x'])
    expect([...data.labels]).toEqual([0, 1, 2])
  })

  it('from npy take the labels from a second file', async () => {
    const labelsFile = write('labels.npy', writeNpy(numbers('anything', [2, 1, 0])))
    const data = await readDataSet(write('x.npy', writeNpy(images)), {labelsFile})
    expect(data.inputs).toMatchObject([{name: 'inputs', shape: [3, 2]}])
    expect([...data.labels]).toEqual([2, 1, 0])
    expect(data.inputFiles).toHaveLength(2)
  })

  it('from csv use the named column as labels and all others as one input, packed or not', async () => {
    const table = 'a,label,b\n1,0,2\n-3.5,1,4e2\n'
    for (const content of [table, gzipSync(table)]) {
      const data = await readDataSet(write('data.csv', content))
      expect(data.inputs).toEqual([{name: 'inputs', shape: [2, 2], data: Float64Array.of(1, 2, -3.5, 400)}])
      expect([...data.labels]).toEqual([0, 1])
    }
    expect([...(await readDataSet(write('data.csv', table), {labels: 'b'})).labels]).toEqual([2, 400])
  })

  const csv = (content: string) => () => write('bad.csv', content)
  it.each<[string, () => string, RegExp, DataSetOptions?]>([
    ['no labels', () => npz(images), /has no array 'labels' of class numbers; its arrays: inputs/],
    ['no inputs', () => npz(numbers('labels', [0])), /has no array of inputs/],
    [
      'an input that is not there',
      () => npz(images, numbers('labels', [0, 1, 1])),
      /has no array 'x'; its arrays: inputs, labels/,
      {inputs: 'x'},
    ],
    [
      'rows that differ',
      () => npz(images, numbers('labels', [0, 1])),
      /array inputs: has the shape \[3, 2\], but there are 2 labels/,
    ],
    [
      'no rows',
      () => npz({name: 'inputs', shape: [0, 2], type: 'f4', data: new Float32Array(0)}, numbers('labels', [])),
      /has no rows/,
    ],
    [
      'labels of several classes at once',
      () => npz(images, numbers('labels', [1, 0, 1, 1, 0, 1], [3, 2])),
      /array labels: has 2 columns, and row 1 is not a one-hot row/,
    ],
    ['a negative label', () => npz(images, numbers('labels', [0, -1, 1])), /the label of row 1 is -1 beside 0, 1/],
    [
      'NaN',
      () => npz(numbers('inputs', [1, 2, 3, 4, 5, NaN], [3, 2]), numbers('labels', [0, 1, 1])),
      /array inputs: is NaN at row 2, column 1/,
    ],
    [
      'a column of labels that is not there',
      csv('a,b\n1,2\n'),
      /has no column 'labels' of class numbers; its header: a, b/,
    ],
    ['a short row', csv('a,b,label\n1,2,0\n1,2\n'), /line 3: has 2 cells, the header has 3/],
    ['an empty cell', csv('a,b,label\n1,,0\n'), /line 2, column 'b': '' is not a finite number/],
    ['text in a cell', csv('a,b,label\n1,2,0\n\n1,cat,1\n'), /line 4, column 'b': 'cat' is not a finite number/],
    ['another kind of file', () => write('data.json', '{}'), /is JSON text, not a data set/],
    ['no file', () => `${folder}/none.npz`, /there is no such file/],
    ['a label that is empty', csv('a,b,label\n1,2,cat\n1,2,\n'), /line 3, column 'label': has no label/],
    ['names of classes in no order', csv('a,label\n1,cat\n2,dog\n'), /names of 2 classes \(cat, dog\)/],
  ])('refuse %s', async (_, make, message, options) => {
    const path = make()
    await expect(readDataSet(path, options)).rejects.toThrow(message)
    await expect(readDataSet(path, options)).rejects.toBeInstanceOf(InputError)
  })
  it('leave out rows without a label, and remember which rows stay', async () => {
    const notes: Note[] = []
    const path = npz(images, numbers('labels', [1, -100, 0]))
    const data = await readDataSet(path, {}, undefined, notes)
    expect(data).toMatchObject({rows: 2, rowsInFile: 3, unlabelled: true})
    expect([...data.labels]).toEqual([1, 0])
    expect([...data.rowNumbers!]).toEqual([0, 2])
    expect([...data.inputs[0]!.data]).toEqual([...(images.data as Float32Array)].filter((_, i) => i < 2 || i > 3))
    expect(notes.map(({code}) => code)).toEqual(['labels-missing'])
    expect([...takeExamples(data, Uint32Array.of(1)).rowNumbers!]).toEqual([2])
  })

  it('take names of classes from a table, one-hot columns from an array', async () => {
    const named = await readDataSet(csv('a,label\n1,cat\n2,dog\n')(), {classes: ['dog', 'cat']})
    expect([...named.labels]).toEqual([1, 0])
    expect(named.classNames).toEqual(['dog', 'cat'])
    const oneHot = await readDataSet(npz(images, numbers('labels', [1, 0, 0, 1, 0, 1], [3, 2])))
    expect([...oneHot.labels]).toEqual([0, 1, 1])
  })
})

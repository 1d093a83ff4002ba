import {describe, expect, it} from 'vitest'
import {classLabels, labelledRows} from '../../src/checkpoint/labels.js'
import type {NamedArray} from '../../src/data/named-array.js'
import type {Note} from '../../src/frame/report.js'

const array = (data: NamedArray['data'], shape = [data.length], type: NamedArray['type'] = 'f8'): NamedArray => ({
  name: 'labels',
  shape,
  type,
  data,
})
const read = (labels: NamedArray, classes?: string[]) => {
  const notes: Note[] = []
  const result = classLabels(labels, 'data.npz', classes, notes)
  return {labels: [...result.labels], names: result.classNames, codes: notes.map(({code}) => code)}
}

describe('labels as people have them', () => {
  it('are whole numbers of any type, in one column or none', () => {
    expect(read(array(Float64Array.of(0, 2, 1))).labels).toEqual([0, 2, 1])
    expect(read(array(Uint8Array.of(1, 0), [2, 1], 'b1')).labels).toEqual([1, 0])
    expect(read(array(Float64Array.of(), [0])).labels).toEqual([])
  })

  it('are −1 and +1 of two classes', () => {
    expect(read(array(Int32Array.of(-1, 1, -1)))).toMatchObject({labels: [0, 1, 0], codes: ['labels-signed']})
    expect(read(array(Int32Array.of(-1, -100, 1))).labels).toEqual([0, -100, 1])
    expect(() => read(array(Int32Array.of(0, -1, 1)))).toThrow(/array labels: the label of row 1 is -1 beside 0, 1/)
    expect(() => read(array(Int32Array.of(-1, -1)))).toThrow(/is -1 beside no other/)
  })

  it('are one-hot columns, and nothing between', () => {
    expect(read(array(Float32Array.of(0, 1, 0, 0, 0, 1), [2, 3]))).toMatchObject({
      labels: [1, 2],
      codes: ['labels-one-hot'],
    })
    expect(() => read(array(Float32Array.of(0, 1, 1, 1), [2, 2]))).toThrow(
      /row 1 is not a one-hot row: columns 0 and 1/,
    )
    expect(() => read(array(Float32Array.of(0.5, 0.5), [1, 2]))).toThrow(/row 0 is not a one-hot row: column 0 is 0.5/)
    expect(() => read(array(Float32Array.of(0, 0), [1, 2]))).toThrow(/row 0 has no 1 in it/)
    expect(() => read(array(new Float32Array(8), [2, 2, 2]))).toThrow(/has the shape \[2, 2, 2\]/)
  })

  it('are text with the names of the classes', () => {
    const animals = array(['cat', 'dog', 'cat'], [3], 'U')
    expect(read(animals, ['dog', 'cat'])).toMatchObject({labels: [1, 0, 1], names: ['dog', 'cat']})
    expect(() => read(animals)).toThrow(/holds names of 2 classes \(cat, dog\), whose order is not known/)
    expect(() => read(animals, ['dog'])).toThrow(/the label of row 0 is 'cat', which classes does not name \(dog\)/)
    expect(read(array(['2', '0'], [2], 'U')).labels).toEqual([2, 0])
  })

  it.each([
    [1.5, /the label of row 1 is 1.5/],
    [Number.NaN, /the label of row 1 is NaN/],
    [-2, /the label of row 1 is -2/],
    [2 ** 31, /the label of row 1 is 2147483648/],
  ])('are not %s', (value, message) => {
    expect(() => read(array(Float64Array.of(0, value)))).toThrow(message)
  })

  it('may be missing, and such rows are left out with a note', () => {
    const notes: Note[] = []
    expect([...labelledRows(Int32Array.of(1, -100, 0), 'd', notes)!]).toEqual([0, 2])
    expect(notes[0]!.message).toBe('1 of 3 rows have no label (-100) and are left out')
    expect(labelledRows(Int32Array.of(1, 0), 'd', notes)).toBeNull()
    expect(() => labelledRows(Int32Array.of(-100), 'd', notes)).toThrow(/no row has a label/)
  })

  it('are within the names that --classes gives', () => {
    expect(() => read(array(Int32Array.of(0, 2)), ['a', 'b'])).toThrow(/holds the label 2, but classes names 2 classes/)
  })
})

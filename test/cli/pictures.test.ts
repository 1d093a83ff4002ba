import {decode} from 'fast-png'
import {describe, expect, it} from 'vitest'
import type {DataSet, InputSummary} from '../../src/checkpoint/index.js'
import {picturesOf} from '../../src/cli/pictures.js'

const summary = (shape: number[], rest: Partial<InputSummary> = {}): InputSummary => ({
  name: 'inputs',
  shape,
  observed: [0, 10],
  possible: null,
  ...rest,
})
const flat = (rows: number, width: number): DataSet => ({
  rows,
  labels: new Int32Array(rows),
  inputFiles: [],
  inputs: [
    {
      name: 'inputs',
      shape: [rows, width],
      data: Float32Array.from({length: rows * width}, (_, t) => Math.floor(t / width)),
    },
  ],
})
const request = {layers: 3, shape: null, range: null}
const firstLevel = (png: string) => decode(Buffer.from(png, 'base64')).data[0]

describe('picturesOf', () => {
  it('draws the rows asked for, each once, ascending, with the levels of what was seen', async () => {
    const pictures = await picturesOf({...request, data: flat(11, 16), inputs: [summary([4, 4])]})([10, 5, 10, 0])
    expect(pictures.map(({row, width, height, png}) => [row, width, height, firstLevel(png)])).toEqual([
      [0, 4, 4, 0],
      [5, 4, 4, 128],
      [10, 4, 4, 255],
    ])
  })

  it('takes a stated range before the possible one, and that before the one that was seen', async () => {
    const level = async (inputs: InputSummary[], range: [number, number] | null) =>
      firstLevel((await picturesOf({...request, data: flat(11, 16), inputs, range})([5]))[0]!.png)
    expect(await level([summary([4, 4], {possible: [0, 20]})], null)).toBe(64)
    expect(await level([summary([4, 4], {possible: [0, 20]})], [5, 10])).toBe(0)
  })

  it('draws flat rows only where a shape is stated, and refuses one that an example does not have', async () => {
    const of = {...request, data: flat(3, 16), inputs: [summary([16])]}
    expect(await picturesOf(of)([1])).toEqual([])
    expect(await picturesOf({...of, shape: [4, 4]})([1])).toHaveLength(1)
    expect(() => picturesOf({...of, shape: [5, 5]})).toThrow('imageShape 5,5 has 25 values, an example has 16')
  })

  it('draws nothing of texts, of several inputs, of narrow tables, or without data', async () => {
    const data = flat(3, 16)
    for (const of of [
      {...request, data: null, inputs: []},
      {...request, data: {...data, text: {texts: [], encode: () => []}}, inputs: [summary([4, 4])]},
      {...request, data, inputs: [summary([4, 4]), summary([4, 4])]},
      {...request, data, inputs: [summary([8, 2])]},
    ])
      expect(await picturesOf(of)([1])).toEqual([])
  })

  it('reads a lazy array row by row, and shrinks more where there are more layers', async () => {
    const asked: number[] = []
    const lazy = {
      name: 'inputs',
      shape: [9, 3, 200, 200],
      get data(): never {
        throw new Error('all at once')
      },
      read: (first: number) => (asked.push(first), new Float32Array(3 * 200 * 200)),
    }
    const data: DataSet = {rows: 9, labels: new Int32Array(9), inputFiles: [], inputs: [lazy]}
    const widths = []
    for (const layers of [1, 20, 1000]) {
      const [picture] = await picturesOf({
        ...request,
        data,
        inputs: [summary([3, 200, 200], {possible: [0, 1]})],
        layers,
      })([4])
      widths.push(decode(Buffer.from(picture!.png, 'base64')).width)
    }
    expect(widths).toEqual([64, 31, 16])
    expect(asked).toEqual([4, 4, 4])
  })
})

import {describe, expect, it} from 'vitest'
import type {DataSet} from '../../src/checkpoint/data-types.js'
import {parsePerturbation, type PerturbationName} from '../../src/perturb/catalogue.js'
import {rotate, shift} from '../../src/perturb/images.js'
import {imageLayout} from '../../src/perturb/layout.js'
import {perturbNumbers} from '../../src/perturb/perturb.js'
import {random} from '../../src/stats/random.js'

const r = random(4)
const images = (rows: number): DataSet => ({
  rows,
  labels: new Int32Array(rows),
  inputFiles: [],
  inputs: [{name: 'inputs', shape: [rows, 6, 5], data: Uint8Array.from({length: rows * 30}, () => r.integer(256))}],
})
const anchors = Uint32Array.of(0, 1, 2)
const options = {seed: 3, imageShape: null, range: null}

describe('perturbed numbers', () => {
  it.each<[PerturbationName, number]>([
    ['noise', 0.5],
    ['shift', 2],
    ['rotate', 30],
    ['brightness', 0.9],
  ])('%s stays inside the range of bytes and changes the input', (name, strength) => {
    const data = images(8)
    const {data: copies, description} = perturbNumbers(data, {name, strength}, anchors, options)
    const values = copies.inputs[0]!.data as Float32Array
    expect(values.every((x) => x >= 0 && x <= 255)).toBe(true)
    expect(values.some((x, k) => x !== data.inputs[0]!.data[k])).toBe(true)
    expect(description.length).toBeGreaterThan(10)
  })

  it('a copy depends on its row, the seed and the anchors alone: other rows may change', () => {
    const data = images(8)
    const other = {
      ...data,
      inputs: [{...data.inputs[0]!, data: Uint8Array.from(data.inputs[0]!.data, (x, k) => (k < 5 * 30 ? x : 255 - x))}],
    }
    const row = (from: DataSet) =>
      perturbNumbers(from, {name: 'noise', strength: 0.2}, anchors, options).data.inputs[0]!.data.slice(3 * 30, 4 * 30)
    expect(row(other)).toEqual(row(data))
    expect(row(data)).not.toEqual(
      perturbNumbers(data, {name: 'noise', strength: 0.2}, anchors, {...options, seed: 4}).data.inputs[0]!.data.slice(
        3 * 30,
        4 * 30,
      ),
    )
  })

  it('refuses vectors where images are needed, and shapes that are none', () => {
    const data: DataSet = {
      rows: 2,
      labels: new Int32Array(2),
      inputFiles: [],
      inputs: [{name: 'inputs', shape: [2, 30], data: new Float32Array(60)}],
    }
    expect(() => perturbNumbers(data, {name: 'rotate', strength: 5}, Uint32Array.of(0), options)).toThrow(
      /needs images.*\[30\]/,
    )
    expect(() => imageLayout([30], [7, 5])).toThrow(/has 35 values, an example has 30/)
    expect(() => parsePerturbation('typo')).toThrow(/no perturbation 'typo'/)
    expect(() => parsePerturbation('shift:1.5')).toThrow(/whole number of pixels/)
    expect(() => parsePerturbation('noise:-1')).toThrow(/above 0/)
  })
})

describe('resampling', () => {
  const layout = {height: 9, width: 9, channels: 1, channelsLast: true}
  const fixed = (uniform: number, integers: number[] = []) => ({
    uniform: () => uniform,
    uniforms: (x: Float64Array) => void x.fill(uniform),
    integer: () => integers.shift()!,
    normal: () => 0,
    permutation: () => new Uint32Array(0),
  })

  it('a turn by 180° reverses the pixels, one by 0° keeps them', () => {
    const image = Float64Array.from({length: 81}, () => r.uniform())
    const turned = image.slice()
    rotate(layout, 180)(turned, fixed(1))
    turned.forEach((x, k) => expect(x).toBeCloseTo(image[80 - k]!, 9))
    const kept = image.slice()
    rotate(layout, 180)(kept, fixed(0.5))
    kept.forEach((x, k) => expect(x).toBeCloseTo(image[k]!, 9))
  })

  it('a shift moves each pixel and repeats the edge', () => {
    const image = Float64Array.from({length: 81}, (_, k) => k)
    shift(layout, 1)(image, fixed(0, [2, 0]))
    // One down, one to the left: pixel (y, x) comes from (y − 1, x + 1).
    expect([image[0], image[4 * 9 + 4], image[8]]).toEqual([1, 3 * 9 + 5, 8])
  })
})

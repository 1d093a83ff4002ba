import {encode} from 'fast-png'
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {readDataSet} from '../../src/checkpoint/index.js'
import {InputError, UsageError} from '../../src/errors.js'
import type {Note} from '../../src/frame/report.js'
import {temporaryFiles} from './files.js'

const {folder} = temporaryFiles()

function images(name: string, classes: Record<string, number[]>): string {
  for (const [label, levels] of Object.entries(classes)) {
    mkdirSync(join(folder, name, label), {recursive: true})
    levels.forEach((level, i) =>
      writeFileSync(
        join(folder, name, label, `${i}.png`),
        encode({width: 4, height: 4, data: new Uint8Array(48).fill(level), channels: 3}),
      ),
    )
  }
  return join(folder, name)
}
const onnx = (shape: number[] | null) => ({kind: 'onnx' as const, modelInputs: [{name: 'x', shape}]})

it('images in subfolders are one lazy input as the model takes it, labelled by folder', async () => {
  const path = images('set', {cat: [0, 51], dog: [255]})
  const notes: Note[] = []
  const data = await readDataSet(path, {}, onnx([-1, 3, 2, 2]), notes)
  expect([data.rows, data.format, [...data.labels], data.classNames]).toEqual([3, 'images', [0, 0, 1], ['cat', 'dog']])
  expect(data.inputs[0]).toMatchObject({name: 'inputs', shape: [3, 3, 2, 2], possible: [0, 1]})
  const second = data.inputs[0]!.read!(1, 2)
  expect([second.length, second[0], second[23]]).toEqual([24, expect.closeTo(0.2, 6), 1])
  expect(data.inputFiles[0]!.sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(notes.map(({code}) => code)).toEqual(['class-names'])
  const reversed = await readDataSet(
    path,
    {classes: ['dog', 'cat'], images: {range: [0, 255], channels: 1, size: [4, 4], layout: 'hwc'}},
    onnx(null),
  )
  expect([[...reversed.labels], reversed.inputs[0]!.shape, reversed.inputs[0]!.read!(0, 1)[0]]).toEqual([
    [0, 1, 1],
    [3, 4, 4, 1],
    expect.closeTo(255, 3),
  ])
})

it('what does not fit is said', async () => {
  const path = images('odd', {a: [1], b: [2]})
  await expect(readDataSet(path, {}, onnx([-1, 3, -1, -1]))).rejects.toThrow(/does not say which size/)
  await expect(readDataSet(path, {classes: ['c']}, onnx([-1, 3, 2, 2]))).rejects.toBeInstanceOf(UsageError)
  await expect(readDataSet(path, {images: {mean: [1, 2]}}, onnx([-1, 3, 2, 2]))).rejects.toThrow(
    /imageMean gives 2 numbers for 3 channels/,
  )
  mkdirSync(join(folder, 'none', 'sub'), {recursive: true})
  await expect(readDataSet(join(folder, 'none'), {}, onnx([-1, 3, 2, 2]))).rejects.toBeInstanceOf(InputError)
  writeFileSync(join(path, 'a', 'broken.png'), 'no image')
  const data = await readDataSet(path, {}, onnx([-1, 3, 2, 2]))
  expect(() => data.inputs[0]!.read!(0, 3)).toThrow(/broken.png: is plain text, not a PNG or JPEG image/)
})

it('an image that changed or vanished after its hash was taken is refused', async () => {
  const path = images('moving', {cat: [0, 51], dog: [255]})
  const data = await readDataSet(path, {}, onnx([-1, 3, 2, 2]), [])
  images('moving', {cat: [0, 52]})
  expect(() => data.inputs[0]!.read!(0, 1)).not.toThrow()
  expect(() => data.inputs[0]!.read!(1, 1)).toThrow(/1\.png: changed while it was read/)
  rmSync(join(path, 'dog', '0.png'))
  expect(() => data.inputs[0]!.read!(2, 1)).toThrow(/0\.png: cannot be read \(ENOENT\)/)
})

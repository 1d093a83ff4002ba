import {readFileSync} from 'node:fs'
import * as h5 from 'h5wasm'
import {describe, expect, it} from 'vitest'
import {hdf5Limits, type Hdf5Content, hdf5File, openHdf5} from '../../src/data/hdf5.js'
import {ReadingThread} from '../../src/data/reading-thread.js'
import {InputError} from '../../src/errors.js'
import {random} from '../../src/stats/random.js'
import {hdf5Bytes} from './hdf5-files.js'

const floats = (...values: number[]) => ({data: Float32Array.from(values), shape: [values.length]})
const sample = () =>
  hdf5Bytes({
    attributes: {title: 'states', order: ['h2', 'h10']},
    datasets: {
      h10: {data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3]},
      h2: floats(0.5, -1.5),
      labels: {data: BigInt64Array.of(1n, 0n), shape: [2]},
      packed: {data: new Float32Array(4000).fill(2), shape: [4000], compression: 9, chunks: [100]},
    },
    groups: {deep: {datasets: {w: {data: Int32Array.of(7, -8), shape: [2, 1]}}}},
  })

describe('HDF5', () => {
  it('data sets, attributes and groups, in natural order', async () => {
    const file = await openHdf5(await sample(), 'x.h5')
    expect(file.names).toEqual(['deep/w', 'h2', 'h10', 'labels', 'packed'])
    expect(file.read('h10')).toEqual({name: 'h10', shape: [2, 3], type: 'f8', data: Float64Array.of(1, 2, 3, 4, 5, 6)})
    expect([...(file.read('h2').data as Float32Array)]).toEqual([0.5, -1.5])
    expect(file.read('labels')).toMatchObject({type: 'i8', data: Float64Array.of(1, 0)})
    expect([...(file.read('deep/w').data as Int32Array)]).toEqual([7, -8])
    expect((file.read('packed').data as Float32Array).every((value) => value === 2)).toBe(true)
    expect([file.attribute('', 'title'), file.attribute('', 'order'), file.attribute('', 'none')]).toEqual([
      'states',
      ['h2', 'h10'],
      null,
    ])
    expect([file.members('deep'), file.members('none')]).toEqual([['w'], []])
    expect(() => file.read('gone')).toThrow(/has no data set gone, its data sets are deep\/w, h2/)
  })

  it('numbers of both byte orders are the same, and what holds no numbers is named', async () => {
    const bytes = readFileSync('fixtures/hdf5/byte-order.h5')
    const {read, names, unread} = await openHdf5(bytes, 'x.h5')
    expect(names).toHaveLength(18)
    for (const name of names) {
      expect([name, ...(read(name).data as Float64Array)]).toEqual([name, 1, name.includes('/u') ? 2 : -2, 258])
    }
    expect(unread).toEqual([
      {name: 'complex', shape: [3], reason: 'holds compound values (a table, or complex numbers), which is not read'},
    ])
    // 258 as big-endian fp64 is in the file: its byte order is what its name says.
    const last = Buffer.alloc(8)
    last.writeDoubleBE(258)
    expect(bytes.includes(last)).toBe(true)
  })

  it('texts of any layout and enumerations are read', async () => {
    const file = await openHdf5(readFileSync('fixtures/hdf5/texts.h5'), 'x.h5')
    const words = ['cat', 'dog', 'größe', 'cat']
    expect(file.read('any_length')).toEqual({name: 'any_length', shape: [4], type: 'U', data: words})
    expect(file.read('fixed').data).toEqual(words)
    expect(file.read('ascii').data).toEqual(['cat', 'dog', 'emu', 'cat'])
    expect(file.read('two_axes')).toMatchObject({shape: [2, 2], data: words})
    expect(file.read('one')).toMatchObject({shape: [], data: ['a title']})
    expect(file.read('numbered').type).toBe('i2')
    expect([...file.read('numbered').data]).toEqual([0, 1, 2, 0])
    expect(file.read('truth').type).toBe('b1')
    expect([...file.read('truth').data]).toEqual([1, 0])
    expect(file.unread.map(({name, reason}) => `${name} ${reason}`)).toEqual([
      'big_endian holds an enumeration in big-endian order, which is not read',
    ])
  })

  it('beyond the limits is refused', async () => {
    const bytes = await sample()
    await expect(openHdf5(bytes, 'x.h5', {...hdf5Limits(), maxObjects: 3, maxDepth: 9, maxBytes: 1e9})).rejects.toThrow(
      /more than 3 objects/,
    )
    await expect(
      openHdf5(bytes, 'x.h5', {...hdf5Limits(), maxObjects: 30, maxDepth: 0, maxBytes: 1e9}),
    ).rejects.toThrow(/more than 0 deep/)
    await expect(
      openHdf5(bytes, 'x.h5', {...hdf5Limits(), maxObjects: 30, maxDepth: 9, maxBytes: 100}),
    ).rejects.toThrow(/more than 100 bytes/)
  })

  it('that claims far more than it holds is refused before it is read', async () => {
    const file = new h5.File('/huge.h5', 'w')
    file.create_dataset({name: 'x', data: Float64Array.of(1), shape: [1], maxshape: [null], chunks: [1000]})
    ;(file.get('x') as h5.Dataset).resize([2 ** 27])
    file.close()
    const bytes = h5.FS!.readFile('/huge.h5')
    await expect(openHdf5(bytes, 'x.h5')).rejects.toThrow(/data set x: claims 1073741824 bytes in a file of \d+/)
  })

  it('cut off or changed is an input error or still a file', async () => {
    const bytes = await sample()
    const thread = new ReadingThread()
    const outcome = async (damaged: Uint8Array) => {
      try {
        const file = hdf5File(
          await thread.read<Hdf5Content>({
            format: 'hdf5',
            bytes: damaged,
            place: 'x.h5',
            limits: {...hdf5Limits(), maxSeconds: 10},
          }),
          'x.h5',
        )
        for (const name of file.names) file.read(name)
        return true
      } catch (error) {
        if (error instanceof InputError) return false
        throw error
      }
    }
    for (const length of [0, 7, 8, 100, 600, 2000, bytes.length - 1])
      expect(await outcome(bytes.subarray(0, length))).toBe(false)
    const seeded = random(6)
    let refused = 0
    for (let trial = 0; trial < 120; trial++) {
      const damaged = bytes.slice()
      for (let change = 0; change <= trial % 3; change++) damaged[seeded.integer(damaged.length)] = seeded.integer(256)
      if (!(await outcome(damaged))) refused++
    }
    await thread.close()
    expect(refused).toBeGreaterThan(5)
  })
})

import {parquetWriteBuffer} from 'hyparquet-writer'
import {describe, expect, it} from 'vitest'
import {parquetLimits, readParquet} from '../../src/data/parquet.js'
import {parquetColumns} from '../../src/data/parquet-columns.js'
import {InputError} from '../../src/errors.js'
import {random} from '../../src/stats/random.js'

type Column = Parameters<typeof parquetWriteBuffer>[0]['columnData'][number]
const write = (columnData: Column[], options: object = {}) =>
  new Uint8Array(parquetWriteBuffer({columnData, ...options}))
const read = (bytes: Uint8Array) => parquetColumns(bytes, 'x.parquet', parquetLimits())
const shown = (arrays: Awaited<ReturnType<typeof read>>) =>
  arrays.map(({name, shape, type, data}) => [name, shape, type, [...(data as Iterable<unknown>)]])

describe('Parquet', () => {
  it('leaves out the index that pandas stores, whatever it is called', async () => {
    const columns: Column[] = [
      {name: 'h', data: [1, 2], type: 'FLOAT'},
      {name: 'id', data: [7, 9], type: 'INT32'},
      {name: '__index_level_0__', data: [0, 1], type: 'INT32'},
    ]
    const names = async (bytes: Uint8Array) => (await read(bytes)).map(({name}) => name)
    expect(await names(write(columns))).toEqual(['h', 'id'])
    const pandas = (value: unknown) => ({kvMetadata: [{key: 'pandas', value: JSON.stringify(value)}]})
    expect(await names(write(columns, pandas({index_columns: ['id']})))).toEqual(['h'])
    expect(await names(write(columns.slice(0, 2), pandas({index_columns: [{kind: 'range'}]})))).toEqual(['h', 'id'])
    expect(await names(write(columns.slice(0, 2), {kvMetadata: [{key: 'pandas', value: '{'}]}))).toEqual(['h', 'id'])
  })

  it('columns of numbers and text, in the order of the file', async () => {
    const bytes = write([
      {name: 'loss', data: [0.5, 0.25, 1.5], type: 'DOUBLE'},
      {name: 'labels', data: [2n, 0n, 1n], type: 'INT64'},
      {name: 'half', data: [1.5, -2, 0], type: 'FLOAT'},
      {name: 'text', data: ['a', 'b', 'ü'], type: 'STRING'},
    ])
    expect(shown(await read(bytes))).toEqual([
      ['loss', [3], 'f8', [0.5, 0.25, 1.5]],
      ['labels', [3], 'f8', [2, 0, 1]],
      ['half', [3], 'f4', [1.5, -2, 0]],
      ['text', [3], 'U', ['a', 'b', 'ü']],
    ])
  })

  it('lists of one length, over several row groups', async () => {
    const rows = Array.from({length: 50}, (_, i) => [i, i / 2, -i])
    const schema = [
      {name: 'root', num_children: 1},
      {name: 'h', repetition_type: 'OPTIONAL' as const, num_children: 1, converted_type: 'LIST' as const},
      {name: 'list', repetition_type: 'REPEATED' as const, num_children: 1},
      {name: 'element', repetition_type: 'OPTIONAL' as const, type: 'FLOAT' as const},
    ]
    const bytes = write([{name: 'h', data: rows}], {schema, rowGroupSize: 16})
    expect(shown(await read(bytes))).toEqual([['h', [50, 3], 'f4', rows.flat()]])
    await expect(read(write([{name: 'h', data: [[1, 2], [3]]}], {schema}))).rejects.toThrow(
      /column h: has the shape \[1\] at row 1, \[2\] before/,
    )
  })

  it('one column for each dimension is one array; incomplete numbering is not', async () => {
    const column = (name: string, data: number[]): Column => ({name, data, type: 'FLOAT'})
    const joined = await read(
      write([
        column('h_1', [2, 5]),
        column('h_0', [1, 4]),
        column('h_2', [3, 6]),
        column('dense_1', [7, 8]),
        column('dense_2', [9, 9]),
      ]),
    )
    expect(shown(joined)).toEqual([
      ['h', [2, 3], 'f4', [1, 2, 3, 4, 5, 6]],
      ['dense_1', [2], 'f4', [7, 8]],
      ['dense_2', [2], 'f4', [9, 9]],
    ])
  })

  it('missing values are refused', async () => {
    await expect(read(write([{name: 'x', data: [1, null, 3], type: 'DOUBLE', nullable: true}]))).rejects.toThrow(
      /column x, row 1: has no value/,
    )
  })

  const two = () =>
    write([
      {name: 'x', data: Array.from({length: 40}, (_, i) => i % 3), type: 'DOUBLE'},
      {name: 'labels', data: Array.from({length: 40}, (_, i) => i % 2), type: 'INT32'},
    ])
  const outcome = (damaged: Uint8Array, reader: typeof parquetColumns = readParquet) =>
    reader(damaged, 'x.parquet', {...parquetLimits(), maxSeconds: 8}).then(
      () => 'read',
      (error: unknown) => {
        if (error instanceof InputError) return error.message
        throw error
      },
    )

  it('is read in a thread of its own, and cut off anywhere is an input error', async () => {
    expect(shown(await readParquet(two(), 'x.parquet')).map((array) => array.slice(0, 3))).toEqual([
      ['x', [40], 'f8'],
      ['labels', [40], 'f8'],
    ])
    const bytes = two()
    for (let length = 0; length < bytes.length; length += 3)
      expect(await outcome(bytes.subarray(0, length), parquetColumns)).not.toBe('read')
  })

  it('with a run that never ends is given up after the time limit', async () => {
    const bytes = two()
    // The header of the first bit-packed run: a negative number of values, which the library counts down from.
    bytes.set([113], 45)
    expect(await outcome(bytes)).toMatch(/takes longer than 9 s|cannot be read|is corrupt/)
  })

  it('with changed bytes is an input error or still a table', async () => {
    const seeded = random(5)
    const damaged = Array.from({length: 6}, (_, trial) => {
      const bytes = two()
      for (let change = 0; change <= trial % 3; change++) bytes[seeded.integer(bytes.length)] = seeded.integer(256)
      return bytes
    })
    const outcomes = []
    for (const bytes of damaged) outcomes.push(await outcome(bytes))
    expect(outcomes.filter((text) => text !== 'read').length).toBeGreaterThan(1)
  }, 120_000)

  it('beyond the limits is refused before anything is unpacked', async () => {
    const bytes = write([{name: 'x', data: new Array<number>(5000).fill(1), type: 'DOUBLE'}])
    await expect(parquetColumns(bytes, 'x.parquet', {...parquetLimits(), maxValues: 1000})).rejects.toThrow(
      /rows, the limit is 1000/,
    )
    await expect(parquetColumns(bytes, 'x.parquet', {...parquetLimits(), maxBytes: 10})).rejects.toThrow(
      /more than 10 bytes/,
    )
    await expect(parquetColumns(bytes, 'x.parquet', {...parquetLimits(), maxColumns: 0})).rejects.toThrow(
      /has 1 columns/,
    )
  })
})

import {parquetWriteBuffer} from 'hyparquet-writer'
import {expect, it} from 'vitest'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {conversionNotes, writeGraph} from '../../src/graph/write-graph.js'
import {testFolder} from './files.js'

const {put} = testFolder()
type Column = Parameters<typeof parquetWriteBuffer>[0]['columnData'][number]
const table = (name: string, columnData: Column[]) => put(name, new Uint8Array(parquetWriteBuffer({columnData})))
const edges = () =>
  table('edges.parquet', [
    {name: 'amount', data: [1.5, 2, 3], type: 'DOUBLE'},
    {name: 'payer', data: ['a,b', 'c', 'd'], type: 'STRING'},
    {name: 'payee', data: ['c', 'd', 'a,b'], type: 'STRING'},
  ])

it('edges, labels and features of Parquet tables, rows by the index of pandas', async () => {
  const labels = table('y.parquet', [
    {name: 'label', data: [5n, 7n, 5n], type: 'INT64'},
    {name: '__index_level_0__', data: ['d', 'c', 'a,b'], type: 'STRING'},
  ])
  const features = table('x.parquet', [
    {name: 'f_0', data: [1, 2, 3], type: 'FLOAT'},
    {name: 'f_1', data: [4, 5, 6], type: 'FLOAT'},
    {name: '__index_level_0__', data: ['d', 'c', 'a,b'], type: 'STRING'},
  ])
  const document = await readGraph(edges(), {labels, features})
  const {raw} = document
  expect([document.format, raw.nodeNames, Array.from(raw.edges)]).toEqual([
    'edge-list',
    ['a,b', 'c', 'd'],
    [0, 1, 1, 2, 2, 0],
  ])
  expect([Array.from(raw.labels!), raw.classNames]).toEqual([
    [0, 1, 0],
    [5, 7],
  ])
  expect(raw.features).toEqual({rows: 3, cols: 2, data: Float64Array.of(3, 6, 2, 5, 1, 4)})
  const result = normalise(document)
  expect(Buffer.from(writeGraph(document, result, Uint8Array.of(1, 0, 0), 'o.csv').bytes).toString()).toBe(
    'source,target,amount\nc,d,2\nd,"a,b",3\n',
  )
  expect(() => conversionNotes(document, result, 'o.parquet')).toThrow(/\.parquet is not a graph format/)
})

it('an index of other numbers than the rows is an id', async () => {
  const path = table('n.parquet', [
    {name: 'source', data: [0, 1, 2], type: 'INT32'},
    {name: 'target', data: [1, 2, 0], type: 'INT32'},
  ])
  const labels = table('ny.parquet', [
    {name: 'label', data: [8, 9, 8], type: 'INT32'},
    {name: '__index_level_0__', data: [2, 0, 1], type: 'INT32'},
  ])
  const {raw} = await readGraph(path, {labels})
  expect(Array.from(raw.labels!, (label) => raw.classNames![label])).toEqual([9, 8, 8])
})

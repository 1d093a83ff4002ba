import {describe, expect, it} from 'vitest'
import {writeNpy} from '../../src/data/npy.js'
import {writeNpz} from '../../src/data/npz.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import type {ReadOptions} from '../../src/graph/read-options.js'
import {array, plainNpz, testFolder} from './files.js'

const {put} = testFolder()
const edges = () => put('edges.csv', 'source,target\n0,1\n1,2\n')
const named = () => put('named.csv', 'source,target\nb,a\na,c\n')
const dense = (document: {raw: {features: unknown}}) => Array.from((document.raw.features as {data: Float64Array}).data)

describe('features, labels and split of their own', () => {
  it('npy features add the nodes without edges at the end', async () => {
    const features = put('f.npy', writeNpy(array('f', 'f4', [1, 2, 3, 4], [4, 1])))
    const document = await readGraph(edges(), {features})
    expect(document.raw.nodes).toBe(4)
    expect(dense(document)).toEqual([1, 2, 3, 4])
    expect(document.inputs.map(({path}) => path)).toEqual([edges(), features])
  })
  it('CSV with ids is matched by name, in any order', async () => {
    const features = put('f.csv', 'id,x,y\na,1,2\nb,3,4\nc,5,6\n')
    const labels = put('l.csv', 'node,label\nc,dog\nb,cat\na,dog\n')
    const document = await readGraph(named(), {features, labels})
    expect(document.raw.nodeNames).toEqual(['b', 'a', 'c'])
    expect(dense(document)).toEqual([3, 4, 1, 2, 5, 6])
    expect(document.raw.classNames).toEqual(['cat', 'dog'])
    expect(Array.from(document.raw.labels!)).toEqual([0, 1, 1])
  })
  it('CSV without ids is in order of the nodes, with or without a header', async () => {
    expect(dense(await readGraph(edges(), {features: put('g.csv', 'x,y\n1,2\n3,4\n5,6\n')}))).toEqual([
      1, 2, 3, 4, 5, 6,
    ])
    expect(dense(await readGraph(edges(), {features: put('h.csv', '1,2\n3,4\n5,6\n')}))).toEqual([1, 2, 3, 4, 5, 6])
    expect(Array.from((await readGraph(edges(), {labels: put('i.csv', 'label\n0\n1\n\n-1\n')})).raw.labels!)).toEqual([
      0, 1, -1,
    ])
  })
  it('a sparse matrix of scipy, and npz labels', async () => {
    const features = put(
      's.npz',
      writeNpz([
        array('format', 'S', ['csr'], []),
        array('shape', 'i8', [3, 2]),
        array('data', 'f8', [7, 8]),
        array('indices', 'i4', [1, 0]),
        array('indptr', 'i4', [0, 1, 1, 2]),
      ]),
    )
    const labels = put('l.npz', writeNpz([array('y', 'i4', [1, 0, 1])]))
    const {raw} = await readGraph(edges(), {features, labels})
    expect(raw.features).toMatchObject({rows: 3, cols: 2, values: Float64Array.of(7, 8)})
    expect(Array.from(raw.labels!)).toEqual([1, 0, 1])
  })
  it('a JSON split numbers the nodes of the file, or of its largest component', async () => {
    const graph = put('p.npz', plainNpz())
    const split = put('s.json', '{"idx_train": [2], "idx_val": [], "idx_test": [0]}')
    const cut = {largestComponent: true}
    const of = async (options: ReadOptions) => normalise(await readGraph(graph, options), cut).graph.split
    expect(await of({split})).toEqual({train: Uint32Array.of(2), validation: Uint32Array.of(), test: Uint32Array.of(0)})
    const shifted = put('q.csv', '9,8\n5,6\n6,7\n')
    const named = async (splitNumbers: 'file' | 'component') =>
      normalise(await readGraph(shifted, {split, splitNumbers, nodeIds: 'names'}), cut).graph
    expect((await named('component')).split?.train).toEqual(Uint32Array.of(2))
    expect((await named('component')).nodeNames).toEqual(['5', '6', '7'])
  })
  it('numeric ids that are mostly unused are names, in ascending order', async () => {
    const {raw} = await readGraph(put('r.csv', '31336,1061127\n35,31336\n'))
    expect(raw.nodeNames).toEqual(['35', '31336', '1061127'])
    expect(Array.from(raw.edges)).toEqual([1, 2, 0, 1])
  })

  it.each<[string, ReadOptions, RegExp]>([
    [
      'features',
      {features: put('bad1.npy', writeNpy(array('f', 'f4', [1, 2], [2, 1])))},
      /bad1\.npy: has 2 rows, but the node ids of .*edges\.csv run from 0 to 2, so which row belongs to which node/,
    ],
    [
      'flat features',
      {features: put('bad2.npy', writeNpy(array('f', 'f4', [1, 2, 3])))},
      /array features: has the shape \[3\], expected 2 dimensions/,
    ],
    [
      'labels',
      {labels: put('bad3.csv', 'label\n0\n1\n')},
      /bad3\.csv: has 2 rows, but the node ids of .*edges\.csv run from 0 to 2/,
    ],
    [
      'a value of features',
      {features: put('bad4.csv', 'x,y\n1,2\n3,\n5,6\n')},
      /bad4\.csv, line 3: row 1, column y is "", features are finite numbers/,
    ],
    [
      'NaN in the first row',
      {features: put('bad4b.csv', 'nan,1\n2,3\n4,5\n')},
      /bad4b\.csv, line 1: row 0, column 0 is "nan"/,
    ],
    [
      'a row of features',
      {features: put('bad5.csv', '1,2\n3\n5,6\n')},
      /bad5\.csv, line 2: has 1 values, the first row has 2/,
    ],
    [
      'a split',
      {split: put('bad6.json', '{"idx_train": [3]}')},
      /bad6\.json: element 0 of the train split is node 3, the graph has 3 nodes/,
    ],
    ['a split without lists', {split: put('bad7.json', '{"nodes": [1]}')}, /has none of idx_train, idx_val, idx_test/],
    [
      'a split of text',
      {split: put('bad8.json', '{"idx_train": ["a"]}')},
      /array idx_train: element 0 is "a", no node of the graph/,
    ],
    [
      'an image as features',
      {features: put('bad9.npy', '\x89PNG\r\n\x1a\n\0')},
      /bad9\.npy: is not a table of text, it looks like/,
    ],
  ])('refuses %s that does not fit', async (_, options, message) => {
    await expect(readGraph(edges(), options)).rejects.toThrow(message)
  })
  it('refuses features without a row for a node', async () => {
    await expect(readGraph(named(), {features: put('few.csv', 'id,x\na,1\nb,2\n')})).rejects.toThrow(
      /few\.csv: has no row for node c/,
    )
  })
})

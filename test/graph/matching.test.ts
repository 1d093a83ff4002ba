import {describe, expect, it} from 'vitest'
import {writeNpy} from '../../src/data/npy.js'
import {writeNpz} from '../../src/data/npz.js'
import type {GraphDocument} from '../../src/graph/document.js'
import {readGraph} from '../../src/graph/read-graph.js'
import type {ReadOptions} from '../../src/graph/read-options.js'
import {array, testFolder} from './files.js'

const {put} = testFolder()
/** What each node is called and what it is labelled, by name. */
const labelled = ({raw}: GraphDocument) =>
  Object.fromEntries(
    Array.from(raw.labels!, (label, node) => [
      raw.nodeNames?.[node] ?? String(node),
      label < 0 ? null : (raw.classNames?.[label] ?? label),
    ]),
  )
const refusal = (edges: string, options: ReadOptions) =>
  readGraph(edges, options).then(
    () => 'read',
    (error: Error) => error.message,
  )
const npy = (name: string, values: number[], shape = [values.length]) =>
  put(name, writeNpy(array('y', 'i8', values, shape)))

describe('rows without ids', () => {
  const text = put('text.csv', 'source,target\nn2,n0\nn0,n1\n')
  it('are refused beside names, unless the user says that they follow the file', async () => {
    const labels = npy('y3.npy', [5, 6, 7])
    expect(await refusal(text, {labels})).toMatch(
      /y3\.npy: its rows have no ids, and the nodes have names such as "n2"/,
    )
    expect(labelled(await readGraph(text, {labels, rowsInOrder: true}))).toEqual({n2: 5, n0: 6, n1: 7})
  })
  it('are refused beside the named nodes of JSON, but not where names are their numbers', async () => {
    const json = (ids: (string | number)[]) =>
      JSON.stringify({nodes: ids.map((id) => ({id})), links: [{source: ids[0], target: ids[1]}]})
    const labels = npy('y2.npy', [1, 0])
    expect(await refusal(put('named.json', json(['a', 'b'])), {labels})).toMatch(/its rows have no ids/)
    expect(await refusal(put('turned.json', json([1, 0])), {labels})).toMatch(/its rows have no ids/)
    expect(labelled(await readGraph(put('plain.json', json([0, 1])), {labels}))).toEqual({0: 1, 1: 0})
  })
  it('are matched by number, from 0 or from 1, where only one reading fits', async () => {
    const labels = npy('y4.npy', [3, 2, 1, 0])
    expect(labelled(await readGraph(put('from0.csv', '0,1\n1,3\n'), {labels}))).toEqual({0: 3, 1: 2, 2: 1, 3: 0})
    const one = await readGraph(put('from1.csv', '1,2\n2,4\n'), {labels})
    expect(labelled(one)).toEqual({1: 3, 2: 2, 3: 1, 4: 0})
    expect(one.notes.map(({code}) => code)).toContain('ids-from-one')
    const either = put('either.csv', '1,2\n2,3\n')
    expect(await refusal(either, {labels})).toMatch(/it is unclear whether id 1 is row 1 or row 0/)
    expect(labelled(await readGraph(either, {labels, firstId: 0}))).toEqual({0: 3, 1: 2, 2: 1, 3: 0})
    expect(labelled(await readGraph(either, {labels, firstId: 1}))).toEqual({1: 3, 2: 2, 3: 1, 4: 0})
    expect(
      await refusal(put('accounts.csv', '70001,70002\n70002,70003\n'), {labels: npy('y3b.npy', [1, 2, 3])}),
    ).toMatch(/which row belongs to which node is unknown/)
  })
})

describe('ids of rows', () => {
  const accounts = put('a.csv', 'payer,payee\n901,455\n455,777\n777,901\n')
  it.each([
    ['a column of any name', 'label,account\n0,777\n1,901\n0,455\n'],
    ['a column without a header', '777 0\n901 1\n455 0\n'],
    ['a column beside pandas’ index', ',account,label\n0,777,0\n1,901,1\n2,455,0\n'],
    ['numbers with a fraction of zero', 'account,label\n777.0,0\n901.0,1\n455.0,0\n'],
  ])('%s', async (_, content) => {
    expect(labelled(await readGraph(accounts, {labels: put('ids.csv', content)}))).toEqual({455: 0, 777: 0, 901: 1})
  })
  it('an array of ids beside the rows, of 64 bits too', async () => {
    const big = ['9007199254740993', '9007199254740992', '9007199254740994']
    const npz = new Map([
      ['labels', writeNpy(array('labels', 'i4', [1, 2, 0]))],
      ['ids', int64(big)],
    ])
    const labels = put('ids.npz', writeNpz([...npz].map(([name, bytes]) => ({name, npy: bytes}))))
    const edges = put('big.csv', `${big[0]},${big[1]}\n${big[1]},${big[2]}\n`)
    expect(labelled(await readGraph(edges, {labels}))).toEqual({[big[0]!]: 1, [big[1]!]: 2, [big[2]!]: 0})
  })
  it('are never features, nor is an index', async () => {
    const cols = async (content: string) =>
      (await readGraph(accounts, {features: put('f.csv', content)})).raw.features!.cols
    expect(await cols('account_id,f0,f1\n777,1,2\n901,3,4\n455,5,6\n')).toBe(2)
    expect(await cols(',account_id,f0\n0,777,1\n1,901,3\n2,455,5\n')).toBe(1)
    expect(await refusal(accounts, {features: put('f2.csv', 'account_id,f0\n777,1\n901,3\n999,5\n')})).toMatch(
      /f2\.csv: has no row for node 455/,
    )
    expect(await refusal(accounts, {features: put('f3.csv', 'account_id,f0\n1,1\n2,3\n3,5\n')})).toMatch(
      /column account_id looks like ids, but none of them is/,
    )
  })
  it('two columns that could be ids are refused, and --id-column decides', async () => {
    const features = put('two.csv', 'client,partner,f\n777,901,1\n901,455,2\n455,777,3\n')
    expect(await refusal(accounts, {features})).toMatch(/columns client and partner could both hold the ids/)
    const {raw} = await readGraph(accounts, {features, idColumn: 'partner', featureAttributes: ['f']})
    expect(Array.from((raw.features as {data: Float64Array}).data)).toEqual([2, 3, 1])
  })
  it('007 is not 7 where both occur, nor with idsAsText', async () => {
    const both = await readGraph(put('zeros.csv', 'source,target\n007,7\n7,8\n'))
    expect(both.raw.nodeNames).toEqual(['007', '7', '8'])
    const edges = put('zero.csv', 'source,target\n007,8\n8,9\n')
    const labels = put('stripped.csv', 'id,label\n7,0\n8,1\n9,1\n')
    expect(labelled(await readGraph(edges, {labels}))).toEqual({'007': 0, 8: 1, 9: 1})
    expect(labelled(await readGraph(edges, {labels, idsAsText: true}))).toEqual({'007': null, 8: 1, 9: 1})
  })
  it('rows of other nodes are left out, and named', async () => {
    const {notes} = await readGraph(accounts, {labels: put('more.csv', 'id,label\n777,0\n901,1\n455,0\n12,1\n')})
    expect(notes).toEqual([expect.objectContaining({code: 'rows-left-out', level: 'warning'})])
  })
  it('names from hostile words are names', async () => {
    const edges = put('proto.csv', 'source,target\n__proto__,constructor\nconstructor,toString\n')
    const labels = put('proto_y.csv', 'id,label\ntoString,a\n__proto__,b\nconstructor,a\n')
    expect(new Map(Object.entries(labelled(await readGraph(edges, {labels}))))).toEqual(
      new Map(Object.entries(JSON.parse('{"__proto__": "b", "constructor": "a", "toString": "a"}') as object)),
    )
  })
})

describe('labels', () => {
  const edges = put('e.csv', 'source,target\na,b\nb,c\nc,d\n')
  it('of some nodes only, and words that mean none', async () => {
    expect(labelled(await readGraph(edges, {labels: put('part.csv', 'id,label\nc,x\na,unknown\nb,NaN\n')}))).toEqual({
      a: null,
      b: null,
      c: 'x',
      d: null,
    })
  })
  it('with gaps are numbered without them, under their own numbers', async () => {
    const {raw} = await readGraph(edges, {labels: put('gaps.csv', 'id,label\na,0\nb,50\nc,1\nd,50\n')})
    expect([Array.from(raw.labels!), raw.classNames]).toEqual([
      [0, 2, 1, 2],
      [0, 1, 50],
    ])
  })
  it('are the column that says so, not a display name', async () => {
    const gephi = put('gephi.csv', 'Id,Label,timeset,modularity_class\na,Anna,,0\nb,Ben,,1\nc,Carl,,0\nd,Dora,,1\n')
    expect(labelled(await readGraph(edges, {labels: gephi}))).toEqual({a: 0, b: 1, c: 0, d: 1})
    const unclear = put('unclear.csv', 'id,p,q\na,0,1\nb,1,1\nc,0,0\nd,1,0\n')
    expect(await refusal(edges, {labels: unclear})).toMatch(/has 2 columns of labels, expected one: p, q/)
    expect(labelled(await readGraph(edges, {labels: unclear, labelAttribute: 'q'}))).toEqual({a: 1, b: 1, c: 0, d: 0})
  })
})

describe('splits', () => {
  const npz = (...others: Parameters<typeof array>[]) =>
    put(
      's.npz',
      writeNpz([
        array('edges', 'i4', [0, 1, 1, 2, 2, 3], [3, 2]),
        array('labels', 'i4', [0, 1, 0, 1]),
        ...others.map((one) => array(...one)),
      ]),
    )
  const train = async (path: string, options: ReadOptions = {}) =>
    Array.from((await readGraph(path, options)).raw.split?.train ?? [])
  it.each([
    ['a mask', ['train_mask', 'b1', [1, 0, 1, 0]]],
    ['a mask of integers', ['trainMask', 'i8', [1, 0, 1, 0]]],
    ['indices', ['index_train', 'i8', [0, 2]]],
    ['indices of another spelling', ['idxTrain', 'i4', [0, 2]]],
    ['a bool array of any name', ['train', 'b1', [1, 0, 1, 0]]],
  ] as [string, Parameters<typeof array>][])('%s', async (_, one) => {
    expect(await train(npz(one, ['test_mask', 'b1', [0, 1, 0, 0]]))).toEqual([0, 2])
  })
  it('masks of several splits, masks that do not fit and contradictions are refused', async () => {
    expect(await refusal(npz(['train_mask', 'b1', [1, 0, 1, 0, 0, 1, 0, 1], [4, 2]]), {})).toMatch(
      /2 splits, and it is unclear which one to use/,
    )
    expect(await refusal(npz(['train_mask', 'b1', [1, 0]]), {})).toMatch(/is a mask of 2 values, the graph has 4 nodes/)
    expect(await refusal(npz(['train_mask', 'b1', [1, 0, 1, 0]], ['train_idx', 'i4', [0, 1]]), {})).toMatch(
      /name different nodes for the train split/,
    )
  })
  it('files of their own: JSON with names, a csv with words', async () => {
    const edges = put('e2.csv', 'source,target\na,b\nb,c\nc,d\n')
    expect(await train(edges, {split: put('s.json', '{"train": ["c", "a"], "valid": [], "test": ["b"]}')})).toEqual([
      2, 0,
    ])
    expect(await train(edges, {split: put('s.csv', 'node,split\nd,train\na,test\nb,train\nc,val\n')})).toEqual([1, 3])
    expect(await refusal(edges, {split: put('s2.json', '{"train": [0, 1]}')})).toMatch(
      /element 0 is 0, no node of the graph/,
    )
  })
  it('attributes of nodes: flags and words', async () => {
    const json = (attributes: object[]) =>
      put(
        's3.json',
        JSON.stringify({
          nodes: attributes.map((one, id) => ({id, class: id % 2, ...one})),
          links: [
            {source: 0, target: 1},
            {source: 1, target: 2},
          ],
        }),
      )
    expect(await train(json([{train_mask: true}, {train_mask: false}, {train_mask: true}]))).toEqual([0, 2])
    expect(await train(json([{split: 'train'}, {split: 'test'}, {split: 'val'}]))).toEqual([0])
  })
})

const int64 = (values: string[]) => {
  const body = new BigInt64Array(values.map(BigInt))
  return Buffer.concat([
    writeNpy(
      array(
        'ids',
        'i8',
        values.map(() => 0),
      ),
    ).subarray(0, 128),
    Buffer.from(body.buffer),
  ])
}

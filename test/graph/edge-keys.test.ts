import {expect, it} from 'vitest'
import {edgeKeys} from '../../src/graph/edge-keys.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {testFolder} from './files.js'

const {put} = testFolder()
const keysOf = async (name: string, content: string) => {
  const document = await readGraph(put(name, content))
  return edgeKeys(document, normalise(document))
}

it.each([
  ['a.csv', 'transaction_id,payer,payee\nt1,a,b\nt2,b,c\nt3,b,a\nt4,c,c\n', ['t1;t3', 't2']],
  [
    'b.json',
    '{"directed":true,"nodes":[{"id":"a"},{"id":"b"}],"links":[{"source":"a","target":"b","key":0},{"source":"a","target":"b","key":1}]}',
    ['0;1'],
  ],
  [
    'c.graphml',
    '<graphml><graph><node id="a"/><node id="b"/><edge id="e7" source="a" target="b"/></graph></graphml>',
    ['e7'],
  ],
  ['d.csv', 'source,target,kind\na,b,x\nb,c,x\n', null],
])('%s: all records of an edge are named beside its score', async (name, content, keys) => {
  expect(await keysOf(name, content)).toEqual(keys)
})

import {gzipSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import type {ReadOptions} from '../../src/graph/read-options.js'
import {writeGraph} from '../../src/graph/write-graph.js'
import {testFolder} from './files.js'

const {put} = testFolder()
/** Edges by name, in the order of the file. */
const edgesOf = async (content: string | Uint8Array, options: ReadOptions = {}, name = 'x.csv') => {
  const {raw} = await readGraph(put(name, content), options)
  const node = (k: number) => raw.nodeNames?.[k] ?? String(k)
  return Array.from(
    {length: raw.edges.length / 2},
    (_, e) => `${node(raw.edges[2 * e]!)}-${node(raw.edges[2 * e + 1]!)}`,
  )
}
const refusal = (content: string | Uint8Array, options: ReadOptions = {}) =>
  readGraph(put('x.csv', content), options).then(
    () => 'read',
    (error: Error) => error.message,
  )

describe('columns by their meaning', () => {
  it.each([
    ['Neo4j', ':START_ID,amount:double,:END_ID,:TYPE\n0,40,3,PAYS\n0,48,4,PAYS\n', ['0-3', '0-4']],
    ['Neo4j with id spaces', ':TYPE,:END_ID(Person),:START_ID(Person)\nA,b,a\nA,c,b\n', ['a-b', 'b-c']],
    ['payer and payee', 'when,payee,payer\n1,b,a\n2,c,b\n', ['a-b', 'b-c']],
    ['source_id, anywhere', 'time,amount,source_id,target_id\n1,2,0,1\n2,2,1,2\n', ['0-1', '1-2']],
    [
      'families mixed',
      '"Source","Destination","Type","Source Label"\n"p0","p3","O","x, y"\n"p1","p4","O","x"\n',
      ['p0-p3', 'p1-p4'],
    ],
    ['1 and 2 behind one stem', 'txId1,txId2\n5,6\n6,7\n', ['5-6', '6-7']],
    ['semicolons and decimal commas', 'Source;Target;Weight\np0;p3;1,5\np3;p0;2,25\n', ['p0-p3', 'p3-p0']],
    ['bars', 'a|b|x\nc|d|x\nb|c|x\n', ['a-b', 'c-d', 'b-c']],
    [
      'a header that only the shape of the names tells',
      'owner,friend\nn1,n2\nn3,n4\nn5,n6\n',
      ['n1-n2', 'n3-n4', 'n5-n6'],
    ],
    ['words above numbers', 'one,other\n0,1\n1,2\n', ['0-1', '1-2']],
    ['SNAP', '# Directed graph\n# FromNodeId\tToNodeId\n0\t1\n1\t2\n', ['0-1', '1-2']],
    ['a header behind #', '#weight target source\n3 1 0\n4 2 1\n', ['0-1', '1-2']],
    ['the one pair of columns that shares its nodes', 'amount,who,whom\n5,a,b\n6,b,c\n7,c,a\n', ['a-b', 'b-c', 'c-a']],
  ])('%s', async (_, content, expected) => {
    expect(await edgesOf(content)).toEqual(expected)
  })
  it('weights with a decimal comma, and without a value', async () => {
    const {raw} = await readGraph(put('w.csv', 'Source;Target;Weight\np0;p3;1,5\np3;p0;\n'))
    expect(Array.from(raw.weights!)).toEqual([1.5, NaN])
  })
  it.each([
    [
      'two families',
      'from,to,source,target\n0,1,2,3\n1,2,3,4\n',
      /ends of an edge: "source" to "target" \(2 – 3; 3 – 4\), or "from" to "to" \(0 – 1; 1 – 2\)/,
    ],
    [
      'several pairs that share nodes',
      'p,q,r\na,b,c\nb,c,a\nc,a,b\n',
      /it is unclear which columns hold the ends of an edge: "p" to "q"/,
    ],
    [
      'a first row that could be an edge',
      'anna,ben\ncarl,dora\neva,finn\n',
      /whether the first row \(anna, ben\) names the columns or is an edge/,
    ],
  ])('refuses %s', async (_, content, message) => {
    const options = {header: content.startsWith('anna') ? undefined : true}
    expect(await refusal(content, options.header === undefined ? {} : {header: true})).toMatch(message)
  })
  it('says what was meant: columns by name or number, and --header', async () => {
    const content = 'p,q,r\na,b,c\nb,c,a\nc,a,b\n'
    expect(await edgesOf(content, {sourceColumn: 'r', targetColumn: 'p'})).toEqual(['c-a', 'a-b', 'b-c'])
    expect(await edgesOf('0,1,9\n1,2,9\n', {sourceColumn: '3', targetColumn: '2'})).toEqual(['9-1', '9-2'])
    expect(await edgesOf('anna,ben\ncarl,dora\n', {header: true})).toEqual(['carl-dora'])
    expect(await edgesOf('anna,ben\ncarl,dora\n', {header: false})).toEqual(['anna-ben', 'carl-dora'])
    await expect(readGraph(put('y.csv', content), {sourceColumn: 'z', targetColumn: 'p'})).rejects.toThrow(
      /has no column "z"/,
    )
  })
})

describe('lines that begin with #', () => {
  it('are records where their first field is a node, or only looks like a comment', async () => {
    expect(await edgesOf('source,target\nt0,#t1\n#t1,t0\n#t2,t0\n#t1,#t2\n')).toEqual([
      't0-#t1',
      '#t1-t0',
      '#t2-t0',
      '#t1-#t2',
    ])
    expect(await edgesOf('#a,#b\n#b,#c\n')).toEqual(['#a-#b', '#b-#c'])
  })
  it('are comments where they are records that were commented out, and named', async () => {
    const document = await readGraph(put('c.csv', 'source,target\na,b\n#b,c\n# made by hand, twice\nc,b\n'))
    expect(document.raw.edges.length / 2).toBe(2)
    expect(document.notes).toEqual([expect.objectContaining({code: 'hash-lines', level: 'warning'})])
  })
  it('stay in the file that is written', async () => {
    const content = 'source,target\n# one\nt0,#t1\n# two\n#t1,t2\nt2,t0\n'
    const document = await readGraph(put('d.csv', content))
    const result = normalise(document)
    const nothing = new Uint8Array(result.graph.edges.length / 2)
    expect(Buffer.from(writeGraph(document, result, nothing, 'o.csv').bytes).toString()).toBe(content)
    const pruned = Uint8Array.from(nothing, (_, e) =>
      Number(result.graph.edges[2 * e] === 1 || result.graph.edges[2 * e + 1] === 1),
    )
    expect(Buffer.from(writeGraph(document, result, pruned, 'o.csv').bytes).toString()).toBe(
      'source,target\n# one\n# two\nt2,t0\n',
    )
  })
})

describe('encodings', () => {
  const content = 'source,target\nÄnne,Børge\nBørge,中\n'
  const utf16 = (big: boolean) => {
    const bytes = Buffer.from(`\ufeff${content}`, 'utf16le')
    return big ? bytes.swap16() : bytes
  }
  it.each([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${content}`)],
    ['UTF-16, little-endian', utf16(false)],
    ['UTF-16, big-endian', utf16(true)],
    ['gzip of UTF-16', gzipSync(utf16(false))],
  ])('%s is read, and written in the same', async (what, bytes) => {
    const name = what.startsWith('gzip') ? 'e.csv.gz' : 'e.csv'
    expect(await edgesOf(bytes, {}, name)).toEqual(['Änne-Børge', 'Børge-中'])
    const document = await readGraph(put(name, bytes))
    const out = writeGraph(document, normalise(document), new Uint8Array(2), `o${name.slice(1)}`).bytes
    expect(Buffer.compare(out, bytes) === 0 || what.startsWith('gzip')).toBe(true)
  })
  it('another one is refused: guessing would change names', async () => {
    expect(await refusal(Buffer.from('source,target\nM\xfcller,b\n', 'latin1'))).toMatch(/is neither UTF-8 nor UTF-16/)
  })
})

import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {zipSync} from 'fflate'
import {afterAll, afterEach, describe, expect, it} from 'vitest'
import {ReportCache} from '../../src/cli/report-cache.js'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {writeFileAtomic} from '../../src/data/atomic-write.js'
import {gunzip} from '../../src/data/gzip.js'
import {MAX_JSON_DEPTH, parseJson} from '../../src/data/json.js'
import {LIMITS, setLimits} from '../../src/data/limits.js'
import {parseNpy, writeNpy} from '../../src/data/npy.js'
import {openNpz, writeNpz} from '../../src/data/npz.js'
import {openSafetensors} from '../../src/data/safetensors.js'
import {runsInSpreadsheet} from '../../src/data/spreadsheet.js'
import {readZipDirectory} from '../../src/data/zip.js'
import {InputError, UsageError} from '../../src/errors.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {visibleJson} from '../../src/frame/visible.js'
import type {AnyReport} from '../../src/documents/reports.js'
import {sanitizeSample} from '../render/samples/sanitize.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-hostile-'))
afterAll(() => rmSync(folder, {recursive: true}))
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const standard = {...LIMITS}
afterEach(() => void Object.assign(LIMITS, standard))
const refusal = (run: () => unknown): InputError => {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return error as InputError
  }
  throw new Error('nothing was refused')
}

/** The archive with the size that its directory states for its only entry changed. */
function claiming(bytes: Uint8Array, size: number): Uint8Array {
  const out = Buffer.from(bytes)
  out.writeUInt32LE(size, out.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + 24)
  return out
}
const npyOf = (shape: string, description = '<f8') => {
  const bytes = Buffer.from(writeNpy({name: 'a', shape: [1], type: 'f8', data: Float64Array.of(1)}))
  const text = bytes
    .toString('latin1', 10, 128)
    .trimEnd()
    .replace('(1,)', shape)
    .replace('<f8', description)
    .padEnd(117)
  return Buffer.concat([bytes.subarray(0, 10), Buffer.from(`${text}\n`, 'latin1'), bytes.subarray(128)])
}

describe('bombs', () => {
  it('a zip entry that claims more than deflate can hold is refused before it is unpacked', () => {
    const bomb = claiming(zipSync({'a.npy': new Uint8Array(1000)}), 2 ** 31)
    expect(refusal(() => readZipDirectory(bomb, 'x.npz')).message).toMatch(/claims 2147483648 bytes from \d+/)
  })
  it('zip and gzip beyond the limit name it and how to raise it, and are read when it is raised', () => {
    const zip = writeNpz([{name: 'a', shape: [1000], type: 'f8', data: new Float64Array(1000)}])
    setLimits('unpacked=1000')
    for (const run of [() => openNpz(zip, 'x.npz'), () => gunzip(gzipSync(new Uint8Array(2000)), 'x.gz')]) {
      const {message, nextSteps} = refusal(run)
      expect(message).toContain('more than 1000 bytes when unpacked, which is the limit')
      expect(nextSteps.join()).toContain('SURETY_LIMITS=unpacked=')
    }
    setLimits('unpacked=100000')
    expect(openNpz(zip, 'x.npz').read('a').data).toHaveLength(1000)
  })
  it.each(['../a.npy', '/a.npy', 'a/../../b.npy', 'a\\b.npy', 'a\u0001.npy'])(
    'a zip entry called %j is refused',
    (name) => {
      expect(refusal(() => readZipDirectory(zipSync({[name]: new Uint8Array(1)}), 'x.npz')).message).toContain(
        'has an entry with the name',
      )
    },
  )
  it('headers that promise terabytes are held against what follows', () => {
    expect(refusal(() => parseNpy(npyOf('(1099511627776,)'), 'a', 'x.npy')).message).toMatch(
      /needs 8796093022208 bytes, 8 follow/,
    )
    expect(refusal(() => parseNpy(npyOf('(9007199254740991, 9)'), 'a', 'x.npy')).message).toContain('corrupt header')
    const header = Buffer.from(JSON.stringify({a: {dtype: 'F64', shape: [2 ** 40], data_offsets: [0, 2 ** 43]}}))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    expect(refusal(() => openSafetensors(Buffer.concat([length, header]), 'x')).message).toMatch(
      /have 8796093022208 bytes, the file holds 0/,
    )
    length.writeBigUInt64LE(2n ** 60n)
    expect(refusal(() => openSafetensors(Buffer.concat([length, header]), 'x')).message).toContain(
      'is not a safetensors file',
    )
  })
  it('a graph that claims more nodes than the limit names it', async () => {
    const path = put(
      'nodes.npz',
      writeNpz([
        {name: 'edges', shape: [1, 2], type: 'i4', data: Int32Array.of(0, 1)},
        {name: 'num_nodes', shape: [1], type: 'i8', data: Float64Array.of(4e9)},
      ]),
    )
    await expect(readGraph(path)).rejects.toThrow('has 4000000000 nodes, the limit is 20000000')
    await expect(readGraph(path)).rejects.toMatchObject({
      nextSteps: [expect.anything(), expect.stringContaining('SURETY_LIMITS=nodes=')],
    })
  })
  it('limits are named, positive numbers', () => {
    setLimits('nodes=5e7, seconds=2')
    expect([LIMITS.nodes, LIMITS.seconds, LIMITS.edges]).toEqual([5e7, 2, standard.edges])
    for (const text of [
      'nodes',
      'nodes=',
      'nodes=-1',
      'nodes=many',
      'node=3',
      '__proto__=1',
      'toString=1',
      'nodes=1e400',
    ])
      expect(() => setLimits(text), text).toThrow(UsageError)
  })
})

describe('safetensors that overlap', () => {
  const file = (offsets: [number, number][]) => {
    const header = Buffer.from(
      JSON.stringify(
        Object.fromEntries(offsets.map((at, k) => [`t${k}`, {dtype: 'U8', shape: [at[1] - at[0]], data_offsets: at}])),
      ),
    )
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    return Buffer.concat([length, header, new Uint8Array(8)])
  }
  it.each<[string, [number, number][]]>([
    [
      'in part',
      [
        [0, 5],
        [4, 8],
      ],
    ],
    [
      'wholly',
      [
        [0, 8],
        [0, 8],
      ],
    ],
    [
      'not at all, with a gap',
      [
        [0, 3],
        [4, 8],
      ],
    ],
  ])('%s are refused', (_, offsets) => {
    expect(refusal(() => openSafetensors(file(offsets), 'x')).message).toContain('tensors overlap or leave a gap')
  })
})

describe('JSON', () => {
  it('is read to the limit of its depth and refused beyond it, brackets in text not counted', () => {
    const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))
    expect(parseJson(nested(MAX_JSON_DEPTH), 'x')).toBeInstanceOf(Array)
    expect(refusal(() => parseJson(nested(MAX_JSON_DEPTH + 1), 'x')).message).toBe(
      `x, byte ${MAX_JSON_DEPTH}: is nested deeper than ${MAX_JSON_DEPTH}, which is the limit`,
    )
    expect(refusal(() => parseJson(Buffer.from('{"a":'.repeat(100_000)), 'x')).message).toContain('is nested deeper')
    expect(parseJson(Buffer.from(JSON.stringify({a: '['.repeat(1000), 'b\\"': '{'.repeat(1000)})), 'x')).toHaveProperty(
      'a',
    )
  })
  it('keys of every object pollute nothing, in graphs and models too', async () => {
    const hostile = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'
    parseJson(Buffer.from(hostile), 'x')
    const graph = await readGraph(
      put(
        'proto.json',
        `{"nodes": [{"id": "__proto__", "__proto__": {"label": "x"}}, {"id": "constructor"}], "links": [{"source": "__proto__", "target": "constructor", "__proto__": {"weight": 9}}]}`,
      ),
    )
    expect(graph.raw.nodeNames).toEqual(['__proto__', 'constructor'])
    expect(graph.raw.weights).toBeNull()
    await readGraph(
      put(
        'proto.graphml',
        '<graphml><key id="k" for="node" attr.name="__proto__" attr.type="string"/><graph><node id="a"><data key="k">x</data></node><node id="b"/><edge source="a" target="b"/></graph></graphml>',
      ),
    )
    expect(({} as {polluted?: number}).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})

describe('XML', () => {
  it.each([
    [
      'billion laughs',
      '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><graphml><graph><node id="&b;"/></graph></graphml>',
    ],
    [
      'an external entity',
      '<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]><graphml><graph><node id="&x;"/></graph></graphml>',
    ],
    ['a parameter entity', '<!DOCTYPE g [<!ENTITY % x SYSTEM "http://example.org/x"> %x;]><graphml><graph/></graphml>'],
  ])('%s is refused with its DOCTYPE', async (_, content) => {
    await expect(readGraph(put('x.graphml', content))).rejects.toThrow('has a DOCTYPE, which is refused')
  })
  it('an entity that is not declared, and nesting without end, are refused', async () => {
    await expect(
      readGraph(put('y.graphml', '<graphml><graph><node id="&x;"/></graph></graphml>')),
    ).rejects.toBeInstanceOf(InputError)
    await expect(readGraph(put('z.graphml', `<graphml>${'<a>'.repeat(1e5)}`))).rejects.toThrow(
      'is nested deeper than 64',
    )
  })
})

describe('code in files', () => {
  it('object arrays and pickles are never unpickled', async () => {
    expect(refusal(() => parseNpy(npyOf('(1,)', '|O8'), 'a', 'x.npy')).message).toContain(
      '(a Python pickle), which is never unpickled',
    )
    await expect(openCheckpoint(put('m.pt', Buffer.from('\x80\x02c__builtin__\neval\n.', 'latin1')))).rejects.toThrow(
      'a Python pickle, which is never unpickled',
    )
  })
})

describe('links and paths', () => {
  it('weights outside of the folder of their model are not read', async () => {
    mkdirSync(join(folder, 'model'))
    put('secret.bin', new Uint8Array(16))
    for (const name of ['../secret.bin', 'a/../../secret.bin', join(folder, 'secret.bin')]) {
      writeFileSync(
        join(folder, 'model', 'model.json'),
        JSON.stringify({modelTopology: {}, weightsManifest: [{paths: [name], weights: []}]}),
      )
      await expect(openCheckpoint(join(folder, 'model')), name).rejects.toThrow('outside of its own folder')
    }
  })
  it('an output that is a link replaces what it points to; an entry of a cache replaces the link', async () => {
    const [kept, link] = [put('kept', 'old'), join(folder, 'link')]
    symlinkSync(kept, link)
    await writeFileAtomic(link, 'new')
    expect(readFileSync(kept, 'utf8')).toBe('new')
    await writeFileAtomic(link, 'entry', {replaceLink: true})
    expect([readFileSync(kept, 'utf8'), readFileSync(link, 'utf8')]).toEqual(['new', 'entry'])
  })
  it('a cache writes through no link that stands where its entry goes', async () => {
    const run = {command: 'sanitize', path: 'no-such-file', options: {}}
    const report = (): Promise<AnyReport> => Promise.resolve({...sanitizeSample(), inputs: []})
    const [first, second, victim] = [join(folder, 'cache-1'), join(folder, 'cache-2'), put('victim', 'mine')]
    await new ReportCache(first, 'cpu').through(run, report)
    mkdirSync(second)
    const [entry] = readdirSync(first)
    symlinkSync(victim, join(second, entry!))
    await new ReportCache(second, 'cpu').through(run, report)
    expect(readFileSync(victim, 'utf8')).toBe('mine')
    expect(readFileSync(join(second, entry!), 'utf8')).toContain('"command": "sanitize"')
  })
})

describe('text from files', () => {
  it.each(['=1+1', '+SUM(A1)', '-2+cmd', '@x', '\t=1', '\r=1', '\n=1', '\uff1d1', '-', '+'])(
    '%j is a formula',
    (text) => expect(runsInSpreadsheet(text)).toBe(true),
  )
  it.each(['', 'a=1', '-5', '+3.5', '-1e-7', '-.5', ' =1', '7'])('%j is none', (text) =>
    expect(runsInSpreadsheet(text)).toBe(false),
  )
  it('JSON for a terminal holds no character that it acts on, and is the same JSON', () => {
    const value = {a: 'x\u001b[31m\u009b31m\u202e\u2028\ufeffé', '\u0085': ['\ud800']}
    const json = visibleJson(JSON.stringify(value, null, 2))
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028\ufeff]/)
    expect(JSON.parse(json)).toEqual(value)
  })
})

import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, describe, expect, it} from 'vitest'
import {writeFileAtomic} from '../../src/data/atomic-write.js'
import {gunzip, gzip} from '../../src/data/gzip.js'
import {parseJson} from '../../src/data/json.js'
import {readInput} from '../../src/data/read-file.js'
import {describeContent, sniffContent} from '../../src/data/sniff.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-data-'))
afterAll(() => rmSync(folder, {recursive: true}))
const at = (name: string) => join(folder, name)

describe('readInput', () => {
  it('gives bytes, size and the known sha256 of abc', async () => {
    writeFileSync(at('abc'), 'abc')
    const {bytes, file} = await readInput(at('abc'))
    expect(Buffer.from(bytes).toString()).toBe('abc')
    expect(file).toEqual({path: at('abc'), bytes: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'})
  })
  it('says what is wrong with a path', async () => {
    mkdirSync(at('folder'))
    writeFileSync(at('empty'), '')
    await expect(readInput(at('absent'))).rejects.toThrow(/absent: there is no such file/)
    await expect(readInput(at('folder'))).rejects.toThrow(/is a folder/)
    await expect(readInput(at('empty'))).rejects.toThrow(/is empty/)
    await expect(readInput(at('abc'), 2)).rejects.toThrow(/has 3 bytes, the limit is 2/)
    await expect(readInput(at('absent'))).rejects.toMatchObject({exitCode: 2, nextSteps: [expect.any(String)]})
  })
})

describe('writeFileAtomic', () => {
  it('replaces a file and leaves nothing else', async () => {
    mkdirSync(at('out'))
    await writeFileAtomic(at('out/a'), 'one')
    await writeFileAtomic(at('out/a'), Buffer.from('two'))
    expect(readFileSync(at('out/a'), 'utf8')).toBe('two')
    expect(readdirSync(at('out'))).toEqual(['a'])
  })
  it('leaves nothing behind when the target cannot be written', async () => {
    mkdirSync(at('out/dir'))
    await expect(writeFileAtomic(at('out/dir'), 'x')).rejects.toThrow(/out\/dir: cannot be written/)
    await expect(writeFileAtomic(at('nowhere/a'), 'x')).rejects.toThrow(/its folder does not exist/)
    expect(readdirSync(at('out')).sort()).toEqual(['a', 'dir'])
  })
})

describe('gzip', () => {
  it('unpacks, passes plain data through and refuses damage', () => {
    expect(Buffer.from(gunzip(gzip(Buffer.from('a,b')), 'f')).toString()).toBe('a,b')
    expect(Buffer.from(gunzip(Buffer.from('a,b'), 'f')).toString()).toBe('a,b')
    expect(() => gunzip(gzipSync('abcdefgh').subarray(0, 15), 'f.gz')).toThrow('f.gz: is truncated or corrupt gzip data')
    expect(() => gunzip(gzipSync(Buffer.alloc(5000)), 'f.gz', 100)).toThrow('needs more than 100 bytes')
  })
})

describe('parseJson', () => {
  it('names line and column', () => {
    expect(() => parseJson(Buffer.from('{"a": 1,\n  b}'), 'f.json')).toThrow(/f\.json, line 2, column 3: is no valid JSON/)
    expect(() => parseJson(Buffer.from('{"a": [1'), 'f.json')).toThrow(/no valid JSON/)
  })
  it('keeps __proto__ harmless', () => {
    parseJson(Buffer.from('{"__proto__": {"polluted": 1}}'), 'f')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

it.each([
  ['PK\x03\x04...', 'zip', 'a zip archive such as npz'],
  ['\uFEFF <?xml version="1.0"?>\n<graphml>', 'graphml', 'GraphML'],
  ['<gexf version="1.2">', 'gexf', 'GEXF'],
  ['<!DOCTYPE html><html>', 'xml', 'an HTML page'],
  [' {"a": 1}', 'json', 'JSON text'],
  ['source,target\n0,1', 'text', 'plain text'],
  ['a\x00b', 'binary', 'binary data'],
  ['version https://git-lfs.github.com/spec/v1', 'text', 'a Git LFS pointer, not the file itself'],
  ['', 'empty', 'an empty file'],
])('content of %j', (text, content, words) => {
  expect(sniffContent(Buffer.from(text))).toBe(content)
  expect(describeContent(Buffer.from(text))).toBe(words)
})

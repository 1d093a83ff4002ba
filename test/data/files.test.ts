import {spawnSync} from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, describe, expect, it} from 'vitest'
import {checkWritable, writeFileAtomic} from '../../src/data/atomic-write.js'
import {gunzip, gzip} from '../../src/data/gzip.js'
import {parseJson} from '../../src/data/json.js'
import {readAgain, readInput} from '../../src/data/read-file.js'
import {describeContent, sniffContent} from '../../src/data/sniff.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-data-'))
afterAll(() => rmSync(folder, {recursive: true}))
const at = (name: string) => join(folder, name)

describe('readInput', () => {
  it('gives bytes, size and the known sha256 of abc', async () => {
    writeFileSync(at('abc'), 'abc')
    const {bytes, file} = await readInput(at('abc'))
    expect(Buffer.from(bytes).toString()).toBe('abc')
    expect(file).toEqual({
      path: at('abc'),
      bytes: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    })
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
  it('refuses a file that is written to while it is read, and gives it when it is at rest', async () => {
    writeFileSync(at('growing'), 'x'.repeat(1000))
    let isRead = false
    const read = readInput(at('growing')).finally(() => (isRead = true))
    const writer = (async () => {
      while (!isRead) {
        appendFileSync(at('growing'), 'y')
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await expect(read).rejects.toThrow(/growing: changed while it was read/)
    await writer
    expect((await readInput(at('growing'))).bytes.length).toBeGreaterThan(1000)
  })
  it('a second reading gives the same bytes or is refused', async () => {
    writeFileSync(at('twice'), 'one')
    const {file} = await readInput(at('twice'))
    expect(Buffer.from(await readAgain(file)).toString()).toBe('one')
    writeFileSync(at('twice'), 'two')
    await expect(readAgain(file)).rejects.toThrow(/twice: changed while it was read/)
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
  it('keeps the permissions of the old file, and a link stays a link', async () => {
    mkdirSync(at('kept'))
    writeFileSync(at('kept/secret'), 'old')
    chmodSync(at('kept/secret'), 0o600)
    symlinkSync('secret', at('kept/link'))
    await writeFileAtomic(at('kept/link'), 'new')
    expect(lstatSync(at('kept/link')).isSymbolicLink()).toBe(true)
    expect(readFileSync(at('kept/secret'), 'utf8')).toBe('new')
    expect(statSync(at('kept/secret')).mode & 0o777).toBe(0o600)
  })
  it.skipIf(!existsSync('/dev/zero'))('reads no device, which may have no end', async () => {
    await expect(readInput('/dev/zero')).rejects.toThrow('/dev/zero: is a device, not a file')
  })
  it.skipIf(!existsSync('/dev/full'))(
    'writes to a device and never replaces it; a full one is an error with a next step',
    async () => {
      await checkWritable('/dev/null')
      await writeFileAtomic('/dev/null', 'gone')
      expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
      await expect(writeFileAtomic('/dev/full', 'x')).rejects.toThrow('/dev/full: cannot be written: the disk is full')
      await expect(writeFileAtomic('/dev/full', 'x')).rejects.toMatchObject({
        exitCode: 2,
        nextSteps: [expect.stringContaining('make room')],
      })
      expect(statSync('/dev/full').isCharacterDevice()).toBe(true)
    },
  )
  it('removes what a killed process left, once that is old, and nothing else', async () => {
    mkdirSync(at('left'))
    const names = ['.a.0123456789ab.tmp', '.a.ba9876543210.tmp', '.b.0123456789ab.tmp', '.a.mine.tmp']
    for (const name of names) writeFileSync(at(`left/${name}`), 'half')
    const old = new Date(Date.now() - 11 * 60_000)
    for (const name of names.filter((name) => name !== names[1])) utimesSync(at(`left/${name}`), old, old)
    await writeFileAtomic(at('left/a'), 'whole')
    expect(readdirSync(at('left')).sort()).toEqual(['.a.ba9876543210.tmp', '.a.mine.tmp', '.b.0123456789ab.tmp', 'a'])
  })
  // The limit of a file's size stands for a disk that becomes full in the middle of a write.
  it.skipIf(process.platform === 'win32')(
    'a write that ends in the middle leaves the old file and no temporary one',
    () => {
      mkdirSync(at('limited'))
      writeFileSync(at('limited/a'), 'old')
      const script = `import {writeFileAtomic} from ${JSON.stringify(new URL('../../dist/src/data/atomic-write.js', import.meta.url).href)}; await writeFileAtomic(process.argv[1], Buffer.alloc(2 ** 22)).catch((error) => console.log(error.message))`
      const {stdout} = spawnSync(
        'bash',
        [
          '-c',
          'ulimit -f 1024; exec "$0" "$@"',
          process.execPath,
          '--input-type=module',
          '-e',
          script,
          at('limited/a'),
        ],
        {encoding: 'utf8'},
      )
      expect(stdout).toMatch(/a: cannot be written: it would be larger than a file may be/)
      expect(readdirSync(at('limited'))).toEqual(['a'])
      expect(readFileSync(at('limited/a'), 'utf8')).toBe('old')
    },
  )
})

describe('gzip', () => {
  it('unpacks, passes plain data through and refuses damage', () => {
    expect(Buffer.from(gunzip(gzip(Buffer.from('a,b')), 'f')).toString()).toBe('a,b')
    expect(Buffer.from(gunzip(Buffer.from('a,b'), 'f')).toString()).toBe('a,b')
    expect(() => gunzip(gzipSync('abcdefgh').subarray(0, 15), 'f.gz')).toThrow(
      'f.gz: is truncated or corrupt gzip data',
    )
    expect(() => gunzip(gzipSync(Buffer.alloc(5000)), 'f.gz', 100)).toThrow('needs more than 100 bytes')
  })
})

describe('parseJson', () => {
  it('names line and column', () => {
    expect(() => parseJson(Buffer.from('{"a": 1,\n  b}'), 'f.json')).toThrow(
      /f\.json, line 2, column 3: is not valid JSON/,
    )
    expect(() => parseJson(Buffer.from('{"a": [1'), 'f.json')).toThrow(/not valid JSON/)
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

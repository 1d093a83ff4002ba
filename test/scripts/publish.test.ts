import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'surety-publish-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const manifest = readFileSync('package.json', 'utf8')

describe('publishing', () => {
  it('is refused while an address of the package is a placeholder, and only then', () => {
    const check = (text: string) => {
      writeFileSync(join(folder, 'package.json'), text)
      return spawnSync(process.execPath, [resolve('scripts/check-publish.mjs')], {cwd: folder, encoding: 'utf8'})
    }
    const set = check(manifest.replaceAll('OWNER', 'somebody'))
    expect([set.status, set.stderr]).toEqual([0, ''])
    const first = check(manifest.replaceAll('OWNER', 'somebody').replace('somebody/surety#', 'OWNER/surety#'))
    expect([first.status, first.stderr]).toEqual([1, expect.stringContaining('homepage still name OWNER')])
    const {scripts} = JSON.parse(manifest) as {scripts: Record<string, string>}
    expect(scripts['prepublishOnly']).toBe('node scripts/check-publish.mjs')
  })

  it('ships no link to a placeholder, and none that its repository cannot follow', () => {
    const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      shell: process.platform === 'win32',
    })
    const [{files}] = JSON.parse(packed.stdout) as [{files: {path: string}[]}]
    const paths = files.map(({path}) => path)
    expect(paths).toEqual(
      expect.arrayContaining(['README.md', 'templates/surety.py', 'schemas/attestation.schema.json']),
    )
    const texts = paths.filter((path) => /\.(md|json|yml|py|ts|js)$/.test(path) && path !== 'package.json')
    const placeholders = texts.filter((path) => /https?:\/\/[^\s)"']*OWNER/.test(readFileSync(path, 'utf8')))
    expect(placeholders).toEqual([])
    const broken = texts
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...readFileSync(path, 'utf8').matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
          .map(([, target]) => target!)
          .filter((target) => !existsSync(join(dirname(path), target)))
          .map((target) => `${path}: ${target}`),
      )
    expect(broken).toEqual([])
  }, 60_000)
})

import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {licencesText, packagesOf, readLock, refusedLicences, withInstallScript} from '../../scripts/licences.js'

interface Package {
  dependencies: Record<string, string>
  optionalDependencies: Record<string, string>
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}

const lock = readLock()
const own = JSON.parse(readFileSync('package.json', 'utf8')) as Package
const locked = (change: Record<string, object>) => ({packages: {'': {}, ...change}})

describe('what surety depends on', () => {
  it('is asked for by exact versions, which are those of the lock file', () => {
    for (const [name, version] of Object.entries({
      ...own.dependencies,
      ...own.optionalDependencies,
      ...own.devDependencies,
    })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version)
    }
  })

  it('is locked by the hash of its content, every package', () => {
    const loose = packagesOf(lock)
      .filter(([, {integrity}]) => integrity?.startsWith('sha512-') !== true)
      .map(([name]) => name)
    expect(packagesOf(lock).length).toBeGreaterThan(300)
    expect(loose).toEqual([])
  })

  it('runs no install script that package.json does not speak about, and only one of them', () => {
    expect(Object.keys(own.allowScripts).sort()).toEqual(withInstallScript(lock))
    expect(
      Object.entries(own.allowScripts)
        .filter(([, allowed]) => allowed)
        .map(([name]) => name),
    ).toEqual(['@tensorflow/tfjs-node-gpu'])
    // None of those is needed: what has one is optional, or a tool of development.
    for (const [name, {hasInstallScript, optional, dev}] of packagesOf(lock))
      if (hasInstallScript) expect(optional ?? dev, name).toBe(true)
  })

  it('has licences of the list, which docs/licences.md shows', () => {
    expect(refusedLicences(lock)).toEqual([])
    expect(readFileSync('docs/licences.md', 'utf8')).toBe(licencesText(lock))
  })

  it('would be refused with another licence, or with one that is nowhere to be read', () => {
    expect(refusedLicences(locked({'node_modules/a': {version: '1.0.0', license: 'GPL-3.0'}}))).toEqual([
      'a 1.0.0: GPL-3.0',
    ])
    expect(refusedLicences(locked({'node_modules/a': {version: '1.0.0', license: 'MIT AND GPL-3.0'}}))).toHaveLength(1)
    expect(refusedLicences(locked({'node_modules/a': {version: '1.0.0', license: '(GPL-3.0 OR MIT)'}}))).toEqual([])
    expect(
      refusedLicences(locked({'node_modules/a/node_modules/@b/c': {version: '1.0.0', license: 'MPL-2.0'}})),
    ).toEqual(['@b/c 1.0.0: MPL-2.0'])
    expect(
      refusedLicences(
        locked({
          'node_modules/a': {version: '1.0.0', license: 'MPL-2.0', dev: true},
          'node_modules/b': {version: '1.0.0'},
          'node_modules/c': {version: '1.0.0', license: 'SEE LICENSE IN x'},
        }),
      ),
    ).toHaveLength(2)
  })
})

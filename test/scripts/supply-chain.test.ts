import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {partNames, PARTS} from '../../src/packages.js'
import {
  groupsOf,
  licencesText,
  packagesOf,
  readLock,
  refusedLicences,
  withInstallScript,
} from '../../scripts/licences.js'

interface Package {
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
  peerDependenciesMeta: Record<string, {optional: boolean}>
  optionalDependencies?: object
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}

const lock = readLock()
const own = JSON.parse(readFileSync('package.json', 'utf8')) as Package
const bytesOf = (folder: string): number =>
  readdirSync(folder, {withFileTypes: true}).reduce((sum, entry) => {
    const path = join(folder, entry.name)
    if (entry.name === 'node_modules') return sum
    return sum + (entry.isDirectory() ? bytesOf(path) : statSync(path).size)
  }, 0)
const locked = (change: Record<string, object>) => ({packages: {'': {}, ...change}})

describe('what surety depends on', () => {
  it('is asked for by exact versions, which are those of the lock file', () => {
    for (const [name, version] of Object.entries({
      ...own.dependencies,
      ...own.devDependencies,
    })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version)
    }
  })

  it('is small: every part that a run may do without is an optional peer, which npm installs for nobody', () => {
    expect(own.optionalDependencies).toBeUndefined()
    expect(Object.keys(own.peerDependenciesMeta)).toEqual(Object.keys(own.peerDependencies))
    expect(Object.values(own.peerDependenciesMeta).every(({optional}) => optional)).toBe(true)
    const parts = partNames.flatMap((name) => PARTS[name].packages)
    expect([...parts].sort()).toEqual(Object.keys(own.peerDependencies).sort())
    // The lock has them for the tests, but for CUDA, whose download may be blocked.
    for (const name of parts.filter((each) => each !== '@tensorflow/tfjs-node-gpu'))
      expect(own.devDependencies[name], name).toBe(own.peerDependencies[name]!.slice(1))
    const {base} = groupsOf(lock)
    const places = Object.keys(base.packages)
    expect(places.length + 1).toBeLessThanOrEqual(60)
    const megabytes = places.reduce((sum, place) => sum + bytesOf(place), 0) / 1e6
    expect(megabytes).toBeGreaterThan(5)
    expect(megabytes).toBeLessThan(60 - 10)
  })

  it('is locked by the hash of its content, every package', () => {
    const loose = packagesOf(lock)
      .filter(([, {integrity}]) => integrity?.startsWith('sha512-') !== true)
      .map(([name]) => name)
    expect(packagesOf(lock).length).toBeGreaterThan(300)
    expect(loose).toEqual([])
  })

  it('runs no install script, and package.json says so of each', () => {
    expect(Object.keys(own.allowScripts).sort()).toEqual(withInstallScript(lock))
    expect(Object.values(own.allowScripts)).not.toContain(true)
    expect(withInstallScript(groupsOf(lock).base)).toEqual([])
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

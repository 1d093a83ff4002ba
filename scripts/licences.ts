// npx tsx scripts/licences.ts: writes docs/licences.md from package-lock.json.
import {readFileSync, writeFileSync} from 'node:fs'
import {resolve} from 'node:path'

export interface Lock {
  packages: Record<string, LockedPackage>
}

interface LockedPackage {
  version?: string
  license?: string
  integrity?: string
  resolved?: string
  dev?: boolean
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  hasInstallScript?: boolean
}

/**
 * Licences that ask for no more than that their text is kept. Of alternatives (OR) one is enough, of several (AND) all
 * are needed.
 */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT']
/**
 * Tools of development only, which no user installs: MPL-2.0 speaks about changes to its own files, CC-BY-3.0 about
 * naming the authors of a list, PSF-2.0 and Python-2.0 are permissive.
 */
const ALLOWED_DEV = [...ALLOWED, 'CC-BY-3.0', 'MPL-2.0', 'PSF-2.0', 'Python-2.0']
/** Packages whose licence is in a file of their own, read by a person. */
const READ: Record<string, string> = {h5wasm: 'NIST public domain software'}

const nameOf = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Packages of a lock file by name, without the project itself. */
export const packagesOf = ({packages}: Lock): [string, LockedPackage][] =>
  Object.entries(packages)
    .filter(([place]) => place !== '')
    .map(([place, one]): [string, LockedPackage] => [nameOf(place), one])
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : (x.version ?? '') < (y.version ?? '') ? -1 : 1))

const licenceOf = (name: string, {license}: LockedPackage) =>
  license?.startsWith('SEE ') === true ? (READ[name] ?? license) : (license ?? 'none')

/** Places of a lock file that hold what a place depends on, and what that depends on; `roots`: names to start from. */
export function closureOf({packages}: Lock, roots: readonly string[]): Set<string> {
  const found = new Set<string>()
  const visit = (from: string, name: string): void => {
    for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
      const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
      const one = packages[place]
      if (one !== undefined) {
        if (found.has(place)) return
        found.add(place)
        for (const next of Object.keys({...one.dependencies, ...one.optionalDependencies})) visit(place, next)
        return
      }
      if (folder === '') return
    }
  }
  for (const name of roots) visit('', name)
  return found
}

/** Of a lock file what is installed with surety, what its optional parts add to that, and what only developers need. */
export function groupsOf(lock: Lock): Record<'base' | 'parts' | 'dev', Lock> {
  const base = new Set(Object.keys(lock.packages).filter((place) => place !== '' && lock.packages[place]!.dev !== true))
  const parts = closureOf(lock, Object.keys(lock.packages['']?.peerDependencies ?? {}))
  const pick = (test: (place: string) => boolean): Lock => ({
    packages: Object.fromEntries(Object.entries(lock.packages).filter(([place]) => place !== '' && test(place))),
  })
  return {
    base: pick((place) => base.has(place)),
    parts: pick((place) => parts.has(place) && !base.has(place)),
    dev: pick((place) => !parts.has(place) && !base.has(place)),
  }
}

/** Packages whose licence is not allowed, each with it. */
export function refusedLicences(lock: Lock): string[] {
  const {base, parts, dev} = groupsOf(lock)
  return [...refusedBy(base, ALLOWED), ...refusedBy(parts, ALLOWED), ...refusedBy(dev, ALLOWED_DEV)].sort()
}

function refusedBy(lock: Lock, allowed: readonly string[]): string[] {
  return packagesOf(lock).flatMap(([name, one]) => {
    const licence = licenceOf(name, one)
    const isAllowed =
      READ[name] === licence ||
      licence
        .replace(/[()]/g, '')
        .split(' AND ')
        .every((part) => part.split(' OR ').some((each) => allowed.includes(each)))
    return isAllowed ? [] : [`${name} ${one.version}: ${licence}`]
  })
}

/** Packages that run a script when they are installed. */
export const withInstallScript = (lock: Lock): string[] =>
  packagesOf(lock)
    .filter(([, one]) => one.hasInstallScript)
    .map(([name]) => name)

/** docs/licences.md. */
export function licencesText(lock: Lock): string {
  const groups = groupsOf(lock)
  const row = ([name, one]: [string, LockedPackage]) =>
    `| ${name} | ${one.version} | ${licenceOf(name, one)} |${one.hasInstallScript ? ' install script |' : ' |'}`
  const table = (rows: [string, LockedPackage][]) =>
    ['| package | version | licence | |', '|---|---|---|---|', ...[...new Set(rows.map(row))]].join('\n')
  const dev = packagesOf(groups.dev)
  const counts = new Map<string, number>()
  for (const [name, one] of dev) counts.set(licenceOf(name, one), (counts.get(licenceOf(name, one)) ?? 0) + 1)
  return `# Licences of the packages that surety depends on

Written by \`npx tsx scripts/licences.ts\` from package-lock.json; a test fails when it is out of date or a licence is not on the list of
scripts/licences.ts. The texts are inside the packages.

## Installed with surety

${table(packagesOf(groups.base))}

## Optional: what surety doctor --fix adds to them

@tensorflow/tfjs-node-gpu (Apache-2.0), for CUDA, is not part of the lock file: its installation fails where its download is blocked.

${table(packagesOf(groups.parts))}

## Development only

${dev.length} packages, which no user installs: ${[...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([licence, count]) => `${licence} (${count})`)
    .join(', ')}.
`
}

export const readLock = (): Lock => JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock

if (process.argv[1] === resolve('scripts/licences.ts')) writeFileSync('docs/licences.md', licencesText(readLock()))

import {createRequire} from 'node:module'

/** surety's version, from the package.json beside `src` (development) or beside `dist` (installed). */
export const VERSION: string = readVersion()

/** Of each command's figures: raised whenever the same input gives other ones. */
export const ALGORITHM: Record<string, number> = {
  attack: 1,
  certify: 3,
  check: 1,
  drift: 1,
  evaluate: 1,
  harden: 1,
  judge: 1,
  sanitize: 1,
}

function readVersion(): string {
  const require = createRequire(import.meta.url)
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const {name, version} = require(path) as {name: string; version: string}
      if (name === 'surety') return version
    } catch {
      // one level up: the file is compiled into dist/src
    }
  }
  return '0.0.0'
}

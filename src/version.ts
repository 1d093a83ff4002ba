import {ownPackage} from './packages.js'

/** surety's version, from the package.json beside `src` (development) or beside `dist` (installed). */
export const VERSION: string = ownPackage().content.version

/** Of each command's figures: raised whenever the same input gives other ones. */
export const ALGORITHM: Record<string, number> = {
  attack: 2,
  certify: 4,
  check: 1,
  drift: 1,
  evaluate: 2,
  harden: 1,
  judge: 1,
  sanitize: 2,
}

import {cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {afterAll} from 'vitest'
import {groupsOf, readLock} from '../../scripts/licences.js'

/**
 * A folder in which surety is installed as npm does it without any optional part: its own files are copies, so that
 * they find only what stands beside them. `parts`: packages that were installed, too. Returns the project's folder and
 * the program in it.
 */
export function baseInstall(parts: readonly string[] = []): {folder: string; program: string} {
  const folder = mkdtempSync(join(tmpdir(), 'surety-base-'))
  afterAll(() => rmSync(folder, {recursive: true, force: true}))
  const own = join(folder, 'node_modules/surety')
  mkdirSync(own, {recursive: true})
  for (const name of ['bin', 'dist', 'schemas', 'demo', 'package.json', 'oclif.manifest.json'])
    if (existsSync(name)) cpSync(name, join(own, name), {recursive: true})
  const {base} = groupsOf(readLock())
  for (const place of [...Object.keys(base.packages), ...parts.map((name) => `node_modules/${name}`)]) {
    // A nested package is found from the place it is linked to.
    if (place.lastIndexOf('node_modules/') > 0) continue
    mkdirSync(dirname(join(folder, place)), {recursive: true})
    symlinkSync(resolve(place), join(folder, place))
  }
  return {folder, program: join(own, 'bin/run.js')}
}

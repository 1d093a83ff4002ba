import {execFileSync} from 'node:child_process'
import {readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'

/** The tests of commands run the compiled command line: compile it if a source is newer. */
export default function buildOnce(): void {
  const built = Math.max(newest('dist', '.js'), newest('dist', '.built'))
  if (built > Math.max(newest('src', '.ts'), newest('commands', '.ts'))) return
  execFileSync(process.execPath, ['scripts/build.mjs'], {stdio: 'inherit'})
}

function newest(folder: string, ending: string): number {
  let latest = 0
  try {
    for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
      if (name.endsWith(ending)) latest = Math.max(latest, statSync(join(folder, name)).mtimeMs)
    }
  } catch {
    // no such folder yet
  }
  return latest
}

import {execFileSync} from 'node:child_process'
import {readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'

/** The end-to-end tests run the compiled command line: compile it if a source is newer. */
export default function buildOnce(): void {
  const built = newest('dist', '.js')
  if (built > Math.max(newest('src', '.ts'), newest('commands', '.ts'))) return
  execFileSync('npm', ['run', '--silent', 'build'], {stdio: 'inherit'})
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

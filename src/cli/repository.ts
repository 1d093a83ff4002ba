import {execFile} from 'node:child_process'
import {promisify} from 'node:util'

/** The current folder relative to the root of its git repository; empty: it is the root, or there is no repository. */
export async function repositoryFolder(): Promise<string> {
  try {
    const {stdout} = await promisify(execFile)('git', ['rev-parse', '--show-prefix'])
    return stdout.trim().replace(/\/$/, '')
  } catch {
    return ''
  }
}

import {spawnSync} from 'node:child_process'
import {withoutProgress} from '../support/progress.js'

/** `stderr` is without progress, which shows only where the machine is slow. */
export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/**
 * The compiled command line as a user runs it, in a process of its own, which costs a second: tests whose subject is not
 * the process take `commandLine` of ../support/command-line.ts.
 */
export function surety(...args: string[]): Run {
  return suretyWith({}, ...args)
}

/** `nodeArgs`: of Node itself, before the script. */
export function suretyWith(
  options: {env?: Record<string, string>; cwd?: string; nodeArgs?: string[]},
  ...args: string[]
): Run {
  const {status, stdout, stderr} = spawnSync(
    process.execPath,
    [...(options.nodeArgs ?? []), `${process.cwd()}/bin/run.js`, ...args],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      ...(options.cwd === undefined ? {} : {cwd: options.cwd}),
      env: {...process.env, NO_COLOR: '1', ...options.env},
    },
  )
  return {code: status, stdout, stderr: withoutProgress(stderr)}
}

export interface JsonError {
  schemaVersion: number
  status: string
  error: {code: string; message: string; nextSteps: string[]}
}

import {spawnSync} from 'node:child_process'

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** The compiled command line as a user runs it. */
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
  return {code: status, stdout, stderr}
}

export interface JsonError {
  schemaVersion: number
  status: string
  error: {code: string; message: string; nextSteps: string[]}
}

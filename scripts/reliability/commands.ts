import {type ChildProcess, spawn} from 'node:child_process'
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'

/** A folder of this process, removed when it ends. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `surety-${name}-`))
  process.on('exit', () => rmSync(folder, {recursive: true, force: true}))
  return folder
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  elapsedMs: number
}

const running = new Set<ChildProcess>()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/** A Node process that was started; `ended` resolves when it is gone, however that came. */
export function start(
  args: readonly string[],
  options: {cwd?: string; env?: Record<string, string>} = {},
): {child: ChildProcess; ended: Promise<Ended>} {
  const began = performance.now()
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: {...process.env, NO_COLOR: '1', ...options.env},
  })
  running.add(child)
  const output = {stdout: '', stderr: ''}
  child.stdout.on('data', (text: Buffer) => (output.stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output.stderr += text.toString()))
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve({code, signal, ...output, elapsedMs: performance.now() - began})
    }),
  )
  return {child, ended}
}

/** The compiled command line, as a user starts it. */
export const surety = (args: readonly string[], options?: Parameters<typeof start>[1]) =>
  start([resolve('bin/run.js'), ...args], options)

/** Runs the command line to its end. Throws unless it exits with 0. */
export async function finished(args: readonly string[], options?: Parameters<typeof start>[1]): Promise<Ended> {
  const end = await surety(args, options).ended
  if (end.code !== 0)
    throw new Error(`surety ${args.join(' ')} ended with ${end.signal ?? `code ${end.code}`}: ${end.stderr}`)
  return end
}

/** A file without what may differ between two runs with the same result: the run block of a report. */
export function content(path: string): string {
  const bytes = readFileSync(path)
  if (path.endsWith('.json'))
    return JSON.stringify({...(JSON.parse(bytes.toString()) as object), run: null, checksum: null})
  if (path.endsWith('.html')) {
    const text = bytes.toString()
    if (!text.trimEnd().endsWith('</html>')) throw new Error(`${path} is cut off`)
    return text.replace(/<h3>Run<\/h3>[\s\S]*?(?=<\/section>)/, '')
  }
  return bytes.toString('latin1')
}

/** Copies files of one folder to another, which is made. */
export function copyFiles(names: readonly string[], from: string, to: string): void {
  mkdirSync(to, {recursive: true})
  for (const name of names) copyFileSync(join(from, name), join(to, name))
}

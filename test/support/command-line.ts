import {format} from 'node:util'
import {pathToFileURL} from 'node:url'
import {settings} from '@oclif/core'
import type {Run} from '../commands/run-surety.js'
import {withoutProgress} from './progress.js'

const ROOT = process.cwd()
const BIN = pathToFileURL(`${ROOT}/bin/run.js`).href
const MAIN = pathToFileURL(`${ROOT}/dist/src/cli/main.js`).href

// As in bin/run.js.
settings.enableAutoTranspile = false

let last: Promise<unknown> = Promise.resolve()

/**
 * The compiled command line in the process of the test: what `surety` of run-surety.ts gives, without the second that a
 * process of its own costs. Use that one where the process itself is tested: signals, memory, arguments of Node,
 * loading, what two processes do to each other.
 */
export const commandLine = (...args: string[]): Promise<Run> => commandLineWith({}, ...args)

/** `env`: added to the environment while the command runs. Runs wait for each other, since all write to one stdout. */
export function commandLineWith(
  {env = {}, cwd = ROOT}: {env?: Record<string, string>; cwd?: string},
  ...args: string[]
): Promise<Run> {
  const run = last.then(async () => {
    const {main} = (await import(/* @vite-ignore */ MAIN)) as typeof import('../../src/cli/main.js')
    const before = {env: {...process.env}, cwd: process.cwd(), exitCode: process.exitCode}
    const streams = captured()
    Object.assign(process.env, {NO_COLOR: '1'}, env)
    process.chdir(cwd)
    process.exitCode = undefined
    try {
      await main(args, BIN)
      const {stdout, stderr} = streams.text
      return {code: Number(process.exitCode ?? 0), stdout, stderr: withoutProgress(stderr)}
    } finally {
      streams.release()
      process.exitCode = before.exitCode
      process.chdir(before.cwd)
      for (const name of Object.keys(process.env)) if (!(name in before.env)) delete process.env[name]
      Object.assign(process.env, before.env)
    }
  })
  last = run.catch(() => {})
  return run
}

/** Takes what is written to both streams and to the console, until `release`. */
function captured(): {text: {stdout: string; stderr: string}; release: () => void} {
  const text = {stdout: '', stderr: ''}
  const streams = ['stdout', 'stderr'] as const
  const writes = streams.map((name) => process[name].write.bind(process[name]))
  for (const name of streams) {
    process[name].write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      text[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      const done = rest.at(-1)
      if (typeof done === 'function') queueMicrotask(() => (done as () => void)())
      return true
    }
  }
  // The test runner's console writes to streams of its own.
  const methods = {log: 'stdout', info: 'stdout', debug: 'stdout', warn: 'stderr', error: 'stderr'} as const
  const talk: Pick<Console, keyof typeof methods> = globalThis.console
  const own = {...talk}
  const waiting = process.stdout.listeners('drain')
  for (const [method, name] of Object.entries(methods))
    talk[method as keyof typeof methods] = (...parts: unknown[]) => void (text[name] += `${format(...parts)}\n`)
  return {
    text,
    release: () => {
      for (const [k, name] of streams.entries()) process[name].write = writes[k]!
      Object.assign(talk, own)
      // oclif leaves a listener behind each time.
      for (const each of process.stdout.listeners('drain'))
        if (!waiting.includes(each)) process.stdout.off('drain', each as () => void)
    },
  }
}

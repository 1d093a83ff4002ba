import {option} from '../errors.js'
import {freemem} from 'node:os'

/**
 * Of the program and its libraries beside what is counted: code, the arenas of onnxruntime, WebAssembly, and garbage
 * not yet collected.
 */
const PROGRAM = 64 * 2 ** 20
/** Of a worker thread: its own heap, products and tiles. */
const WORKER = 48 * 2 ** 20

/** What the process holds now. */
export const residentBytes = (): number => process.memoryUsage.rss()

/** What a run with so many threads holds beside its own data. */
export const programBytes = (threads: number): number => PROGRAM + (threads > 1 ? threads * WORKER : 0)

/**
 * A limit of the whole process where none is asked for: what it holds and half of what is free, by what it may use
 * where a container limits it.
 */
export function defaultMemoryLimit(): number {
  const constrained = process.constrainedMemory()
  const held = residentBytes()
  const free = freemem()
  // 0, or a number near 2⁶⁴, where nothing limits the process.
  return Math.floor(held + Math.max(0, constrained > 0 ? Math.min(free, constrained - held) : free) / 2)
}

/** An amount of memory in words, and as --max-memory takes it when its space is left out. */
export const memoryText = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toPrecision(3)} GiB` : `${(bytes / 2 ** 20).toPrecision(3)} MiB`

/**
 * What --max-memory must be raised to: somewhat more than is needed, since what is held differs a little from run to
 * run.
 */
export const raiseMemory = (bytes: number): string =>
  `raise ${option('maxMemory')} to ${memoryText(1.1 * bytes).replace(' ', '')}`

import {option} from '../errors.js'
import {freemem} from 'node:os'

/**
 * Memory of the program and its libraries that is not counted elsewhere: code, the arenas of onnxruntime, WebAssembly,
 * and garbage that is not collected yet.
 */
const PROGRAM = 64 * 2 ** 20
/** Memory of a worker thread: its heap, products and tiles. */
const WORKER = 48 * 2 ** 20

/** What the process holds now. */
export const residentBytes = (): number => process.memoryUsage.rss()

/** What a run with this many threads holds in addition to its data. */
export const programBytes = (threads: number): number => PROGRAM + (threads > 1 ? threads * WORKER : 0)

/**
 * The limit of the whole process if none is given: what it holds now, and half of what is free. In a container with a
 * limit, free is what is left of that limit.
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
  bytes >= 2 ** 30 ? `${threeDigits(bytes / 2 ** 30)} GiB` : `${threeDigits(bytes / 2 ** 20)} MiB`

/** At least three digits, never an exponent: toPrecision(3) of 1000 is 1.00e+3. */
const threeDigits = (x: number): string => (x >= 100 ? x.toFixed(0) : x.toPrecision(3))

/**
 * What --max-memory must be raised to: somewhat more than is needed, since what is held differs a little from run to
 * run.
 */
export const raiseMemory = (bytes: number): string =>
  `raise ${option('maxMemory')} to ${memoryText(1.1 * bytes).replace(' ', '')}`

import {freemem} from 'node:os'

/** Half of the memory that is free now, by what the process may use where a container limits it. */
export function defaultMemoryLimit(): number {
  const constrained = process.constrainedMemory()
  const free = freemem()
  // 0, or a number near 2⁶⁴, where nothing limits the process.
  return Math.floor(Math.min(free, constrained > 0 ? constrained - process.memoryUsage.rss() : free) / 2)
}

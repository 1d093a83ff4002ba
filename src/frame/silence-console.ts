const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const
type Talk = Record<(typeof METHODS)[number], (...parts: unknown[]) => void>

const talk: Talk = globalThis.console
let running = 0
let own: Partial<Talk> = {}

/**
 * Runs code of a library that writes to the console, and drops what it writes: it would stand between a report's lines,
 * and text of a file could steer the terminal.
 *
 * `run` may give a promise: the console is quiet until it settles, for everyone.
 */
export function quietly<T>(run: () => T): T {
  if (running++ === 0) {
    own = {...talk}
    for (const method of METHODS) talk[method] = () => {}
  }
  const end = () => {
    if (--running === 0) for (const method of METHODS) talk[method] = own[method]!
  }
  try {
    const result = run()
    if (result instanceof Promise) return result.finally(end) as T
    end()
    return result
  } catch (error) {
    end()
    throw error
  }
}

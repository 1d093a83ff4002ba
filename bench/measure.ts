import {cpus, totalmem} from 'node:os'

/**
 * Times of several kinds of work in the same run, one after the other in each round, so that a noisy machine disturbs
 * all alike.
 */
export async function rounds(
  repeats: number,
  work: Record<string, () => Promise<unknown>>,
): Promise<Record<string, number[]>> {
  const names = Object.keys(work)
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]]))
  for (const name of names) await work[name]!()
  for (let k = 0; k < repeats; k++) {
    for (const name of names) {
      const start = performance.now()
      await work[name]!()
      times[name]!.push(performance.now() - start)
    }
  }
  return times
}

export const median = (x: readonly number[]): number => [...x].sort((a, b) => a - b)[x.length >> 1]!

/** The median of the ratios of each round. */
export const medianRatio = (a: readonly number[], b: readonly number[]): number => median(a.map((x, k) => x / b[k]!))

export const machine = (threads: number): string =>
  `${cpus()[0]!.model}, ${threads} threads, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`

/** The most memory this process has had, in MiB. */
export const peakMiB = (): number => process.resourceUsage().maxRSS / 1024

export const fixed = (x: number, digits = 0): string => x.toFixed(digits)

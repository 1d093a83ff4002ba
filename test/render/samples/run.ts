/** The hash of a file of every sample, and the run of each. */
export const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

export const run = {
  startedAt: '2026-05-04T10:11:12.000Z',
  elapsedMs: 8421,
  node: 'v20.20.2',
  platform: 'linux x64',
  cpus: 2,
  peakMemoryBytes: 412_000_000,
}

const LEVELS = '▁▂▃▄▅▆▇█'

/** One block character a value, as high as its share of `max`; a blank for zero, never for a small value. */
export function blockColumns(values: readonly number[], max = Math.max(...values)): string {
  return values.map((v) => (v <= 0 ? ' ' : LEVELS[Math.min(7, Math.max(0, Math.ceil((v / max) * 8) - 1))]!)).join('')
}

/** A horizontal bar of `cells` characters for value = max. */
export function bar(value: number, max: number, cells: number): string {
  const eighths = max > 0 ? Math.round((value / max) * cells * 8) : 0
  const rest = ' ▏▎▍▌▋▊▉'[eighths % 8]!
  return ('█'.repeat(Math.floor(eighths / 8)) + rest).trimEnd()
}

/** Counts of a histogram in at most `bins` bins, neighbours added together. */
export function rebin(counts: readonly number[], bins: number): number[] {
  const step = Math.max(1, Math.ceil(counts.length / bins))
  const out: number[] = []
  for (let i = 0; i < counts.length; i += step) out.push(counts.slice(i, i + step).reduce((a, b) => a + b, 0))
  return out
}

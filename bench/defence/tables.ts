import type {Spread} from '../../src/evaluate/types.js'

export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

export const head = (cells: readonly string[]): string => `${row(cells)}\n|${'---|'.repeat(cells.length)}`

export const text = (spread: Spread | null): string =>
  spread === null
    ? '–'
    : `${(100 * spread.mean).toFixed(1)}${spread.sd === null ? '' : ` ± ${(100 * spread.sd).toFixed(1)}`}`

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length

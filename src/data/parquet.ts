import {LIMITS} from './limits.js'
import type {NamedArray} from './named-array.js'
import {readInThread, THREAD_LIMITS, type ThreadLimits} from './reading-thread.js'

export interface ParquetLimits extends ThreadLimits {
  /** unpacked, of all columns together */
  readonly maxBytes: number
  /** values of one column in one row group: they are unpacked at once */
  readonly maxValues: number
  readonly maxColumns: number
  /** the index that pandas stores is a column too: it says whose each row is */
  readonly keepsIndex?: boolean
}

export const parquetLimits = (): ParquetLimits => ({
  ...THREAD_LIMITS,
  maxBytes: LIMITS.unpacked,
  maxValues: 2 ** 27,
  maxColumns: 100_000,
})

/**
 * The columns of a Parquet file as arrays, in the order of the file: a column of numbers [rows], a column of lists of
 * one length [rows, length] (lists of lists [rows, a, b]), and text. Columns `h_0, h_1, …` that count from 0 without a
 * gap are one array h [rows, n].
 *
 * Precision  DOUBLE and integers fp64, FLOAT fp32; 64-bit integers beyond ±(2⁵³ − 1) are an error.
 * Cost       one pass in a thread of its own, with limits of memory and time: a damaged page can claim runs without
 *            end. Memory of one column of one row group as JavaScript values.
 * Throws     InputError  no Parquet, truncated or corrupt, beyond the limits, missing values, lists of different
 *            lengths, or values that are neither
 *                        numbers nor text (names column and row).
 */
export const readParquet = (bytes: Uint8Array, place: string, limits = parquetLimits()): Promise<NamedArray[]> =>
  readInThread({format: 'parquet', bytes, place, limits})

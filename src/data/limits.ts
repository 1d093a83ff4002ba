import {UsageError} from '../errors.js'

/**
 * What is read at most, so that a damaged or hostile file cannot take all memory or time: far above what graphs, models
 * and data of that size need. The command line raises or lowers them, before anything is read (SURETY_LIMITS).
 */
const DEFAULTS = {
  /** bytes that one zip, gzip, HDF5 or Parquet file may unpack to */
  unpacked: 8 * 2 ** 30,
  /** entries of a zip archive */
  entries: 10_000,
  /** groups and data sets of an HDF5 file */
  objects: 20_000,
  /** seconds that reading HDF5 or Parquet may take, and one more for each MiB it unpacks to */
  seconds: 30,
  nodes: 20_000_000,
  edges: 100_000_000,
  classes: 65_536,
  /** of an image */
  pixels: 64_000_000,
}

/** What holds now. */
export const LIMITS = {...DEFAULTS}

export type LimitName = keyof typeof LIMITS

/** What a message says to whoever needs more. */
export const raising = (name: LimitName): string =>
  `if the file is meant to be so large, raise the limit: SURETY_LIMITS=${name}=…`

/**
 * Limits from text: name=number, comma-separated; what it does not name has its default.
 *
 * Throws  UsageError  another form, an unknown name, or a number that is not positive.
 */
export function setLimits(text: string): void {
  Object.assign(LIMITS, DEFAULTS)
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue
    const [name = '', value = ''] = part.split('=')
    const known = Object.keys(LIMITS)
    if (!Object.hasOwn(LIMITS, name))
      throw new UsageError(`SURETY_LIMITS names ${JSON.stringify(name)}, which is not a limit`, [
        `the limits are ${known.join(', ')}`,
      ])
    const number = value.trim() === '' ? NaN : Number(value)
    if (!(number > 0 && number <= Number.MAX_SAFE_INTEGER))
      throw new UsageError(
        `SURETY_LIMITS gives ${name} the value ${JSON.stringify(value)}, which is not a positive number`,
        [`write ${name}=${2 * LIMITS[name as LimitName]}`],
      )
    LIMITS[name as LimitName] = number
  }
}

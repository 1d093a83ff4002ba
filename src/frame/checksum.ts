import {createHash} from 'node:crypto'
import {digestText} from './json.js'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** sha256 of a report or partial result without `checksum` and `run`: it detects a change made without a new checksum. */
export const checksumOf = (value: object): string => sha256(digestText({...value, checksum: undefined, run: undefined}))

export const withChecksum = <T extends object>(value: T): T & {checksum: string} => ({
  ...value,
  checksum: checksumOf(value),
})

import {createHash} from 'node:crypto'
import {digestText} from './json.js'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * sha256 of everything in a report or partial result but `checksum` and `run`: what any change without a new checksum
 * shows.
 */
export const checksumOf = (value: object): string => sha256(digestText({...value, checksum: undefined, run: undefined}))

export const withChecksum = <T extends object>(value: T): T & {checksum: string} => ({
  ...value,
  checksum: checksumOf(value),
})

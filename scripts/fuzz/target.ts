import type {Mutator} from './mutate/mutator.js'

/** A reader under test. A new one is one more entry of the table in test/fuzz/targets. */
export interface Target {
  name: string
  /** small files that the reader accepts, most of them */
  seeds: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>
  /** changes that know the format, beside those of bytes */
  mutators: readonly Mutator[]
  /** what it cannot use it does without */
  neverRefuses?: boolean
  /** a third of a second an input and more: the tests try fewer */
  slow?: boolean
  /** `folder` is empty and the target's own; the function reads the bytes, and uses what it read as the program would */
  open: (folder: string) => Read | Promise<Read>
}

export type Read = (bytes: Uint8Array) => unknown

/** One of `count` shares of the work of a run; `index` runs from 1. */
export interface Shard {
  index: number
  count: number
}

/** No cluster accepts a larger array of jobs; loops over shards stay short. */
export const MAX_SHARDS = 100_000

/**
 * The blocks, numbered from 0, that a shard computes: block b belongs to shard 1 + (b mod count). Blocks of one run
 * cost about the same, so dealing them out in turn leaves no shard with more than one block above another.
 *
 * Empty  more shards than blocks → the last shards have none.
 */
export function blocksOfShard(blocks: number, {index, count}: Shard): number[] {
  return Array.from({length: blocks}, (_, b) => b).filter((b) => b % count === index - 1)
}

import type {Split} from './types.js'

/** New number of each old node: [old nodes], −1: left out. */
export function renumbering(kept: Uint32Array, nodes: number): Int32Array {
  const number = new Int32Array(nodes).fill(-1)
  kept.forEach((node, i) => (number[node] = i))
  return number
}

/** Node numbers after renumbering, in the same order, without the nodes left out. */
export const renumber = (nodes: Uint32Array, number: Int32Array): Uint32Array =>
  Uint32Array.from(Array.from(nodes, (node) => number[node]!).filter((node) => node >= 0))

export const renumberSplit = (split: Split, number: Int32Array): Split => ({
  train: renumber(split.train, number),
  validation: renumber(split.validation, number),
  test: renumber(split.test, number),
})

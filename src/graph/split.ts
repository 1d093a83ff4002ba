import {InputError} from '../errors.js'
import type {Split} from './types.js'

const PARTS = ['train', 'validation', 'test'] as const

/** Checks that every node number is below `nodes` and that no node occurs twice. */
export function checkSplit(split: Split, nodes: number, place: string): void {
  const part = new Uint8Array(nodes)
  PARTS.forEach((name, p) => {
    split[name].forEach((node, i) => {
      if (node >= nodes) {
        throw new InputError(
          `${place}: element ${i} of the ${name} split is node ${node}, the graph has ${nodes} nodes`,
          ['check that split and graph belong together; a split of the largest component needs that component'],
        )
      }
      if (part[node] !== 0) {
        const other = PARTS[part[node]! - 1]!
        throw new InputError(
          `${place}: node ${node} is in the ${name} split ${other === name ? 'twice' : `and in the ${other} split`}`,
          ['make the parts disjoint'],
        )
      }
      part[node] = p + 1
    })
  })
}

import {InputError, option} from '../errors.js'
import type {Graph, Split} from '../graph/types.js'
import {random} from '../stats/random.js'

/**
 * The split of the file; where it has none, a tenth of the labelled nodes of every class to train, a tenth to validate,
 * and the rest to test. Unlabelled nodes are left out of validation and test: they cannot be graded.
 *
 * Throws     InputError  no labels, or nothing to test on.
 */
export function evaluationSplit(graph: Graph, seed: number): {split: Split; source: 'file' | 'drawn'} {
  const {labels} = graph
  if (labels === null)
    throw new InputError('the graph has no labels: accuracy cannot be measured', [
      `give labels with ${option('labels')}`,
    ])
  const source = graph.split === null ? 'drawn' : 'file'
  const all = graph.split ?? drawSplit(labels, graph.classes, seed)
  const labelled = (nodes: Uint32Array) => nodes.filter((i) => labels[i]! >= 0)
  const split = {train: labelled(all.train), validation: labelled(all.validation), test: labelled(all.test)}
  for (const part of ['train', 'test'] as const) {
    if (split[part].length === 0)
      throw new InputError(`the ${part} part of the split has no labelled node`, [
        `give a split with train, validation and test nodes by ${option('split')}`,
      ])
  }
  return {split, source}
}

function drawSplit(labels: Int32Array, classes: number, seed: number): Split {
  const parts: [number[], number[], number[]] = [[], [], []]
  const order = random(seed).permutation(labels.length)
  for (let c = 0; c < classes; c++) {
    const members = order.filter((i) => labels[i] === c)
    const tenth = Math.ceil(members.length / 10)
    members.forEach((i, place) => parts[place < tenth ? 0 : place < 2 * tenth ? 1 : 2].push(i))
  }
  const [train, validation, test] = parts.map((nodes) => Uint32Array.from(nodes).sort())
  return {train: train!, validation: validation!, test: test!}
}

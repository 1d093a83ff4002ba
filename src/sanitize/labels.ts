import {InputError, option} from '../errors.js'
import type {Graph} from '../graph/types.js'
import {dense, type Dense} from '../linalg/types.js'

/** How classes become the columns of Y. */
export type LabelCoding = 'centred' | 'one-hot' | 'signed'

/** The labels that may be read, and nothing else of the file's labels. */
export interface GivenLabels {
  /** nodes with a given label, ascending */
  readonly nodes: Uint32Array
  /** [nodes of the graph] the class of the given label, numbered from 0 without gaps; −1 elsewhere */
  readonly labels: Int32Array
  readonly classes: number
  /** [classes] the label of each class, ascending */
  readonly names: Int32Array
  /** why classes say nothing: every node then stands in one class; null: they are used */
  readonly missing: string | null
}

/**
 * The labels sanitize may use: those of `split.train` where the file has a split, every label ≥ 0 otherwise. All others
 * are replaced by −1 here, once, so that nothing downstream can read them. Without two classes there is nothing to
 * compare: every node stands in one class, and `missing` says why.
 */
export function givenLabels(graph: Graph): GivenLabels {
  if (graph.labels === null) return oneClass(graph.nodes, 'the graph has no labels')
  const all = graph.labels
  const candidates =
    graph.split === null ? Uint32Array.from({length: graph.nodes}, (_, i) => i) : graph.split.train.slice().sort()
  const nodes = candidates.filter((i) => all[i]! >= 0)
  const labels = new Int32Array(graph.nodes).fill(-1)
  for (const i of nodes) labels[i] = all[i]!
  if (nodes.length === 0)
    return oneClass(
      graph.nodes,
      `no node is labelled${graph.split === null ? '' : ' in the training part of the split'}`,
    )
  const seen = new Set(Array.from(nodes, (i) => labels[i]!))
  if (seen.size === 1)
    return oneClass(graph.nodes, `all ${nodes.length} labelled nodes have class ${labels[nodes[0]!]!}`)
  // A class without a labelled node adds no column to Y: labels 0, 1, 50 give what 0, 1, 2 give.
  const names = Int32Array.from(seen).sort()
  for (const i of nodes) labels[i] = names.indexOf(labels[i]!)
  return {nodes, labels, classes: names.length, names, missing: null}
}

const oneClass = (nodes: number, missing: string): GivenLabels => ({
  nodes: Uint32Array.from({length: nodes}, (_, i) => i),
  labels: new Int32Array(nodes),
  classes: 1,
  names: Int32Array.of(0),
  missing,
})

/**
 * Throws  InputError  classes say nothing, and something `need`s them; `next` is what else can be done.
 */
export function requireClasses({missing}: GivenLabels, need: string, next: string): void {
  if (missing === null) return
  throw new InputError(`${missing}, and ${need}`, [`give the labels of a few nodes with ${option('labels')}`, next])
}

/**
 * The label matrix Y of a node set.
 *
 * Shapes     → [nodeSet.length, classes].
 * Codings    one-hot: 1 at the class; centred: one-hot minus its column mean; signed: +1 at the class, −1 elsewhere.
 */
export function labelMatrix(labels: Int32Array, nodeSet: Uint32Array, classes: number, coding: LabelCoding): Dense {
  const y = dense(nodeSet.length, classes)
  if (coding === 'signed') y.data.fill(-1)
  for (let i = 0; i < nodeSet.length; i++) y.data[i * classes + labels[nodeSet[i]!]!] = 1
  if (coding === 'centred') centreColumns(y)
  return y
}

/** Subtracts the mean of each column, in place. */
export function centreColumns(y: Dense): void {
  for (let c = 0; c < y.cols; c++) {
    let sum = 0
    for (let i = 0; i < y.rows; i++) sum += y.data[i * y.cols + c]!
    for (let i = 0; i < y.rows; i++) y.data[i * y.cols + c]! -= sum / y.rows
  }
}

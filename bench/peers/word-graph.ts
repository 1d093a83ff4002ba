import {writeFileSync} from 'node:fs'
import {writeNpz} from '../../src/data/npz.js'
import {random} from '../../src/stats/random.js'

export interface WordGraphSize {
  nodes: number
  edges: number
  words: number
  wordsOfNode: number
  classes: number
}

export const CORA: WordGraphSize = {nodes: 2485, edges: 5069, words: 1433, wordsOfNode: 18, classes: 7}
export const COAUTHOR_CS: WordGraphSize = {nodes: 18_333, edges: 81_894, words: 6805, wordsOfNode: 60, classes: 15}

/** Share of a node's words that are of its class, and of edges within a class. */
const TOPIC = 0.4
const HOMOPHILY = 0.8

/** Writes a graph of papers and their words, split 10/10/80: edges, feat_*, labels, *_idx. The same size gives the same file. */
export function writeWordGraph(path: string, {nodes, edges, words, wordsOfNode, classes}: WordGraphSize): void {
  const {uniform, integer, permutation} = random(0)
  const labels = Int32Array.from({length: nodes}, () => integer(classes))
  const members = Array.from({length: classes}, (_, c) => permutation(nodes).filter((i) => labels[i] === c))
  const seen = new Set<number>()
  const pairs: number[] = []
  while (seen.size < edges) {
    const u = integer(nodes)
    const own = members[labels[u]!]!
    const v = uniform() < HOMOPHILY ? own[integer(own.length)]! : integer(nodes)
    const key = Math.min(u, v) * nodes + Math.max(u, v)
    if (u === v || seen.has(key)) continue
    seen.add(key)
    pairs.push(Math.min(u, v), Math.max(u, v))
  }
  const topic = Math.floor(words / classes)
  const indptr = Int32Array.from({length: nodes + 1}, (_, i) => i * wordsOfNode)
  const indices = new Int32Array(nodes * wordsOfNode)
  for (let i = 0; i < nodes; i++) {
    const own = new Set<number>()
    // Low words are drawn more often, as in texts.
    while (own.size < wordsOfNode)
      own.add(uniform() < TOPIC ? labels[i]! * topic + integer(topic) : Math.floor(uniform() ** 2 * words))
    indices.set(Int32Array.from(own).sort(), i * wordsOfNode)
  }
  const order = Int32Array.from(permutation(nodes))
  const tenth = Math.round(nodes / 10)
  const whole = (name: string, data: Int32Array, shape = [data.length]) => ({name, shape, type: 'i4' as const, data})
  writeFileSync(
    path,
    writeNpz([
      whole('edges', Int32Array.from(pairs), [edges, 2]),
      whole('feat_indptr', indptr),
      whole('feat_indices', indices),
      {name: 'feat_data', shape: [indices.length], type: 'f4', data: new Float32Array(indices.length).fill(1)},
      whole('feat_shape', Int32Array.of(nodes, words)),
      whole('labels', labels),
      whole('num_nodes', Int32Array.of(nodes)),
      whole('train_idx', order.slice(0, tenth).sort()),
      whole('val_idx', order.slice(tenth, 2 * tenth).sort()),
      whole('test_idx', order.slice(2 * tenth).sort()),
    ]),
  )
}

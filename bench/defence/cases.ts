import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {evaluationSplit} from '../../src/evaluate/split.js'
import type {Measurement} from '../../src/evaluate/measure.js'
import {simpleEdges} from '../../src/evaluate/rankings.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {readTargets} from '../../src/graph/targets.js'
import {readPairs} from '../../src/graph/truth.js'
import type {Graph} from '../../src/graph/types.js'

interface Case {
  attacked: boolean
  targets?: boolean
  /** accuracy after sanitizing: at least this, or this much more than on the given graph */
  aim?: {atLeast?: number; above?: number; recovered?: number; auc?: number}
  /** accuracy of others on this attack */
  published?: string
}

export const CASES: Record<string, Case> = {
  'cora_meta_0.05': {
    attacked: true,
    aim: {atLeast: 0.823},
    published: 'GCN 76.6, Jaccard 79.1, SVD 78.4, Pro-GNN 82.3',
  },
  'cora_meta_0.25': {
    attacked: true,
    aim: {atLeast: 0.8, recovered: 0.85, auc: 0.9},
    published: 'GCN 47.5, Jaccard 60.8, SVD 52.1, Pro-GNN 69.7',
  },
  'citeseer_meta_0.25': {attacked: true, aim: {atLeast: 0.715, recovered: 0.85, auc: 0.92}},
  'cora_nettack_5.0': {attacked: true, targets: true, aim: {atLeast: 0.74, auc: 0.86}},
  'cora_grad_0.25': {attacked: true, aim: {atLeast: 0.81, auc: 0.88}},
  'cora_random_0.2': {attacked: true, aim: {above: 0.01, auc: 0.92}},
  'polblogs_meta_0.05': {attacked: true, aim: {above: 0.08}},
  cora: {attacked: false, aim: {above: -0.005}, published: 'GCN 83.5, Jaccard 82.1, SVD 80.6, Pro-GNN 83.0'},
  citeseer: {attacked: false, aim: {above: -0.005}},
  amazon_photo: {attacked: false, aim: {above: -0.005}},
  coauthor_cs: {attacked: false, aim: {above: -0.005}},
}

/** Any other graph is one that `surety attack` made. */
const OWN: Case = {attacked: true}

/** A graph as a defender gets it, with what grades the defence. */
export interface OpenedCase extends Omit<Measurement, 'model' | 'seeds'> {
  name: string
  about: Case
  graph: Graph
  /** null: the graph is clean */
  clean: Uint32Array | null
  added: Uint32Array | null
}

/**
 * Graphs without a split get a tenth of every class to train and a tenth to validate, drawn with seed 0. Throws: no
 * such graph.
 */
export async function openCase(folder: string, name: string): Promise<OpenedCase> {
  const about = CASES[name] ?? OWN
  const path = join(folder, `${name}.npz`)
  if (!existsSync(path)) throw new Error(`no graph '${name}' in ${folder}; known: ${Object.keys(CASES).join(', ')}`)
  const document = await readGraph(path, about.attacked ? {edges: 'edges_attacked'} : {})
  const file = document.inputs[0]!
  const read = normalise(document)
  const {split} = evaluationSplit(read.graph, 0)
  const known = new Set([...split.train, ...split.validation])
  const targets =
    about.targets === true ? (await readTargets(file, 'target_idx', read)).filter((i) => !known.has(i)) : null
  return {
    name,
    about,
    targets,
    split,
    graph: {...read.graph, split},
    clean: about.attacked ? simpleEdges(await readPairs(file, 'edges', read, ''), read.graph.nodes) : null,
    added: about.attacked ? await readPairs(file, 'edges_added', read, '') : null,
  }
}

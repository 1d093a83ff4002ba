/**
 * What sanitizing at the defaults does to graphs without features: accuracy as given and sanitized, and how well
 * likeness tells edges from rewired pairs.
 *
 *     npx tsx bench/no-features.ts [--folder ../shared/data/graphs] [--graphs polblogs,karate_club] [--model sgc] [--seeds 3]
 *
 * Names that start with `generated` are made here; from all others the features are dropped.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {edgeSet} from '../src/attack/edge-set.js'
import {randomAttack} from '../src/attack/random-edges.js'
import {measureAccuracies} from '../src/evaluate/measure.js'
import {evaluationSplit} from '../src/evaluate/split.js'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import {readPairs} from '../src/graph/truth.js'
import type {Graph} from '../src/graph/types.js'
import type {ModelName} from '../src/learn/models.js'
import {selectEngine} from '../src/pairwise/select.js'
import {sanitize} from '../src/sanitize/sanitize.js'
import {random} from '../src/stats/random.js'
import {writeGeneratedGraph} from './generated-graph.js'

interface Case {
  graph: Graph
  truth: Uint32Array | null
}

const {values} = parseArgs({
  options: {
    folder: {type: 'string', default: '../shared/data/graphs'},
    graphs: {
      type: 'string',
      default:
        'polblogs_meta_0.05,polblogs,karate_club,pubmed_nofeatures,generated,generated_random,cora,citeseer,cora_meta_0.25,cora_random_0.2,citeseer_meta_0.25',
    },
    model: {type: 'string', default: 'sgc'},
    seeds: {type: 'string', default: '3'},
  },
})

const {engine, threads} = await selectEngine('cpu')
console.log(
  '| graph | edges | given | sanitized | change | pruned | AUC | separation |\n|---|---|---|---|---|---|---|---|',
)
for (const name of values.graphs.split(',')) console.log(await rowOf(name))
await engine.close()

async function rowOf(name: string): Promise<string> {
  const {graph: read, truth} = name.startsWith('generated')
    ? await generated(name.endsWith('random'))
    : await fromFile(name)
  const graph = {...read, split: evaluationSplit(read, 0).split}
  const {scores, metrics} = await sanitize(
    graph,
    {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth},
    engine,
    {threads},
  )
  const measurement = {
    graph,
    split: graph.split,
    targets: null,
    model: values.model as ModelName,
    seeds: Array.from({length: Number(values.seeds)}, (_, s) => s),
  }
  const accuracy = async (edges: Uint32Array) => (await measureAccuracies(measurement, [edges]))[0]!.test
  const before = await accuracy(graph.edges)
  const after = await accuracy(graph.edges.filter((_, t) => scores.pruned[t >> 1] === 0))
  const text = ({mean, sd}: typeof before) => `${(100 * mean).toFixed(1)} ± ${(100 * (sd ?? 0)).toFixed(1)}`
  const cells = [
    name,
    metrics.edges,
    text(before),
    text(after),
    (100 * (after.mean - before.mean)).toFixed(1),
    `${(100 * metrics.cut.share).toFixed(1)} %`,
    metrics.truth?.auc.toFixed(3) ?? '–',
    metrics.evidence.separation?.toFixed(2) ?? '–',
  ]
  return `| ${cells.join(' | ')} |`
}

/** `polblogs` is the graph before the attack of polblogs_meta_0.05. */
async function fromFile(name: string): Promise<Case> {
  const path = join(values.folder, `${name === 'polblogs' ? 'polblogs_meta_0.05' : name}.npz`)
  const isAttacked = /_(meta|random|grad|nettack)_/.test(name)
  const document = await readGraph(path, isAttacked ? {edges: 'edges_attacked'} : {})
  const normalised = normalise(document)
  return {
    graph: {...normalised.graph, features: null},
    truth: isAttacked ? await readPairs(document.inputs[0]!, 'edges_added', normalised, '') : null,
  }
}

/**
 * A block model of 2,000 nodes in 4 classes, degrees with a heavy tail; with `attacked` a tenth more edges between
 * random pairs.
 */
async function generated(attacked: boolean): Promise<Case> {
  const folder = mkdtempSync(join(tmpdir(), 'surety-bench-'))
  try {
    const path = join(folder, 'generated.npz')
    writeGeneratedGraph(path, {nodes: 2000, edges: 20_000, features: 1, classes: 4, labelled: 0.1})
    const graph = {...normalise(await readGraph(path, {})).graph, features: null, split: null}
    if (!attacked) return {graph, truth: null}
    const set = edgeSet(graph.nodes, graph.edges)
    randomAttack(set, graph.edges.length / 20, random(1))
    return {graph: {...graph, edges: set.edges()}, truth: set.added()}
  } finally {
    rmSync(folder, {recursive: true})
  }
}

/**
 * What sanitize is worth at its defaults, the same for every graph: accuracy clean, attacked and sanitized, the aim, and what was published.
 *
 *   npx tsx bench/defence.ts [--folder ../shared/data/graphs] [--graphs cora_meta_0.25,…] [--models gcn,sgc,gat] [--seeds 5] [--compare] [--budgets 0.05,0.1,0.2,0.3]
 *
 * --compare adds the best control: the highest mean accuracy of any control at any budget, chosen with the test labels, which a defender does not
 * have. Clean graphs are judged by what the defaults cost. One line is printed as soon as its graph is done.
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {evaluate} from '../src/evaluate/evaluate.js'
import type {EvaluateMetrics, Spread} from '../src/evaluate/types.js'
import {readTargets} from '../src/graph/targets.js'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import {readPairs} from '../src/graph/truth.js'
import {MODEL_NAMES, type ModelName} from '../src/learn/models.js'
import {selectEngine} from '../src/pairwise/select.js'

interface Case {
  attacked: boolean
  targets?: boolean
  /** accuracy after sanitizing: at least this, or this much more than on the given graph */
  aim?: {atLeast?: number; above?: number; recovered?: number; auc?: number}
  /** accuracy of others on this attack */
  published?: string
}

const CASES: Record<string, Case> = {
  'cora_meta_0.05': {attacked: true, aim: {atLeast: 0.823}, published: 'GCN 76.6, Jaccard 79.1, SVD 78.4, Pro-GNN 82.3'},
  'cora_meta_0.25': {attacked: true, aim: {atLeast: 0.8, recovered: 0.85, auc: 0.9}, published: 'GCN 47.5, Jaccard 60.8, SVD 52.1, Pro-GNN 69.7'},
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

const {values} = parseArgs({
  options: {
    folder: {type: 'string', default: '../shared/data/graphs'},
    graphs: {type: 'string', default: Object.keys(CASES).join(',')},
    models: {type: 'string', default: 'gcn'},
    seeds: {type: 'string', default: '5'},
    compare: {type: 'boolean', default: false},
    budgets: {type: 'string', default: '0.05,0.1,0.2,0.3'},
  },
})
const models = values.models.split(',').map((name) => {
  if (!(MODEL_NAMES as string[]).includes(name)) throw new Error(`no model '${name}'; there are ${MODEL_NAMES.join(', ')}`)
  return name as ModelName
})
const names = values.graphs.split(',')
for (const name of names) if (!Object.hasOwn(CASES, name) || !existsSync(join(values.folder, `${name}.npz`))) throw new Error(`no graph '${name}' in ${values.folder}; known: ${Object.keys(CASES).join(', ')}`)

const {engine, threads} = await selectEngine('cpu')
const head = ['graph', 'model', 'clean', 'given', 'sanitized', 'recovered', 'pruned', 'AUC', ...(values.compare ? ['best control at its best'] : []), 'aim', 'published']
console.log(`${row(head)}\n|${'---|'.repeat(head.length)}`)
for (const name of names) for (const model of models) console.log(row(await lineOf(name, model)))
await engine.close()

async function lineOf(name: string, model: ModelName): Promise<string[]> {
  const given = CASES[name]!
  const path = join(values.folder, `${name}.npz`)
  const graph = normalise(await readGraph(path, given.attacked ? {edges: 'edges_attacked'} : {}))
  const {metrics} = await evaluate(
    graph.graph,
    {
      model,
      seeds: Number(values.seeds),
      seed: 0,
      clean: given.attacked ? await readPairs(path, 'edges', graph, '') : null,
      truth: given.attacked ? await readPairs(path, 'edges_added', graph, '') : null,
      targets: given.targets === true ? await readTargets(path, 'target_idx', graph) : null,
      compare: values.compare,
      budgets: values.compare ? values.budgets.split(',').map(Number) : [],
      sanitize: {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1},
    },
    engine,
    {threads},
  )
  const on = (which: string) => {
    const found = metrics.accuracies.find(({graph: kind}) => kind === which)
    return found === undefined ? null : given.targets === true ? found.targets! : found.test
  }
  const recovered = given.targets === true ? metrics.recovered.targets : metrics.recovered.test
  const auc = metrics.methods[0]!.grade?.auc ?? null
  return [
    name, model, text(on('clean')), text(on('given')), `**${text(on('sanitized'))}**`, recovered === null ? '–' : `${(100 * recovered).toFixed(0)} %`, `${(100 * metrics.cut.share).toFixed(1)} %`, auc?.toFixed(3) ?? '–',
    ...(values.compare ? [bestControl(metrics, given.targets === true)] : []),
    verdict(given.aim, on('given')!, on('sanitized')!, recovered, auc), given.published ?? '–',
  ]
}

function bestControl({methods, cut}: EvaluateMetrics, aimed: boolean): string {
  const all = methods.flatMap(({name, kind, samePruning, curve}) =>
    kind !== 'control' ? [] : [...curve, ...(samePruning === null ? [] : [{share: cut.share, accuracy: samePruning}])].map(({share, accuracy}) => ({name, share, of: aimed ? accuracy.targets! : accuracy.test})),
  )
  const best = all.reduce((a, b) => (b.of.mean > a.of.mean ? b : a))
  return `${best.name}, ${(100 * best.share).toFixed(0)} % pruned: ${text(best.of)}`
}

/** Each aim with ✓ or how much is missing. */
function verdict(aim: Case['aim'], given: Spread, sanitized: Spread, recovered: number | null, auc: number | null): string {
  const parts: string[] = []
  const judge = (name: string, value: number, limit: number, digits: number) => parts.push(`${name} ≥ ${limit.toFixed(digits)} ${value >= limit ? '✓' : `✗ (${(value - limit).toFixed(digits)})`}`)
  if (aim?.atLeast !== undefined) judge('accuracy', 100 * sanitized.mean, 100 * aim.atLeast, 1)
  if (aim?.above !== undefined) judge('gain', 100 * (sanitized.mean - given.mean), 100 * aim.above, 1)
  if (aim?.recovered !== undefined && recovered !== null) judge('recovered', 100 * recovered, 100 * aim.recovered, 0)
  if (aim?.auc !== undefined && auc !== null) judge('AUC', auc, aim.auc, 2)
  return parts.join('; ')
}

function text(spread: Spread | null): string {
  return spread === null ? '–' : `${(100 * spread.mean).toFixed(1)}${spread.sd === null ? '' : ` ± ${(100 * spread.sd).toFixed(1)}`}`
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

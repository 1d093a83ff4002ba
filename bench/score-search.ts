/**
 * How the fused rank's weights were chosen, and what each part is worth: AUC of the known adversarial edges.
 *
 *     npx tsx bench/score-search.ts [folder of graphs]      default ../shared/data/graphs
 *
 * First table: every row is one choice of weights, the same for all graphs; the last column is the mean.
 * Second table: what `--prune auto` removes, of the clean graphs too.
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import {readTruth} from '../src/graph/truth.js'
import {selectEngine} from '../src/pairwise/select.js'
import {fuseRanks} from '../src/sanitize/fused.js'
import {PARTS} from '../src/sanitize/parts.js'
import {sanitize} from '../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../src/sanitize/settings.js'
import type {PartName, SanitizeMetrics} from '../src/sanitize/types.js'
import {areaUnderRoc} from '../src/stats/ranking.js'

const GRAPHS = [
  'cora_meta_0.05',
  'cora_meta_0.25',
  'cora_random_0.2',
  'cora_grad_0.25',
  'citeseer_meta_0.25',
  'cora_nettack_5.0',
]
const CLEAN = ['cora', 'citeseer']
type Weights = Partial<Record<PartName, number>>

const CHOSEN: Weights = Object.fromEntries(PARTS.map(({name, weight}) => [name, weight]))
const NAMES = PARTS.map(({name}) => name)

const VARIANTS: [string, Weights][] = [
  ...NAMES.map((part): [string, Weights] => [`${part} alone`, {[part]: 1}]),
  ['kc + labelFree + similarity', {kc: 1, labelFree: 1, similarity: 1}],
  ['all, equal', Object.fromEntries(NAMES.map((part) => [part, 1]))],
  ['chosen', CHOSEN],
  ...NAMES.map((part): [string, Weights] =>
    CHOSEN[part] === 0
      ? [`chosen with ${part}`, {...CHOSEN, [part]: 1}]
      : [`chosen without ${part}`, {...CHOSEN, [part]: 0}],
  ),
]

const DEFAULTS = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null} satisfies SanitizeOptions

const folder = process.argv[2] ?? '../shared/data/graphs'
const {engine} = await selectEngine('cpu')
const cuts: string[] = []
const table = new Map(VARIANTS.map(([name]) => [name, [] as number[]]))
for (const name of GRAPHS) {
  const path = join(folder, `${name}.npz`)
  if (!existsSync(path)) throw new Error(`${path} is absent: name the folder that holds ${GRAPHS.join(', ')}`)
  const document = await readGraph(path, {edges: 'edges_attacked'})
  const graph = normalise(document)
  const truth = await readTruth(document.inputs[0]!, 'edges_added', graph)
  const known = new Set(Array.from({length: truth.length / 2}, (_, e) => pairKey(truth[2 * e]!, truth[2 * e + 1]!)))
  const {scores, metrics} = await sanitize(graph.graph, {...DEFAULTS, truth, labelFree: true}, engine)
  cuts.push(cutRow(name, metrics))
  const adversarial = Uint8Array.from(scores.score, (_, e) =>
    known.has(pairKey(scores.edges[2 * e]!, scores.edges[2 * e + 1]!)) ? 1 : 0,
  )
  for (const [variant, weights] of VARIANTS) {
    const parts = PARTS.filter(({name: part}) => (weights[part] ?? 0) > 0 && scores.parts[part] !== null).map(
      (part) => ({
        ...part,
        weight: weights[part.name]!,
      }),
    )
    const fused = fuseRanks(
      parts,
      parts.map((part) => scores.parts[part.name]!),
      scores.score.length,
    )
    table.get(variant)!.push(areaUnderRoc(adversarial, fused.edges))
  }
}
for (const name of CLEAN) {
  const {graph} = normalise(await readGraph(join(folder, `${name}.npz`)))
  cuts.push(cutRow(`${name}, clean`, (await sanitize(graph, DEFAULTS, engine)).metrics))
}
await engine.close()
console.log(`| parts and weights | ${GRAPHS.join(' | ')} | mean |\n|---|${'---|'.repeat(GRAPHS.length + 1)}`)
for (const [variant, aucs] of table)
  console.log(
    `| ${variant} | ${[...aucs, aucs.reduce((a, b) => a + b) / aucs.length].map((x) => x.toFixed(3)).join(' | ')} |`,
  )
console.log(
  `\n| graph | edges | adversarial | pruned | precision | recall |\n|---|---|---|---|---|---|\n${cuts.join('\n')}`,
)

function cutRow(name: string, {edges, pruned, truth}: SanitizeMetrics): string {
  const graded =
    truth === null
      ? ['0', '–', '–']
      : [String(truth.adversarial), truth.precision?.toFixed(2) ?? '–', truth.recall.toFixed(2)]
  return `| ${name} | ${edges} | ${graded[0]!} | ${pruned} (${((100 * pruned) / edges).toFixed(1)} %) | ${graded[1]!} | ${graded[2]!} |`
}

function pairKey(u: number, v: number): string {
  return u < v ? `${u},${v}` : `${v},${u}`
}

/**
 * What landmarks cost in accuracy: scores through p landmarks against Gram matrices, on graphs small enough for both.
 *
 *     npx tsx bench/landmarks.ts [--landmarks 128,256,512,1024] [folder of graphs]      default ../shared/data/graphs
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import {readTruth} from '../src/graph/truth.js'
import {selectEngine} from '../src/pairwise/select.js'
import {sanitize} from '../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../src/sanitize/settings.js'
import {averageRanks} from '../src/stats/ranking.js'
import {pearson} from '../test/support/pearson.js'

const GRAPHS = ['cora_meta_0.25', 'cora_random_0.2', 'citeseer_meta_0.25', 'cora_nettack_5.0']
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {landmarks: {type: 'string', default: '128,256,512,1024'}},
})
const folder = positionals[0] ?? '../shared/data/graphs'
const {engine} = await selectEngine('cpu')
console.log(
  '| graph | landmarks | kernel error | GKC | Pearson of KC | Spearman | AUC of the fused rank | same pruned edges |\n|---|---|---|---|---|---|---|---|',
)
for (const name of GRAPHS) {
  const path = join(folder, `${name}.npz`)
  if (!existsSync(path)) throw new Error(`${path} is absent: name the folder that holds ${GRAPHS.join(', ')}`)
  const document = await readGraph(path, {edges: 'edges_attacked'})
  const normalised = normalise(document)
  const options: SanitizeOptions = {
    preset: 'surety',
    prune: {rule: 'auto'},
    minDegree: 1,
    seed: 0,
    truth: await readTruth(document.inputs[0]!, 'edges_added', normalised),
  }
  const exact = await sanitize(normalised.graph, options, engine)
  row(name, 'all (Gram)', exact)
  for (const landmarks of values.landmarks.split(',').map(Number)) {
    row(name, String(landmarks), await sanitize(normalised.graph, {...options, solver: 'landmarks', landmarks}, engine))
  }

  function row(graph: string, solver: string, {scores, metrics}: typeof exact): void {
    const [kc, truth] = [scores.parts.kc, exact.scores.parts.kc]
    const both = scores.pruned.reduce((sum, x, e) => sum + (x & exact.scores.pruned[e]!), 0)
    const share = (2 * both) / (metrics.pruned + exact.metrics.pruned)
    console.log(
      `| ${graph} | ${solver} | ${metrics.solver.kernelError?.toFixed(3) ?? '–'} | ${metrics.gkcBefore!.toFixed(4)} | ${pearson(kc, truth).toFixed(3)} | ${pearson(averageRanks(kc), averageRanks(truth)).toFixed(3)} | ${metrics.truth!.auc.toFixed(3)} | ${(100 * share).toFixed(0)} % |`,
    )
  }
}
await engine.close()

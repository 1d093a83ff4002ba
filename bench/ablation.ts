/**
 * What each part of the score is worth under the rule of the cut: every graph is scored and cut by `--prune auto` with all
 * parts, and with each of them left out of the rank in turn (`fit` still reads all columns). No truth is read but to
 * grade.
 *
 *     npx tsx bench/ablation.ts ../shared/data/graphs/cora_meta_0.25.npz … clean/sbm_medium.npz …
 *
 * A graph with `edges_attacked` is taken as attacked. Clean families: `python3 clean_graphs.py clean`.
 */
import {basename} from 'node:path'
import {openNpz} from '../src/data/npz.js'
import {readInput} from '../src/data/read-file.js'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import {readTruth} from '../src/graph/truth.js'
import {selectEngine} from '../src/pairwise/select.js'
import {autoPrune} from '../src/sanitize/auto-prune.js'
import {decideCut} from '../src/sanitize/decide.js'
import {edgeChances} from '../src/sanitize/edge-chances.js'
import {PARTS} from '../src/sanitize/parts.js'
import {markEdges} from '../src/sanitize/prune.js'
import {withPrepared} from '../src/sanitize/sanitize.js'
import {areaUnderRoc} from '../src/stats/ranking.js'
import {random} from '../src/stats/random.js'

const WITHOUT = [null, ...PARTS.filter(({weight}) => weight > 0).map(({name}) => name)]
const WEIGHTS = PARTS.map(({weight}) => weight)
const {engine, threads} = await selectEngine('cpu')
const short = {
  'suspicious edges found': 'found',
  'no evidence of an attack': 'none',
  'not enough evidence to judge': '?',
}
console.log(`| graph | ${WITHOUT.map((name) => (name === null ? 'all parts' : `without ${name}`)).join(' | ')} |`)
console.log(`|---|${'---|'.repeat(WITHOUT.length)}`)
for (const path of process.argv.slice(2)) {
  const {bytes} = await readInput(path)
  const isAttacked = openNpz(bytes, path).has('edges_attacked')
  const document = await readGraph(path, isAttacked ? {edges: 'edges_attacked'} : {})
  const normalised = normalise(document)
  const {graph} = normalised
  const added = isAttacked ? await readTruth(document.inputs[0]!, 'edges_added', normalised) : new Uint32Array(0)
  const key = (edges: Uint32Array, e: number) => edges[2 * e]! * graph.nodes + edges[2 * e + 1]!
  const known = new Set(Array.from({length: added.length / 2}, (_, k) => key(added, k)))
  const m = graph.edges.length / 2
  const truth = Uint8Array.from({length: m}, (_, e) => Number(known.has(key(graph.edges, e))))
  const options = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null} as const
  const cells = await withPrepared(graph, options, engine, {threads}, async (prepared) => {
    const out: string[] = []
    for (const left of WITHOUT) {
      PARTS.forEach((part, k) => {
        Object.assign(part, {weight: part.name === left ? 0 : WEIGHTS[k]})
      })
      const {sources, mixing, rewiring} = prepared
      const chances = edgeChances(graph.edges, sources, mixing, rewiring, graph.features !== null, random(1))
      const auto = autoPrune(chances.random, graph.features === null ? 'neighbours' : 'features')
      let place = 0
      const probability = Float64Array.from(chances.supported, (x) =>
        x === 1 ? chances.random.probability[place++]! : NaN,
      )
      const score = chances.score.edges
      const scored = new Uint8Array(m).fill(1)
      const {rule, eligible, finding} = await decideCut(prepared, {score, scored, probability}, chances, auto)
      const {pruned, prunedCount} = markEdges(
        {score, scored: eligible, edges: graph.edges, degrees: mixing.degrees},
        rule,
        {minDegree: 1, spared: null},
      )
      const right = pruned.reduce((sum, x, e) => sum + x * truth[e]!, 0)
      const share = `${((100 * prunedCount) / m).toFixed(1)} %`
      out.push(
        isAttacked
          ? `${areaUnderRoc(truth, score).toFixed(3)}, ${share}, ${(right / Math.max(1, prunedCount)).toFixed(2)}, ${(right / known.size).toFixed(2)}`
          : `${short[finding]}, ${share}`,
      )
    }
    return out
  })
  console.log(`| ${basename(path, '.npz')} | ${cells.join(' | ')} |`)
}
await engine.close()

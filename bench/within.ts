/**
 * Graphs whose nodes or edges are of several kinds, scored against pairs rewired among all of them and among their own
 * kind (`surety sanitize --within`): how well added edges are found, and how right the chances are.
 *
 *     npx tsx bench/within.ts [--seeds 5] [--share 0.15]
 */
import {parseArgs} from 'node:util'
import {selectEngine} from '../src/pairwise/select.js'
import {sanitize} from '../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../src/sanitize/settings.js'
import {buyersAndSellers, friendsAndPayments, type TypedGraph} from '../test/sanitize/typed-graphs.js'

const {values} = parseArgs({options: {seeds: {type: 'string', default: '5'}, share: {type: 'string', default: '0.15'}}})
const {engine, threads} = await selectEngine('cpu')
console.log(
  '| graph | rewired | AUC | share stated (true) | edges with p > .5 | precision | recall | precision at as many as were added |\n|---|---|---|---|---|---|---|---|',
)
for (const [name, make] of [
  ['buyers and sellers', buyersAndSellers],
  ['friends and payments', friendsAndPayments],
] as const)
  for (const within of [false, true]) {
    const seeds = Array.from({length: Number(values.seeds)}, (_, seed) => seed)
    const rows: Row[] = []
    for (const seed of seeds) rows.push(await measured(make(seed, Number(values.share)), within))
    const mean = (of: (row: Row) => number) => (rows.reduce((sum, row) => sum + of(row), 0) / rows.length).toFixed(3)
    console.log(
      `| ${name} | ${within ? 'within kinds' : 'all'} | ${mean((r) => r.auc)} | ${mean((r) => r.stated)} (${mean((r) => r.share)}) | ${mean((r) => r.pruned)} | ${mean((r) => r.precision)} | ${mean((r) => r.recall)} | ${mean((r) => r.atCount)} |`,
    )
  }
await engine.close()

interface Row {
  auc: number
  stated: number
  share: number
  pruned: number
  precision: number
  recall: number
  atCount: number
}

async function measured({graph, kinds, added}: TypedGraph, within: boolean): Promise<Row> {
  const options: SanitizeOptions = {
    preset: 'surety',
    prune: {rule: 'probability', value: 0.5},
    minDegree: 1,
    seed: 0,
    truth: added,
  }
  const {metrics, scores} = await sanitize(graph, {...options, kinds: within ? kinds : null}, engine, {threads})
  const isAdded = new Set(
    Array.from({length: added.length / 2}, (_, k) => added[2 * k]! * graph.nodes + added[2 * k + 1]!),
  )
  const hits = (chosen: (e: number) => boolean) => {
    let [all, right] = [0, 0]
    for (let e = 0; e < graph.edges.length / 2; e++) {
      if (!chosen(e)) continue
      all++
      right += Number(isAdded.has(graph.edges[2 * e]! * graph.nodes + graph.edges[2 * e + 1]!))
    }
    return {all, right}
  }
  const pruned = hits((e) => scores.pruned[e] === 1)
  return {
    auc: metrics.truth!.auc!,
    stated: metrics.randomEdges!.share.estimate,
    share: isAdded.size / metrics.edges,
    pruned: metrics.pruned / metrics.edges,
    precision: pruned.all === 0 ? 0 : pruned.right / pruned.all,
    recall: pruned.right / isAdded.size,
    atCount: hits((e) => scores.rank[e]! <= isAdded.size).right / isAdded.size,
  }
}

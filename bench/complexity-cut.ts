/**
 * Could kernel complexity choose the cut? GKC while edges go from the most suspect on, beside GKC while random edges go,
 * by share of the edges removed. The cut would be where the first stops falling faster than the second.
 *
 *     npx tsx bench/complexity-cut.ts [--folder ../shared/data/graphs] [--graphs cora_meta_0.25,cora_meta_0.05,…]
 */
import {parseArgs} from 'node:util'
import {membership} from '../src/evaluate/rankings.js'
import {selectEngine} from '../src/pairwise/select.js'
import {aggregation} from '../src/sanitize/aggregate.js'
import {allBlocks, solveBlocks} from '../src/sanitize/kernel-scores.js'
import {rankEdges} from '../src/sanitize/prune.js'
import {concludeScores, withSolver} from '../src/sanitize/sanitize.js'
import {random} from '../src/stats/random.js'
import {openCase} from './defence/cases.js'
import {head, row} from './defence/tables.js'

const {values} = parseArgs({
  options: {
    folder: {type: 'string', default: '../shared/data/graphs'},
    graphs: {type: 'string', default: 'cora_meta_0.25,cora_meta_0.05,citeseer_meta_0.25,cora'},
  },
})
const SHARES = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4]
const {engine, threads} = await selectEngine('cpu')
console.log(head(['graph', 'added, share of the edges', ...SHARES.map((s) => `${100 * s} % removed`), 'cut']))
for (const name of values.graphs.split(',')) {
  const {graph, added} = await openCase(values.folder, name)
  const m = graph.edges.length / 2
  const options = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null} as const
  await withSolver(graph, options, engine, {threads}, async (prepared, solver) => {
    const {scores, metrics} = await concludeScores(prepared, solver, await solveBlocks(solver, allBlocks(solver)))
    const falls = async (order: Uint32Array) => {
      const out: number[] = []
      for (const share of SHARES) {
        const gone = new Uint8Array(m)
        for (const e of order.subarray(0, Math.round(share * m))) gone[e] = 1
        const {norm, hops} = prepared.settings
        const left = graph.edges.filter((_, t) => gone[t >> 1] === 0)
        out.push(metrics.gkcBefore! - (await solver.complexityOf(aggregation(graph.nodes, left, norm, hops))))
      }
      return out
    }
    const byScore = await falls(rankEdges(scores.score))
    const byChance = await falls(random(1).permutation(m))
    const step = (of: number[], k: number) => of[k]! - (k === 0 ? 0 : of[k - 1]!)
    const end = SHARES.findIndex((_, k) => step(byScore, k) <= step(byChance, k))
    const isAdded = added === null ? null : membership(graph.edges, added, graph.nodes)
    console.log(
      row([
        name,
        isAdded === null ? '0' : `${((100 * isAdded.reduce((sum, x) => sum + x, 0)) / m).toFixed(1)} %`,
        ...SHARES.map((_, k) =>
          `${(1e3 * byScore[k]!).toFixed(2)} | ${(1e3 * byChance[k]!).toFixed(2)}`.replace(' | ', ' / '),
        ),
        end < 0 ? 'none' : `${100 * (end === 0 ? 0 : SHARES[end - 1]!)} %`,
      ]),
    )
  })
}
await engine.close()

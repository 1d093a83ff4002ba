import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import type {Graph} from '../src/graph/types.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {candidateScorer} from '../src/sanitize/candidates.js'
import {random} from '../src/stats/random.js'
import {arxivLike, writeGeneratedGraph} from './generated-graph.js'

/**
 * How many new edges a second are held against a prepared graph: `npx tsx bench/candidates.ts [nodes] [pairs] [features]`, on
 * one thread, a second being one of processor time. Random pairs, and pairs at which every second end is one of 100 accounts. `features`: the graph with
 * features only.
 */
const BLOCK = 20_000
const nodes = Number(process.argv[2] ?? 20_000)
const count = Number(process.argv[3] ?? 500_000)
const folder = mkdtempSync(join(tmpdir(), 'surety-candidates-'))
const path = join(folder, 'graph.npz')
writeGeneratedGraph(path, arxivLike(nodes))
const {graph} = normalise(await readGraph(path))
rmSync(folder, {recursive: true})
const engine = await createCpuEngine({threads: 1})
const {integer} = random(1)
const pairs = (target: () => number) =>
  Uint32Array.from({length: 2 * count}, (_, at) => (at % 2 === 0 ? integer(nodes - 100) : target()))
const kinds = {
  'random pairs': pairs(() => nodes - 100 + integer(100)).map((node, at) =>
    at % 2 === 1 ? (node * 7919) % (nodes - 1) : node,
  ),
  'with 100 accounts': pairs(() => nodes - 100 + integer(100)),
}
const measure = async (name: string, of: Graph) => {
  const start = process.cpuUsage()
  await candidateScorer(
    of,
    {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null},
    engine,
    {threads: 1},
    (score) => {
      const {user, system} = process.cpuUsage(start)
      console.log(
        `${name}: ${of.nodes} nodes, ${of.edges.length / 2} edges, prepared in ${((user + system) / 1e6).toFixed(1)} s`,
      )
      for (const [kind, list] of Object.entries(kinds)) {
        const usable = list.map((node, at) => (at % 2 === 1 && node === list[at - 1] ? (node + 1) % nodes : node))
        const speeds: number[] = []
        for (let from = 0; from < usable.length; from += 2 * BLOCK) {
          const block = usable.subarray(from, from + 2 * BLOCK)
          const before = process.cpuUsage()
          score(block)
          const {user, system} = process.cpuUsage(before)
          speeds.push((5e5 * block.length) / (user + system))
        }
        speeds.sort((a, b) => a - b)
        const words = (speed: number) => Math.round(speed).toLocaleString('en')
        console.log(
          `  ${kind}: ${words(speeds[speeds.length >> 1]!)} pairs a second (median), ${words(speeds.at(-1)!)} (fastest block)`,
        )
      }
    },
  )
}
await measure('with features', graph)
if (process.argv[4] !== 'features') await measure('without features', {...graph, features: null})
await engine.close()

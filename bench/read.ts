// Reading a million edges: file to normalised CSR-ready graph. `npx tsx bench/read.ts [edges]`
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parse} from 'csv-parse/sync'
import {writeNpz} from '../src/data/npz.js'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import {random} from '../src/stats/random.js'

const RUNS = 5

async function main(): Promise<void> {
  const edges = Number(process.argv[2] ?? 1_000_000)
  const nodes = Math.ceil(edges / 10)
  const draw = random(0)
  const ends = Int32Array.from({length: 2 * edges}, () => draw.integer(nodes))
  const csv = `source,target\n${Array.from({length: edges}, (_, e) => `${ends[2 * e]},${ends[2 * e + 1]}\n`).join('')}`
  const folder = await mkdtemp(join(tmpdir(), 'surety-bench-'))
  try {
    for (const [name, content] of [
      ['graph.csv', csv],
      ['graph.npz', writeNpz([{name: 'edges', shape: [edges, 2], type: 'i4', data: ends}])],
    ] as const) {
      const path = join(folder, name)
      await writeFile(path, content)
      report(name, edges, await median(async () => void normalise(await readGraph(path))))
    }
    // The peer: a general parser, without numbering or normalising anything.
    report('csv-parse alone', edges, await median(() => Promise.resolve(void parse(csv))))
  } finally {
    await rm(folder, {recursive: true})
  }
}

async function median(run: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[RUNS >> 1]!
}

const report = (name: string, edges: number, ms: number) =>
  console.log(
    `${name.padEnd(16)} ${ms.toFixed(0).padStart(6)} ms  ${((edges / ms) * 1000).toExponential(2)} edges/s  (median of ${RUNS})`,
  )

await main()

/**
 * Whole `surety sanitize` commands on generated graphs of ogbn-arxiv's family and on graph files: time, memory, and how
 * the time grows with edges.
 *
 *     npm run build && npx tsx bench/large.ts [--nodes 10000,30000,100000,169343] [--repeats 1] [--flags='--solver stream --device webgpu'] [graph files …]
 *
 * One run each unless --repeats says otherwise (a run takes minutes): medians where there are several. Memory is the
 * peak of the process.
 */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {availableParallelism, tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {parseArgs} from 'node:util'
import type {SanitizeReport} from '../src/documents/reports.js'
import {arxivLike, writeGeneratedGraph} from './generated-graph.js'
import {machine, median} from './measure.js'

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    nodes: {type: 'string', default: '10000,30000,100000,169343'},
    repeats: {type: 'string', default: '1'},
    flags: {type: 'string', default: ''},
  },
})
const folder = mkdtempSync(join(tmpdir(), 'surety-bench-'))
const measured: {edges: number; seconds: number}[] = []
console.log(
  `${machine(availableParallelism())}\n\n| graph | nodes | edges | solver | kernel error | whole command | peak memory |\n|---|---|---|---|---|---|---|`,
)
try {
  for (const nodes of values.nodes === '' ? [] : values.nodes.split(',').map(Number)) {
    const path = join(folder, `generated-${nodes}.npz`)
    writeGeneratedGraph(path, arxivLike(nodes))
    measured.push(run(path))
    rmSync(path)
  }
  for (const path of positionals) run(path)
} finally {
  rmSync(folder, {recursive: true})
}
for (let k = 1; k < measured.length; k++) {
  const [a, b] = [measured[k - 1]!, measured[k]!]
  console.log(
    `\ntime grows as edges^${(Math.log(b.seconds / a.seconds) / Math.log(b.edges / a.edges)).toFixed(2)} from ${a.edges} to ${b.edges} edges`,
  )
}

function run(path: string): {edges: number; seconds: number} {
  const seconds: number[] = []
  let report: SanitizeReport | undefined
  for (let k = 0; k < Number(values.repeats); k++) {
    const start = performance.now()
    report = JSON.parse(
      execFileSync(
        process.execPath,
        [
          'bin/run.js',
          'sanitize',
          path,
          '--dry-run',
          '--json',
          ...values.flags.split(' ').filter((flag) => flag !== ''),
        ],
        {maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore']},
      ).toString(),
    ) as SanitizeReport
    seconds.push((performance.now() - start) / 1000)
  }
  const {metrics, run: info} = report!
  const {solver, nodes, edges} = metrics
  console.log(
    `| ${basename(path, '.npz')} | ${nodes} | ${edges} | ${solver.name} | ${solver.kernelError?.toPrecision(2) ?? 'exact'} | ${median(seconds).toFixed(1)} s | ${(info!.peakMemoryBytes / 2 ** 30).toFixed(2)} GiB |`,
  )
  return {edges, seconds: median(seconds)}
}

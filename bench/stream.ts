/**
 * Where the time of `sanitize --solver stream` goes: every row is a run of kernel reductions of one kind, with the
 * seconds it took and when it began; what lies between two rows is the host's.
 *
 *     npx tsx bench/stream.ts [--nodes 169343] [--device webgpu]      a generated graph of ogbn-arxiv's family, see large.ts
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {availableParallelism, tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {selectEngine} from '../src/pairwise/select.js'
import {sanitize} from '../src/sanitize/sanitize.js'
import {arxivLike, writeGeneratedGraph} from './generated-graph.js'
import {machine, peakMiB} from './measure.js'

const {values} = parseArgs({
  options: {nodes: {type: 'string', default: '169343'}, device: {type: 'string', default: 'webgpu'}},
})
const folder = mkdtempSync(join(tmpdir(), 'surety-bench-'))
const path = join(folder, 'generated.npz')
writeGeneratedGraph(path, arxivLike(Number(values.nodes)))
const {graph} = normalise(await readGraph(path, {}))
rmSync(folder, {recursive: true})
const {engine} = await selectEngine(values.device)
console.log(`${machine(availableParallelism())}, engine ${engine.name}\n\nbegan at      kind  columns  calls  seconds`)

const start = performance.now()
const row = {kind: '', columns: 0, calls: 0, seconds: 0, began: 0}
const print = () => {
  if (row.calls > 0)
    console.log(
      `${row.began.toFixed(1).padStart(6)} s  ${row.kind.padStart(8)}  ${String(row.columns).padStart(7)}  ${String(row.calls).padStart(5)}  ${row.seconds.toFixed(1).padStart(7)}`,
    )
}
async function timed<T>(kind: string, columns: number, work: () => Promise<T>): Promise<T> {
  const began = performance.now()
  if (kind !== row.kind || columns !== row.columns) {
    print()
    Object.assign(row, {kind, columns, calls: 0, seconds: 0, began: (began - start) / 1000})
  }
  const result = await work()
  row.calls++
  row.seconds += (performance.now() - began) / 1000
  return result
}
const watched: PairwiseEngine = {
  ...engine,
  // The engine of landmarks and preparation is another one where this one computes in fp32.
  kernelApply: (z, w, v) => timed('product', v.cols, () => engine.kernelApply(z, w, v)),
  kernelGradient: (z, w, left, right, onRows) =>
    timed('gradient', right.cols, () => engine.kernelGradient(z, w, left, right, onRows)),
}
await sanitize(
  graph,
  {preset: 'surety', solver: 'stream', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null},
  watched,
)
print()
console.log(`\nin all ${((performance.now() - start) / 1000).toFixed(1)} s, peak ${peakMiB().toFixed(0)} MiB`)
await engine.close()

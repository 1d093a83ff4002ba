/**
 * To what residual the random probes of `--solver stream` are worth solving: products over all pairs, the label-free
 * trace, and the label-free score of the edges against the exact one of Gram matrices.
 *
 *     npx tsx bench/probes.ts [--residuals 1e-8,1e-3,1e-2,3e-2] [--edges edges_attacked] [graph files …]      without files a generated graph of 5,000 nodes
 *
 * In fp64; a file so large that no Gram matrix fits is left out by --no-gram.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {availableParallelism, tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {parseArgs} from 'node:util'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import {onnxProducts} from '../src/linalg/onnx-products.js'
import {plainProducts} from '../src/linalg/products.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {allBlocks, solveBlocks} from '../src/sanitize/kernel-scores.js'
import {prepareGraph} from '../src/sanitize/prepare.js'
import {gramSolver} from '../src/sanitize/solvers/gram.js'
import type {KernelSolver} from '../src/sanitize/solvers/solver.js'
import {streamSolver} from '../src/sanitize/solvers/stream.js'
import {random} from '../src/stats/random.js'
import {pearson} from '../test/support/pearson.js'
import {arxivLike, writeGeneratedGraph} from './generated-graph.js'
import {machine} from './measure.js'

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    residuals: {type: 'string', default: '1e-8,1e-3,1e-2,3e-2'},
    edges: {type: 'string'},
    'no-gram': {type: 'boolean', default: false},
  },
})
const folder = mkdtempSync(join(tmpdir(), 'surety-bench-'))
const generated = join(folder, 'generated-5000.npz')
if (positionals.length === 0) writeGeneratedGraph(generated, arxivLike(5000))
const threads = availableParallelism()
const products = (await onnxProducts(threads)) ?? plainProducts
const cpu = await createCpuEngine({threads})
let passes = 0
const counting: PairwiseEngine = {...cpu, kernelApply: (z, w, v) => (passes++, cpu.kernelApply(z, w, v))}
const labelFree = async (solver: KernelSolver) => solver.scores(await solveBlocks(solver, allBlocks(solver))).labelFree!

console.log(
  `${machine(threads)}\n\n| graph | residual | products, of both solves | label-free trace | its standard error | Pearson with the exact score |\n|---|---|---|---|---|---|`,
)
for (const path of positionals.length === 0 ? [generated] : positionals) {
  const {graph} = normalise(await readGraph(path, values.edges === undefined ? {} : {edges: values.edges}))
  const {problem} = await prepareGraph(
    graph,
    {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null, labelFree: true},
    cpu,
    products,
    {threads, memoryLimitBytes: Infinity, heldBytes: 0},
  )
  const exact = values['no-gram']
    ? null
    : await labelFree(await gramSolver(problem, graph.edges, 'first-order', {exact: cpu, fast: cpu, products}))
  for (const residual of values.residuals.split(',').map(Number)) {
    passes = 0
    const solver = await streamSolver(problem, graph.edges, {
      random: random(0),
      engine: counting,
      exact: cpu,
      products,
      probeResidual: residual,
    })
    const {gkc, standardError} = solver.facts.labelFree!
    const trace = (gkc ** 2 * problem.nodeSet.length) / 2
    const agreement = exact === null ? '–' : pearson(await labelFree(solver), exact).toFixed(3)
    console.log(
      `| ${basename(path, '.npz')} | ${residual} | ${passes} | ${trace.toFixed(3)} | ${(standardError * gkc * problem.nodeSet.length).toFixed(1)} | ${agreement} |`,
    )
  }
}
rmSync(folder, {recursive: true})
await products.close()
await cpu.close()

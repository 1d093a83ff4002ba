/**
 * All KC scores of a graph against the naive way: remove an edge, compute the complexity anew, for every edge.
 *
 *   npx tsx bench/scoring.ts [graph file, default: a generated graph of Cora's size] [--edges <name>] [--sample 5] [--threads 2] [--repeats 5]
 *
 * Both sides work in fp64, on the same products, from the prepared graph (pseudo-labels are in neither). The scores are
 * those that `sanitize` computes at default settings, the label-free ones included; the naive way computes KC alone:
 * aggregation, Gram matrix, kernel, solve, GKC. It is timed on a sample of edges and extrapolated to all.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {availableParallelism, tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {parseArgs} from 'node:util'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import type {Graph} from '../src/graph/types.js'
import {onnxProducts} from '../src/linalg/onnx-products.js'
import {plainProducts} from '../src/linalg/products.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {aggregation} from '../src/sanitize/aggregate.js'
import {kernelGram, kernelOf, solveComplexity} from '../src/sanitize/complexity.js'
import {allBlocks, createSolver, solveBlocks} from '../src/sanitize/kernel-scores.js'
import {defaultMemoryLimit, residentBytes} from '../src/frame/memory.js'
import {prepareGraph} from '../src/sanitize/prepare.js'
import {random} from '../src/stats/random.js'
import {writeGeneratedGraph} from './generated-graph.js'
import {fixed, machine, median, medianRatio, rounds} from './measure.js'

const CORA = {nodes: 2485, edges: 5069, features: 128, classes: 7, labelled: 0.1}

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    edges: {type: 'string'},
    sample: {type: 'string', default: '5'},
    threads: {type: 'string', default: `${availableParallelism()}`},
    repeats: {type: 'string', default: '5'},
  },
})
const [sample, threads, repeats] = [values.sample, values.threads, values.repeats].map(Number) as [
  number,
  number,
  number,
]

const graph = positionals[0] === undefined ? await generated() : await read(positionals[0])
const products = (await onnxProducts(threads)) ?? plainProducts
const engine = await createCpuEngine({threads})
const options = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null} as const
const {problem, plan, settings} = await prepareGraph(graph, options, engine, products, {
  threads,
  memoryLimitBytes: defaultMemoryLimit(),
  heldBytes: residentBytes(),
})
const {features, nodeSet, y, ridge} = problem
const m = graph.edges.length / 2
const which = Array.from(random(1).permutation(m)).slice(0, sample)

async function scores(): Promise<Float64Array> {
  const solver = await createSolver(plan.solver, problem, graph.edges, settings, {
    random: random(0),
    exact: engine,
    fast: engine,
    products,
  })
  return solver.scores(await solveBlocks(solver, allBlocks(solver))).kc
}

async function complexityOf(edges: Uint32Array): Promise<number> {
  const {kernel} = kernelOf(
    await kernelGram(features, aggregation(graph.nodes, edges, settings.norm, settings.hops), nodeSet, products),
    false,
  )
  return (await solveComplexity(kernel, y, ridge, products)).gkc
}

async function removeEach(): Promise<number[]> {
  const out: number[] = []
  for (const e of which) out.push(await complexityOf(graph.edges.filter((_, t) => t >> 1 !== e)))
  return out
}

const times = await rounds(repeats, {scores, naive: removeEach})
const [kc, whole, removed] = [await scores(), await complexityOf(graph.edges), await removeEach()]
await Promise.all([engine.close(), products.close()])

const all = times['naive']!.map((ms) => (ms * m) / sample)
console.log(`${machine(threads)}; ${products.name}`)
console.log(
  `${positionals[0] === undefined ? 'generated' : basename(positionals[0])}: ${graph.nodes} nodes, ${m} edges, solver ${plan.solver}, medians of ${repeats}`,
)
console.log(`scores of all edges    ${fixed(median(times['scores']!)).padStart(9)} ms`)
console.log(`remove and recompute   ${fixed(median(all)).padStart(9)} ms, extrapolated from ${sample} of ${m} edges`)
console.log(`ratio                  ${fixed(medianRatio(all, times['scores']!)).padStart(9)} ×`)
const away = which.map((e, k) => Math.abs(kc[e]! - (whole - removed[k]!)) / Math.abs(whole - removed[k]!))
console.log(`the scores of the sample differ from the naive ones by ${fixed(100 * median(away), 1)} % (median)`)

async function read(path: string): Promise<Graph> {
  return normalise(await readGraph(path, values.edges === undefined ? {} : {edges: values.edges})).graph
}

async function generated(): Promise<Graph> {
  const folder = mkdtempSync(join(tmpdir(), 'surety-bench-'))
  try {
    const path = join(folder, 'graph.npz')
    writeGeneratedGraph(path, CORA)
    return await read(path)
  } finally {
    rmSync(folder, {recursive: true})
  }
}

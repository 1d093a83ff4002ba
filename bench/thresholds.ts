/**
 * The figures of docs/thresholds.md: what the metrics that a gate can name say before and after something went wrong.
 *
 *     npx tsx bench/thresholds.ts [--nodes 2708] [--seeds 3] [--folder FOLDER]
 *
 * Graphs of the size of Cora made here (7 classes, binary words, 81 % of edges within a class), clean and attacked by
 * surety attack; the digit network of fixtures, its inputs with noise and its weights damaged. Needs dist (npm run build:js).
 */
import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {openNpz, writeNpz} from '../src/data/npz.js'
import type {CertifyReport, SanitizeReport} from '../src/documents/reports.js'
import {random} from '../src/stats/random.js'

const {values} = parseArgs({
  options: {
    nodes: {type: 'string', default: '2708'},
    seeds: {type: 'string', default: '3'},
    folder: {type: 'string'},
    only: {type: 'string', default: 'graphs,models'},
  },
})
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'surety-thresholds-'))
mkdirSync(folder, {recursive: true})

function surety(...args: string[]): void {
  const {status, stderr} = spawnSync(process.execPath, ['bin/run.js', ...args, '--threads', '1'], {encoding: 'utf8'})
  if (status !== 0 && status !== 1) throw new Error(`surety ${args.join(' ')}: ${stderr}`)
}
const report = <Report>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as Report
const percent = (x: number | null | undefined) => (x === null || x === undefined ? '–' : `${(100 * x).toFixed(1)} %`)

const CLASSES = 7
const WORDS = 1433
const WORDS_OF_NODE = 18
const TOPIC = 90
const TOPIC_SHARE = 0.35
const EDGES_OF_NODE = 5278 / 2708
const HOMOPHILY = 0.81

/** A graph in the manner of Cora: preferential choice, a third of the edges closes a triangle, words of a class's topic. */
function writeGraph(path: string, nodes: number, seed: number): void {
  const {uniform, integer, permutation} = random(seed)
  const labels = Int32Array.from({length: nodes}, () => integer(CLASSES))
  const neighbours = Array.from({length: nodes}, () => new Set<number>())
  const ends = Array.from({length: nodes}, (_, u) => u)
  const edges: number[] = []
  const wanted = 2 * Math.round(EDGES_OF_NODE * nodes)
  while (edges.length < wanted) {
    const u = ends[integer(ends.length)]!
    const near = [...neighbours[u]!].flatMap((v) => [...neighbours[v]!])
    const v = near.length > 0 && uniform() < 0.35 ? near[integer(near.length)]! : ends[integer(ends.length)]!
    const same = labels[u] === labels[v]
    if (u === v || neighbours[u]!.has(v) || uniform() > (same ? HOMOPHILY : (1 - HOMOPHILY) / (CLASSES - 1))) continue
    neighbours[u]!.add(v)
    neighbours[v]!.add(u)
    edges.push(u, v)
    ends.push(u, v)
  }
  const words = Array.from(labels, (label) => {
    const own = new Set<number>()
    while (own.size < WORDS_OF_NODE) own.add(uniform() < TOPIC_SHARE ? label * TOPIC + integer(TOPIC) : integer(WORDS))
    return [...own].sort((a, b) => a - b)
  })
  const order = Int32Array.from(permutation(nodes))
  const integers = (name: string, data: Int32Array, shape = [data.length]) => ({name, shape, type: 'i4' as const, data})
  const flat = Int32Array.from(words.flat())
  writeFileSync(
    path,
    writeNpz([
      integers('edges', Int32Array.from(edges), [edges.length / 2, 2]),
      integers(
        'feat_indptr',
        Int32Array.from({length: nodes + 1}, (_, k) => k * WORDS_OF_NODE),
      ),
      integers('feat_indices', flat),
      {name: 'feat_data', shape: [flat.length], type: 'f4', data: new Float32Array(flat.length).fill(1)},
      integers('feat_shape', Int32Array.of(nodes, WORDS)),
      integers('labels', labels),
      integers('train_idx', order.slice(0, Math.round(nodes / 10)).sort()),
      integers('val_idx', order.slice(Math.round(nodes / 10), Math.round(nodes / 5)).sort()),
      integers('test_idx', order.slice(Math.round(nodes / 5)).sort()),
      integers('num_nodes', Int32Array.of(nodes)),
    ]),
  )
}

function graphs(): void {
  console.log('| graph | edges added | random edges: lower end | estimate | upper end | share that the cut takes |')
  console.log('|---|---|---|---|---|---|')
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const clean = join(folder, `graph-${seed}.npz`)
    writeGraph(clean, Number(values.nodes), seed)
    const row = (name: string, path: string, ...flags: string[]) => {
      const out = join(folder, 'graph.json')
      surety('sanitize', path, ...flags, '--method', 'first-order', '--dry-run', '--seed', '0', '--report', out)
      const {metrics} = report<SanitizeReport>(out)
      const {share} = metrics.randomEdges!
      const added = flags.length === 0 ? 0 : metrics.truth!.adversarial / metrics.edges
      console.log(
        `| ${name}, seed ${seed} | ${percent(added)} | ${percent(share.low)} | ${percent(share.estimate)} | ${percent(share.high)} | ${percent(metrics.cut.share)} |`,
      )
    }
    row('clean', clean)
    for (const [method, budget] of [
      ['random', 0.05],
      ['random', 0.1],
      ['dice', 0.1],
      ['dice', 0.2],
      ['metattack', 0.1],
    ] as const) {
      const out = join(folder, 'attacked.npz')
      const flips = method === 'metattack' ? ['--flips-per-step', '32'] : []
      surety('attack', clean, '--method', method, '--budget', String(budget), ...flips, '--out', out, '--force')
      row(`${method} ${budget}`, out, '--edges', 'edges_attacked', '--truth', 'edges_added')
    }
  }
}

function models(): void {
  console.log('| case | accuracy, lower end | headline bound | lift | worst slice, lower end |')
  console.log('|---|---|---|---|---|')
  const data = openNpz(readFileSync('fixtures/mnist-mlp/test.npz'), 'test.npz')
  const weights = readFileSync('fixtures/mnist-mlp/weights.bin')
  const inputs = data.read('inputs')
  const row = (name: string, model: string, path: string) => {
    const out = join(folder, 'model.json')
    surety('certify', model, '--data', path, '--slice', 'class', '--bootstrap', '0', '--examples', '0', '--report', out)
    const {headline, performance, slices} = report<CertifyReport>(out).metrics
    const {bound, status, lift} = headline!
    const worst = (slices ?? []).flatMap((slice) => slice.performance?.lower ?? [])
    console.log(
      `| ${name} | ${percent(performance!.lower)} | ${status === 'certified' ? percent(bound) : status} | ${lift?.toFixed(1) ?? '–'} | ${worst.length === 0 ? '–' : percent(Math.min(...worst))} |`,
    )
  }
  row('as shipped', 'fixtures/mnist-mlp', 'fixtures/mnist-mlp/test.npz')
  for (const noise of [0.1, 0.3, 0.5]) {
    const {normal} = random(7)
    const noisy = Uint8Array.from(inputs.data as Uint8Array, (x) =>
      Math.max(0, Math.min(255, x + 255 * noise * normal())),
    )
    const path = join(folder, 'noisy.npz')
    writeFileSync(path, writeNpz([{...inputs, data: noisy}, data.read('labels')]))
    row(`inputs with noise of ${noise} of their range`, 'fixtures/mnist-mlp', path)
  }
  for (const noise of [0.02, 0.05, 0.1]) {
    const {normal} = random(7)
    const model = join(folder, `damaged-${noise}`)
    mkdirSync(model, {recursive: true})
    const numbers = new Float32Array(weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length))
    const spread = Math.sqrt(numbers.reduce((sum, w) => sum + w * w, 0) / numbers.length)
    for (const [k, w] of numbers.entries()) numbers[k] = w + noise * spread * normal()
    writeFileSync(join(model, 'weights.bin'), numbers)
    writeFileSync(join(model, 'model.json'), readFileSync('fixtures/mnist-mlp/model.json'))
    row(`weights with noise of ${noise} of their spread`, model, 'fixtures/mnist-mlp/test.npz')
  }
}

if (values.only.includes('models')) models()
if (values.only.includes('graphs')) graphs()

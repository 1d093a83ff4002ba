// npx tsx scripts/reliability/memory.ts [text]: whether --max-memory holds, for all cases or those whose name holds the text. Needs a build.
// Of every case: the peak without a limit; that half of it is refused before the work begins, with a limit that would
// do; and the peak of a run with just that limit. Exit code 1 if a peak exceeds its limit by more than 15 %, or a
// refusal names no limit.
import {readFileSync, rmSync, writeFileSync as writeFile} from 'node:fs'
import {join} from 'node:path'
import {writeGeneratedGraph} from '../../bench/generated-graph.js'
import {openNpz, writeNpz} from '../../src/data/npz.js'
import {random} from '../../src/stats/random.js'
import {scratchFolder, surety} from './commands.js'

const ALLOWED = 1.15
const MIB = 2 ** 20
const folder = scratchFolder('memory')

interface Case {
  name: string
  args: () => string[]
}

/** Runs the command line; the peak is that of the kernel's accounting when the process ended. */
async function measured(
  args: readonly string[],
): Promise<{code: number | null; stderr: string; peak: number; elapsedMs: number}> {
  const file = join(folder, 'peak')
  rmSync(file, {force: true})
  const {code, stderr, elapsedMs} = await surety(args, {
    env: {SURETY_PEAK_FILE: file, NODE_OPTIONS: '--import ./scripts/reliability/peak.mjs'},
  }).ended
  return {code, stderr: stderr.replace(/\s+/g, ' '), peak: Number(readFileSync(file, 'utf8')), elapsedMs}
}

function graph(nodes: number, features: number): string {
  const path = join(folder, `graph-${nodes}-${features}.npz`)
  writeGeneratedGraph(path, {nodes, edges: 5 * nodes, features: Math.max(1, features), classes: 7, labelled: 0.1})
  if (features > 0) return path
  const bare = openNpz(readFileSync(path), path)
  rmSync(path)
  const plain = join(folder, `bare-${nodes}.npz`)
  // Without features: the other arrays as they are.
  writeFile(plain, writeNpz(bare.names.filter((name) => name !== 'features').map((name) => bare.read(name))))
  return plain
}

function states(rows: number, dim: number, layers: number): string {
  const path = join(folder, `states-${rows}-${dim}-${layers}.npz`)
  const r = random(rows + dim)
  const labels = Int32Array.from({length: rows}, () => r.integer(5))
  const layer = (k: number) => ({
    name: `h${k}`,
    shape: [rows, dim],
    type: 'f4' as const,
    data: Float32Array.from({length: rows * dim}, (_, t) => r.normal() + 0.3 * labels[Math.floor(t / dim)]!),
  })
  writeFile(
    path,
    writeNpz([
      {name: 'labels', shape: [rows], type: 'i4', data: labels},
      {name: 'loss', shape: [rows], type: 'f8', data: Float64Array.from({length: rows}, () => 2 * r.uniform())},
      ...Array.from({length: layers}, (_, k) => layer(k)),
    ]),
  )
  return path
}

const words = (threads: number) => `${threads} thread${threads === 1 ? '' : 's'}`
const sanitize = (nodes: number, features: number, threads: number, solver: string): Case => ({
  name: `sanitize, ${nodes} nodes${features === 0 ? ', no features' : ''}, ${solver}, ${words(threads)}`,
  args: () => [
    'sanitize',
    graph(nodes, features),
    '--dry-run',
    '--device',
    'cpu',
    '--threads',
    String(threads),
    '--solver',
    solver,
  ],
})
const certify = (rows: number, dim: number, layers: number, threads: number): Case => ({
  name: `certify, ${layers} × ${rows} × ${dim}, ${words(threads)}`,
  args: () => [
    'certify',
    states(rows, dim, layers),
    '--bootstrap',
    '0',
    '--device',
    'cpu',
    '--threads',
    String(threads),
    '--out',
    join(folder, 'report.json'),
  ],
})

const cases = [
  sanitize(500, 64, 1, 'gram'),
  sanitize(1000, 64, 1, 'gram'),
  sanitize(2000, 64, 1, 'gram'),
  sanitize(4000, 64, 1, 'gram'),
  sanitize(2000, 64, 2, 'gram'),
  sanitize(2000, 0, 1, 'gram'),
  sanitize(2000, 64, 1, 'landmarks'),
  sanitize(20000, 64, 1, 'landmarks'),
  sanitize(10000, 64, 2, 'landmarks'),
  sanitize(20000, 64, 2, 'landmarks'),
  sanitize(20000, 64, 4, 'landmarks'),
  sanitize(10000, 0, 1, 'landmarks'),
  sanitize(2000, 64, 1, 'stream'),
  certify(2000, 64, 1, 1),
  certify(30000, 64, 1, 1),
  certify(30000, 64, 3, 1),
  certify(30000, 64, 3, 2),
  certify(20000, 768, 1, 1),
  {
    name: 'certify, a TensorFlow.js model',
    args: () => [
      'certify',
      'fixtures/mnist-mlp',
      '--data',
      'fixtures/mnist-mlp/test.npz',
      '--bootstrap',
      '0',
      '--device',
      'cpu',
      '--threads',
      '1',
    ],
  },
].filter(({name}) => name.includes(process.argv[2] ?? ''))
let wrong = 0
console.log(`${'case'.padEnd(52)} free run  refused at  limit that would do  peak with it  peak / limit`)
for (const {name, args: make} of cases) {
  const args = make()
  const free = await measured([...args, '--max-memory', '900GiB'])
  const half = Math.round(free.peak / 2 / MIB)
  const refusal = await measured([...args, '--max-memory', `${half}MiB`])
  const [, amount, unit] = /raise --max-memory to ([\d.]+)([MG])iB/.exec(refusal.stderr) ?? []
  if (free.code !== 0 || refusal.code !== 2 || amount === undefined) {
    wrong++
    console.log(
      `${name}: ${free.code === 0 ? `half of the peak is not refused with a limit that would do: ${refusal.stderr}` : free.stderr}`,
    )
    continue
  }
  // A first refusal may come from the file alone; the next one speaks of all.
  let limit = Number(amount) * (unit === 'G' ? 1024 : 1)
  let run = await measured([...args, '--max-memory', `${limit}MiB`])
  for (let again = 0; run.code === 2 && again < 3; again++) {
    const [, more, of] = /raise --max-memory to ([\d.]+)([MG])iB/.exec(run.stderr) ?? []
    limit = Number(more) * (of === 'G' ? 1024 : 1)
    run = await measured([...args, '--max-memory', `${limit}MiB`])
  }
  const ratio = run.peak / MIB / limit
  const isWrong = run.code !== 0 || !(ratio <= ALLOWED)
  if (isWrong) wrong++
  const cells = [
    `${(free.peak / MIB).toFixed(0)} MiB`,
    `${half} MiB`,
    `${limit.toFixed(0)} MiB`,
    `${(run.peak / MIB).toFixed(0)} MiB`,
    ratio.toFixed(2),
  ]
  console.log(
    name.padEnd(52) +
      cells.map((cell, k) => cell.padStart([9, 12, 21, 14, 14][k]!)).join('') +
      (isWrong ? `  WRONG ${run.stderr.slice(0, 200)}` : ''),
  )
}
console.log(`${cases.length} cases, ${wrong} wrong`)
process.exitCode = wrong === 0 ? 0 : 1

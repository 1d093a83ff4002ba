/**
 * surety beside the obvious Python program for the same work, on the same machine with one thread each.
 *
 *     npm run build:js && npx tsx bench/peers/run.ts [--only landmarks,svd,…] [--repeats 3] [--cora FILE.npz] [--coauthor-cs FILE.npz]
 *
 * Peers are run by $PYTHON (default: python3) with NumPy, SciPy and torch (Debian: python3-scipy, python3-torch); where one cannot run,
 * its row says so. Graphs are generated, those of Cora's and Coauthor CS's size may be files in their place. The two programs take turns; printed are
 * medians of processor seconds (user and system), which other work on a machine disturbs least, and of the ratios of each round. "Whole" rows
 * are commands from start to end; the others leave out start and reading.
 */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {transformSync} from 'esbuild'
import {writeNpz} from '../../src/data/npz.js'
import {certifyTask} from '../certify-task.js'
import {arxivLike, writeGeneratedGraph} from '../generated-graph.js'
import {fixed, machine, median, medianRatio} from '../measure.js'
import {COAUTHOR_CS, CORA, writeWordGraph} from './word-graph.js'

const PYTHON = process.env['PYTHON'] ?? 'python3'
const {values} = parseArgs({
  options: {
    only: {type: 'string', default: 'landmarks,svd-cs,svd,jaccard,gcn,pairs'},
    repeats: {type: 'string', default: '3'},
    nodes: {type: 'string', default: '30000'},
    pairs: {type: 'string', default: '5000'},
    columns: {type: 'string', default: '768'},
    trainings: {type: 'string', default: '15'},
    cora: {type: 'string'},
    'coauthor-cs': {type: 'string'},
  },
})

interface Spent {
  cpu: number
  wall: number
}

/** One program; `isWhole`: all of it counts, else the seconds that its last line names. */
interface Program {
  command: string[]
  isWhole: boolean
}

interface Row {
  name: string
  ours: Program
  peer: Program
  goal: string
}

const here = (name: string) => new URL(name, import.meta.url).pathname
/** A program of ours on the build, which is what users run: from the sources, through tsx, some loops take half as long again. */
const inner = (name: string, ...args: string[]): Program => {
  const {code} = transformSync(readFileSync(here(name), 'utf8'), {loader: 'ts', format: 'esm'})
  const path = made(name.replace('.ts', '.mjs'), (to) =>
    writeFileSync(to, code.replaceAll('../../src/', new URL('../../dist/src/', import.meta.url).href)),
  )
  return {command: [process.execPath, path, ...args], isWhole: false}
}
const whole = (graph: string): Program => ({
  command: [process.execPath, 'bin/run.js', 'sanitize', graph, '--dry-run', '--json', '--threads', '1'],
  isWhole: true,
})
const python = (isWhole: boolean, name: string, ...args: string[]): Program => ({
  command: [PYTHON, here(name), ...args],
  isWhole,
})

/** Throws where the program cannot run. */
function spend({command, isWhole}: Program): Spent {
  const start = performance.now()
  const {status, stdout, stderr} = spawnSync('bash', ['-c', 'time "$@"', 'bash', ...command], {
    env: {...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', TIMEFORMAT: '%U %S'},
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const wall = (performance.now() - start) / 1000
  const lines = stderr.trim().split('\n')
  if (status !== 0) throw new Error(lines.slice(-2)[0])
  if (!isWhole) {
    const {seconds} = JSON.parse(stdout.trim().split('\n').at(-1)!) as {seconds: number}
    return {cpu: seconds, wall}
  }
  const [user, system] = lines.at(-1)!.split(' ').map(Number) as [number, number]
  return {cpu: user + system, wall}
}

function compare({name, ours, peer, goal}: Row): void {
  const spent: Record<'ours' | 'peer', Spent[]> = {ours: [], peer: []}
  try {
    for (let k = 0; k < Number(values.repeats); k++) {
      spent.ours.push(spend(ours))
      spent.peer.push(spend(peer))
    }
  } catch (error) {
    console.log(`| ${name} | not measured: ${error instanceof Error ? error.message : String(error)} | | | ${goal} |`)
    return
  }
  const of = (which: Spent[], what: keyof Spent) => which.map((one) => one[what])
  const text = (which: Spent[]) => `${fixed(median(of(which, 'cpu')), 2)} s (${fixed(median(of(which, 'wall')), 1)} s)`
  const ratio = medianRatio(of(spent.ours, 'cpu'), of(spent.peer, 'cpu'))
  console.log(`| ${name} | ${text(spent.ours)} | ${text(spent.peer)} | ${fixed(ratio, 2)} × | ${goal} |`)
}

const folder = mkdtempSync(join(tmpdir(), 'surety-peers-'))
const made = (name: string, write: (path: string) => void): string => {
  const path = join(folder, name)
  write(path)
  return path
}
const wanted = values.only.split(',')
const {nodes, pairs, columns, trainings} = values
try {
  const cora = values.cora ?? made('cora-sized.npz', (path) => writeWordGraph(path, CORA))
  const rows: Record<string, () => Row | Promise<Row>> = {
    landmarks: () => {
      const path = made('landmarks.npz', (to) => writeGeneratedGraph(to, arxivLike(Number(nodes))))
      return {
        name: `landmarks, GKC and gradient, ${nodes} nodes / NumPy fp32`,
        ours: inner('landmarks.ts', path),
        peer: python(false, 'landmarks.py', path),
        goal: '≤ 1 ×',
      }
    },
    'svd-cs': () => {
      const path = values['coauthor-cs'] ?? made('cs-sized.npz', (to) => writeWordGraph(to, COAUTHOR_CS))
      return {
        name: 'sanitize, Coauthor CS, whole / GCN-SVD purification',
        ours: whole(path),
        peer: python(true, 'purify.py', 'svd', path),
        goal: '≤ 4 ×',
      }
    },
    svd: () => ({
      name: 'sanitize, Cora, whole / GCN-SVD purification',
      ours: whole(cora),
      peer: python(true, 'purify.py', 'svd', cora),
      goal: '< 1 ×',
    }),
    jaccard: () => ({
      name: 'sanitize, Cora, whole / GCN-Jaccard purification',
      ours: whole(cora),
      peer: python(true, 'purify.py', 'jaccard', cora),
      goal: '< 1 ×',
    }),
    gcn: () => ({
      name: `evaluate, ${trainings} trainings of a GCN on Cora / torch fp32`,
      ours: inner('gcn.ts', cora, trainings, '1'),
      peer: python(false, 'gcn.py', cora, trainings),
      goal: '≤ 1 ×',
    }),
    pairs: async () => {
      const task = await certifyTask(Number(pairs), Number(pairs), Number(columns))
      const single = (name: string, data: ArrayLike<number>, shape: number[]) => ({
        name,
        shape,
        type: 'f4' as const,
        data: Float32Array.from(data),
      })
      const sizes = [Number(pairs), Number(columns)]
      const path = made('pairs.npz', (to) =>
        writeFileSync(
          to,
          writeNpz([
            single('anchors', task.anchors.data, sizes),
            single('references', task.references.data, sizes),
            single('anchor_loss', task.anchorLoss, [sizes[0]!]),
            single('reference_loss', task.referenceLoss, [sizes[0]!]),
            single('deltas', task.deltas, [task.deltas.length]),
            single('etas', task.etas, [task.etas.length]),
            single('scale', [task.scale], [1]),
            single('floor', [task.floor], [1]),
            {name: 'anchor_labels', shape: [sizes[0]!], type: 'i4', data: task.anchorLabels!},
            {name: 'reference_labels', shape: [sizes[0]!], type: 'i4', data: task.referenceLabels!},
          ]),
        ),
      )
      return {
        name: `certify, sums over ${pairs} × ${pairs} pairs of ${columns} columns, fp64 / torch fp32`,
        ours: inner('volatility.ts', path),
        peer: python(false, 'volatility.py', path),
        goal: '≤ 0.33 ×',
      }
    },
  }
  console.log(
    `${machine(1)}, medians of ${values.repeats}: processor seconds (wall clock of the whole program)\n\n| work / peer | surety | peer | ratio | goal |\n|---|---|---|---|---|`,
  )
  for (const name of wanted) compare(await rows[name]!())
} finally {
  rmSync(folder, {recursive: true})
}

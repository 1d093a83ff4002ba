// Logit entries a second of surety drift beside a plain read of the same files, and the memory it takes:
// npx tsx bench/drift-speed.ts [documents] [threads]
import {closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync} from 'node:fs'
import {availableParallelism, tmpdir} from 'node:os'
import {join} from 'node:path'
import {runDrift} from '../src/cli/drift-run.js'
import {writeNpy} from '../src/data/npy.js'
import {random} from '../src/stats/random.js'

const documents = Number(process.argv[2] ?? 8)
const threads = Number(process.argv[3] ?? availableParallelism())
const [POSITIONS, VOCABULARY] = [64, 50_257]
const folder = mkdtempSync(join(tmpdir(), 'surety-drift-speed-'))

/** An npy file of [documents, positions, vocabulary], written row by row. */
function write(name: string, seed: number): string {
  const path = join(folder, name)
  const draw = random(seed)
  const row = Float32Array.from({length: VOCABULARY}, () => 3 * draw.normal())
  const empty = Buffer.from(
    writeNpy({name: 'x', type: 'f4', shape: [0, POSITIONS, VOCABULARY], data: new Float32Array(0)}),
  )
  const shape = Buffer.from(
    empty
      .toString('latin1')
      .replace('(0,', `(${documents},`)
      .replace(/ {3}\n$/, ' \n'),
    'latin1',
  )
  const file = openSync(path, 'w')
  const header = Buffer.alloc(empty.length, 0x20)
  shape.copy(header, 0, 0, Math.min(shape.length, empty.length))
  header[empty.length - 1] = 0x0a
  writeSync(file, header)
  for (let k = 0; k < documents * POSITIONS; k++) {
    row[k % VOCABULARY]! += 0.1
    writeSync(file, new Uint8Array(row.buffer))
  }
  closeSync(file)
  return path
}

function plainRead(path: string): void {
  const file = openSync(path, 'r')
  const buffer = Buffer.alloc(4 * VOCABULARY)
  while (readSync(file, buffer, 0, buffer.length, null) > 0);
  closeSync(file)
}

const cpu = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6
try {
  const [old, fresh] = [write('old.npy', 1), write('new.npy', 2)]
  const entries = 2 * documents * POSITIONS * VOCABULARY
  const options = {alpha: 0.05, taus: [0.01, 0.1], losses: [1], klCap: 10}
  plainRead(old)
  let start = cpu()
  plainRead(old)
  plainRead(fresh)
  const reading = cpu() - start
  start = cpu()
  const began = performance.now()
  await runDrift({old, fresh, shift: null, trustOrder: true, options, weights: false}, threads, () => undefined)
  const drift = cpu() - start
  const wall = (performance.now() - began) / 1e3
  const size = (2 * statSync(old).size) / 2 ** 20
  console.log(`${entries / 1e6} million entries in ${size.toFixed(0)} MiB`)
  console.log(
    `plain read ${reading.toFixed(2)} s of processor; drift ${drift.toFixed(2)} s, ${(drift / reading).toFixed(1)} times that`,
  )
  console.log(
    `${(entries / drift / 1e6).toFixed(1)} million entries a second of one processor, ${(entries / wall / 1e6).toFixed(1)} million by the clock on ${threads} threads, the digest of the files included`,
  )
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`)
} finally {
  rmSync(folder, {recursive: true, force: true})
}

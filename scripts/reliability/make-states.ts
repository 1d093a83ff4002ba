// npx tsx scripts/reliability/make-states.ts file.npz: hidden states that are enough work for worker threads to start: 2,000 anchors × 6,000 references × 400.
import {writeFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {writeNpz} from '../../src/data/npz.js'
import {random} from '../../src/stats/random.js'

const ROWS = 8000
const DIM = 400

export function writeStates(path: string): void {
  const {uniform, integer, normal} = random(1)
  const labels = Int32Array.from({length: ROWS}, () => integer(3))
  writeFileSync(
    path,
    writeNpz([
      {name: 'labels', shape: [ROWS], type: 'i4', data: labels},
      {name: 'loss', shape: [ROWS], type: 'f8', data: Float64Array.from({length: ROWS}, () => uniform())},
      {
        name: 'h1',
        shape: [ROWS, DIM],
        type: 'f4',
        data: Float32Array.from({length: ROWS * DIM}, (_, t) => normal() + 0.2 * labels[Math.floor(t / DIM)]!),
      },
    ]),
  )
}

if (process.argv[1] === resolve('scripts/reliability/make-states.ts')) writeStates(process.argv[2]!)

import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {writeNpz} from '../../src/data/npz.js'
import {type DriftPair, measureDocuments, openPair} from '../../src/drift/measure-documents.js'
import type {Measures} from '../../src/drift/types.js'
import {random} from '../../src/stats/random.js'

const [DOCUMENTS, LENGTH, VOCABULARY] = [5, 7, 11]
const folder = mkdtempSync(join(tmpdir(), 'surety-drift-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function write(name: string, seed: number, spoil?: [number, number]): string {
  const draw = random(seed)
  const data = Float32Array.from({length: DOCUMENTS * LENGTH * VOCABULARY}, () => 2 * draw.normal())
  if (spoil !== undefined) data[(spoil[0] * LENGTH + spoil[1]) * VOCABULARY + 3] = NaN
  const targets = Int32Array.from({length: DOCUMENTS * LENGTH}, (_, k) => (k * 5) % VOCABULARY)
  const path = join(folder, name)
  writeFileSync(
    path,
    writeNpz([
      {name: 'logits', type: 'f4', shape: [DOCUMENTS, LENGTH, VOCABULARY], data},
      {name: 'targets', type: 'i4', shape: [DOCUMENTS, LENGTH], data: targets},
    ]),
  )
  return path
}

async function measure(pair: DriftPair, threads: number): Promise<[string, Measures][]> {
  const open = await openPair(pair)
  try {
    const found: [string, Measures][] = []
    await measureDocuments(pair, open, {threads, worthWorkers: 0}, ({name}, measures) => found.push([name, measures]))
    return found
  } finally {
    open.close()
  }
}

describe('measureDocuments', () => {
  const pair = {old: write('old.npz', 1), fresh: write('new.npz', 2), shift: null, trustOrder: false} as const

  it('gives the same bits in the same order on any number of threads', async () => {
    const alone = await measure(pair, 1)
    expect(alone.map(([, {positions}]) => positions)).toEqual(new Array(DOCUMENTS).fill(LENGTH))
    expect(new Set(alone.map(([, {js}]) => js[0])).size).toBe(DOCUMENTS)
    expect(await measure(pair, 3)).toEqual(alone)
  })

  it.each([1, 2])(
    'names the document and position of a row that holds no distribution, on %i threads',
    async (threads) => {
      const broken = {...pair, fresh: write(`broken-${threads}.npz`, 2, [3, 4])}
      await expect(measure(broken, threads)).rejects.toThrow(/document "?3?.*position 4: a row of .* holds NaN/)
    },
  )
})

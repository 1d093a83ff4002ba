import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {piecesIn} from '../../src/cli/pieces.js'
import {hashOf} from '../../src/data/read-file.js'
import {denseRows} from '../../src/linalg/csr.js'
import type {Graph} from '../../src/graph/types.js'
import {normaliseRaw} from '../../src/graph/normalise.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {sharedStage, solveStage} from '../../src/sanitize/shared-stages.js'
import {concludeStages, cutStage, drawStage} from '../../src/sanitize/stages.js'
import {random} from '../../src/stats/random.js'
import {smallCommunityGraph} from './graphs.js'

/** Three groups of rows, the last one short; every fourth edge joins nodes of unlike communities. */
function threeGroups(): Graph {
  const [nodes, width, records, classes] = [8200, 4, 9000, 3]
  const {integer, normal} = random(5)
  const labels = Int32Array.from({length: nodes}, (_, i) => i % classes)
  const edges = new Uint32Array(2 * records)
  for (let e = 0; e < records; e++) {
    const u = integer(nodes)
    const v = integer(Math.floor(nodes / classes)) * classes + (e % 4 === 0 ? integer(classes) : labels[u]!)
    edges[2 * e] = u
    edges[2 * e + 1] = Math.min(v, nodes - 1)
  }
  const data = Float64Array.from({length: nodes * width}, (_, t) =>
    t % width === labels[Math.floor(t / width)] ? 2 + normal() : normal(),
  )
  const features = {rows: nodes, cols: width, data}
  const nothing = {weights: null, nodeNames: null, classNames: null, split: null}
  return normaliseRaw({nodes, edges, directed: false, features, labels, ...nothing}, 'graph').graph
}

const graph = threeGroups()
const small = smallCommunityGraph().graph
const OPTIONS: SanitizeOptions = {
  preset: 'surety',
  solver: 'landmarks',
  landmarks: 24,
  prune: {rule: 'ratio', value: 0.05},
  minDegree: 1,
  seed: 3,
  truth: null,
}
const folder = mkdtempSync(join(tmpdir(), 'surety-stages-'))
const drawn = join(folder, 'drawn')
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
  mkdirSync(drawn)
  await drawStage(graph, OPTIONS, engine, piecesIn(drawn, 'run'))
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, {recursive: true, force: true})
})

/** A folder with what `draw` left. */
function afterDraw(name: string): string {
  const to = join(folder, name)
  mkdirSync(to)
  for (const file of readdirSync(drawn)) copyFileSync(join(drawn, file), join(to, file))
  return to
}

async function shared(stage: 'sums' | 'scores' | 'after', at: string, count: number): Promise<void> {
  // Shards run in any order.
  for (let index = count; index >= 1; index--) await sharedStage(stage, engine, piecesIn(at, 'run'), {index, count})
}

const contents = (at: string) =>
  Object.fromEntries(readdirSync(at).map((name) => [name, hashOf(readFileSync(join(at, name)))]))

describe('a run in stages', () => {
  it('is the single run, bit for bit, for 1, 2 and 5 shards', async () => {
    const plain = await sanitize(graph, OPTIONS, engine)
    expect(plain.metrics.pruned).toBeGreaterThan(0)
    const folders = new Map<number, string>()
    for (const count of [1, 2, 5]) {
      const at = afterDraw(`of-${count}`)
      await shared('sums', at, count)
      await solveStage(engine, piecesIn(at, 'run'))
      await shared('scores', at, count)
      folders.set(count, at)
    }
    const one = folders.get(1)!
    const before = contents(one)
    await cutStage(graph, OPTIONS, engine, piecesIn(one, 'run'))
    await shared('after', one, 1)
    const all = contents(one)
    for (const [count, at] of folders) {
      // What `cut` reads is the same, so what it writes is.
      if (count > 1) {
        expect(contents(at)).toEqual(before)
        for (const name of Object.keys(all).filter((file) => /^(cut|moved)/.test(file)))
          copyFileSync(join(one, name), join(at, name))
        await shared('after', at, count)
      }
      expect(contents(at)).toEqual(all)
    }
    expect(await concludeStages(graph, OPTIONS, engine, piecesIn(one, 'run'))).toEqual(plain)
  }, 120_000)

  it('goes on after a shard was killed, and does again what was deleted', async () => {
    const at = afterDraw('killed')
    const whole = piecesIn(at, 'run')
    let written = 0
    const dying = {
      ...whole,
      write: (name: string, piece: Parameters<typeof whole.write>[1]) => {
        if (++written === 2) throw new Error('killed')
        return whole.write(name, piece)
      },
    }
    const shard = {index: 1, count: 1}
    await expect(sharedStage('sums', engine, dying, shard)).rejects.toThrow('killed')
    expect(await sharedStage('sums', engine, whole, shard)).toEqual({done: 2, kept: 1})
    expect(contents(at)['sums-1.safetensors']).toBe(contents(join(folder, 'of-1'))['sums-1.safetensors'])
    rmSync(join(at, 'rows-2.safetensors'))
    await drawStage(graph, OPTIONS, engine, whole)
    expect(existsSync(join(at, 'rows-2.safetensors'))).toBe(true)
  })

  it('names the stage whose piece is missing', async () => {
    const at = afterDraw('missing')
    const pieces = piecesIn(at, 'run')
    await sharedStage('sums', engine, pieces, {index: 1, count: 2})
    await expect(solveStage(engine, pieces)).rejects.toMatchObject({
      message: 'there is no piece sums-1 of this run',
      nextSteps: ['run the stage sums first: each of its shards to its end'],
    })
    await expect(shared('scores', at, 1)).rejects.toThrow('there is no piece solution')
    await expect(cutStage(graph, OPTIONS, engine, pieces)).rejects.toThrow('there is no piece solution')
    await expect(concludeStages(graph, OPTIONS, engine, pieces)).rejects.toThrow('there is no piece cut')
  })

  it.each<[string, (at: string) => unknown, RegExp]>([
    [
      'of another run',
      (at) => piecesIn(at, 'another').write('rows-0', {facts: {}, arrays: {}}),
      /rows-0\.safetensors: belongs to another run/,
    ],
    [
      'under another name',
      (at) => copyFileSync(join(at, 'rows-1.safetensors'), join(at, 'rows-0.safetensors')),
      /rows-0\.safetensors: is the piece rows-1 under another name/,
    ],
    [
      'edited',
      (at) => {
        const bytes = readFileSync(join(at, 'rows-0.safetensors'))
        bytes[bytes.length - 9]! ^= 1
        writeFileSync(join(at, 'rows-0.safetensors'), bytes)
      },
      /rows-0\.safetensors: is damaged: its content does not have the checksum/,
    ],
    [
      'cut short',
      (at) =>
        writeFileSync(
          join(at, 'rows-0.safetensors'),
          readFileSync(join(drawn, 'rows-0.safetensors')).subarray(0, 5000),
        ),
      /rows-0\.safetensors: is truncated/,
    ],
  ])('refuses a piece %s', async (name, spoil, message) => {
    const at = afterDraw(name)
    await spoil(at)
    await expect(shared('sums', at, 1)).rejects.toThrow(message)
  })

  it.each<[string, Graph, SanitizeOptions, string]>([
    ['sparse features', small, OPTIONS, 'stages need dense features'],
    [
      'another solver',
      {...small, features: denseRows(small.features!, 0, small.nodes)},
      {...OPTIONS, solver: 'gram'},
      'this graph takes gram',
    ],
  ])('is refused with %s', async (name, of, options, message) => {
    const pieces = piecesIn(join(folder, name), 'run')
    await expect(drawStage(of, options, engine, pieces)).rejects.toThrow(message)
  })
})

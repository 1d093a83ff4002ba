import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {pack} from '../../src/data/packed.js'
import {openPair} from '../../src/drift/measure-documents.js'
import {type DriftShare, driftShard, mergeDriftShares} from '../../src/drift/shards.js'
import {InputError} from '../../src/errors.js'
import {commandLine} from '../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-drift-shards-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const FILES = ['fixtures/next-token/before.npz', 'fixtures/next-token/tuned.npz'] as const
const at = (name: string) => join(folder, name)
const read = (name: string) => JSON.parse(readFileSync(at(name), 'utf8')) as Record<string, unknown>

describe('surety drift --shard and merge', () => {
  it('give the report of a single run, in any order of the files', async () => {
    expect((await commandLine('drift', ...FILES, '--out', at('whole.json'))).code).toBe(0)
    for (const shard of ['1', '2', '3'])
      expect((await commandLine('drift', ...FILES, '--shard', `${shard}/3`, '--out', at(`${shard}.json`))).code).toBe(0)
    const merge = ['merge', at('3.json'), at('1.json'), at('2.json'), '--out', at('merged.json')]
    expect((await commandLine(...merge)).code).toBe(0)
    const [whole, merged] = [read('whole.json'), read('merged.json')]
    delete whole['run']
    delete merged['run']
    expect(merged).toEqual(whole)
    const missing = await commandLine('merge', at('1.json'), at('3.json'))
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('shard 2 of 3 is missing')])
    const foreign = await commandLine(...merge, '--soft')
    expect([foreign.code, foreign.stderr]).toEqual([2, expect.stringContaining('partial results of drift')])
  })
})

describe('measures that travel', () => {
  let share: DriftShare
  beforeAll(async () => {
    const pair = {old: FILES[0], fresh: FILES[1], shift: null, trustOrder: false} as const
    const open = await openPair(pair)
    try {
      const options = {alpha: 0.05, taus: [0.1], losses: [1], klCap: 10}
      share = await driftShard(pair, open, options, {index: 1, count: 1}, 1)
    } finally {
      open.close()
    }
  })
  const n = 48
  it.each<[string, (share: DriftShare) => unknown, RegExp]>([
    ['a document that is not there', (s) => (s.blocks[0]!.block = 64), /there is no document 64 of 64/],
    ['a document twice', (s) => (s.blocks[0]!.block = 1), /holds document 1 again/],
    ['a document too few', (s) => s.blocks.pop(), /document 63 is missing/],
    ['a divergence above ln 2', (s) => (s.blocks[2]!.js = pack(new Float64Array(n).fill(0.7))), /js\[0\] is 0.7/],
    ['a negative KL', (s) => (s.blocks[2]!.kl = pack(new Float64Array(n).fill(-1))), /kl\[0\] is -1/],
    ['KL that is not a number', (s) => (s.blocks[2]!.kl = pack(new Float64Array(n).fill(NaN))), /kl\[0\] is NaN/],
    ['a negative entropy', (s) => (s.blocks[2]!.entropyNew = pack(new Float64Array(n).fill(-1))), /entropyNew\[0\]/],
    ['a negative rank', (s) => (s.blocks[2]!.rankOld = pack(new Int32Array(n).fill(-1))), /rankOld\[0\] is -1/],
    ['a third answer', (s) => (s.blocks[2]!.sameTop = pack(new Uint8Array(n).fill(3))), /sameTop\[0\] is 3/],
    ['an array of another length', (s) => (s.blocks[2]!.js = pack(new Float64Array(3))), /js holds 24 bytes/],
    ['upper ends of whole rows', (s) => (s.blocks[2]!.jsUpper = s.blocks[2]!.js), /upper ends are there/],
    ['text of another length', (s) => (s.blocks[2]!.pieces = ['a']), /has 1 pieces of text for 48 positions/],
  ])('are refused with %s', (_, spoil, message) => {
    const copy = structuredClone(share)
    spoil(copy)
    const merge = () => mergeDriftShares([{place: 'part.json', share: copy}])
    expect(merge).toThrow(InputError)
    expect(merge).toThrow(message)
    expect(merge).toThrow(/^part\.json/)
  })
})

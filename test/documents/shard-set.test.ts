import {beforeAll, describe, expect, it} from 'vitest'
import {InputError} from '../../src/errors.js'
import type {CertifyPartial} from '../../src/documents/partials.js'
import {type PartialFile, shardSet} from '../../src/documents/shard-set.js'
import {partialFiles, resealed, VERSION} from '../render/partials.js'

let files: PartialFile<CertifyPartial>[]
beforeAll(async () => {
  files = await partialFiles(3)
})

describe('shardSet', () => {
  it('sorts the shards, and takes each note and engine once', () => {
    const set = shardSet([files[2]!, files[0]!, files[1]!], VERSION)
    expect(set.files.map(({path}) => path)).toEqual(['part-1.json', 'part-2.json', 'part-3.json'])
    expect(set).toMatchObject({
      command: 'certify',
      remarks: [],
      notes: [{code: 'n'}],
      engine: {name: 'cpu', tried: [{outcome: 'taken: 2 threads'}]},
    })
  })

  it('keeps what one shard alone noted or tried', () => {
    const lost = resealed(files[1]!, (p) => {
      p.notes.push({level: 'warning', code: 'device-failed', message: 'lost'})
      p.engine.tried.push({name: 'cpu', outcome: 'taken for the rest of the run'})
    })
    const {notes, engine} = shardSet([files[0]!, lost, files[2]!], VERSION)
    expect(notes.map(({code}) => code)).toEqual(['n', 'device-failed'])
    expect(engine.tried).toHaveLength(2)
  })

  it('uses one of two equal results of a shard, and says so', () => {
    const again = {...resealed(files[0]!, (p) => (p.run!.elapsedMs = 9)), path: 'again.json'}
    const {files: kept, remarks} = shardSet([...files, again], VERSION)
    expect(kept.map(({path}) => path)).toEqual(['part-1.json', 'part-2.json', 'part-3.json'])
    expect(remarks).toMatchObject([
      {
        code: 'duplicate-shard',
        message: 'part-1.json and again.json are both shard 1 of 3 and hold the same sums; one was used',
      },
    ])
  })

  it('accepts input files that lie elsewhere', () => {
    const moved = resealed(files[1]!, (p) => (p.inputs[0]!.path = 'elsewhere/x.npz'))
    expect(shardSet([files[0]!, moved, files[2]!], VERSION).files).toHaveLength(3)
  })

  it.each<[string, (p: CertifyPartial) => unknown, string]>([
    ['the seed', (p) => (p.seed = 6), 'differ in the seed: 5 and 6'],
    ['an option', (p) => (p.config['alpha'] = 0.1), 'differ in the option alpha: 0.05 and 0.1'],
    ['a list', (p) => (p.config['deltas'] = [1, 3]), 'differ in the option deltas: [1,2] and [1,3]'],
    ['an option that only one has', (p) => (p.config['limit'] = 3), 'differ in the option limit: none and 3'],
    [
      'an input',
      (p) => (p.inputs[0]!.sha256 = 'cd'.repeat(32)),
      `differ in the content of the input x.npz: sha256 ${'ab'.repeat(32)} and sha256 ${'cd'.repeat(32)}`,
    ],
    ['the number of inputs', (p) => p.inputs.pop(), 'differ in the number of input files: 1 and 0'],
    ['the version', (p) => (p.version = '1.2.4'), 'differ in the version of surety: 1.2.3 and 1.2.4'],
    [
      'the engine',
      (p) => ((p.engine.name = 'webgpu'), (p.engine.precision = 'fp32')),
      'differ in the engine: cpu in fp64 and webgpu in fp32',
    ],
    ['the number of shards', (p) => (p.shard.count = 4), 'differ in the number of shards: 3 and 4'],
    ['the plan', (p) => (p.plan.layers[0]!.scale *= 1 + 1e-15), 'made different plans of the same input and options'],
  ])('refuses shards that differ in %s, and names it', (_, change, message) => {
    const set = () => shardSet([files[0]!, resealed(files[1]!, change), files[2]!], VERSION)
    expect(set).toThrow(`part-1.json and part-2.json: ${message}`)
    expect(set).toThrow(InputError)
  })

  it('names the shards that are missing', () => {
    expect(() => shardSet([files[0]!, files[2]!], VERSION)).toThrow('shard 2 of 3 is missing')
    expect(() => shardSet([files[1]!], VERSION)).toThrow('shards 1 and 3 of 3 are missing')
    const many = resealed(files[0]!, (p) => (p.shard.count = 100_000))
    expect(() => shardSet([many], VERSION)).toThrow(/^shards 2, 3, .*, 21 and 99979 more of 100000 are missing$/)
  })

  it('refuses two different results of one shard', () => {
    const other = {...resealed(files[0]!, (p) => (p.blocks[0]!.layers[0]!.diameter *= 2)), path: 'other.json'}
    expect(() => shardSet([...files, other], VERSION)).toThrow(
      'part-1.json and other.json: are both shard 1 of 3, but their sums differ',
    )
  })

  it('refuses what another version of surety wrote', () => {
    expect(() => shardSet(files, '9.9.9')).toThrow('part-1.json: was written by surety 1.2.3, this is 9.9.9')
  })
})

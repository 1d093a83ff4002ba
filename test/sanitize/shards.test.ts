import {inflateSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {pack} from '../../src/data/packed.js'
import {InputError} from '../../src/errors.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {
  mergeSanitizeShares,
  type PackedPart,
  sanitizeKept,
  sanitizeShard,
  type SanitizeShare,
} from '../../src/sanitize/shards.js'
import {memory} from '../kept-in-memory.js'
import {smallCommunityGraph} from './graphs.js'

const {graph, added} = smallCommunityGraph()
const OPTIONS: SanitizeOptions = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: added}
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

const sharesOf = async (count: number, options: SanitizeOptions) => {
  const shares: {place: string; share: SanitizeShare}[] = []
  for (let index = 1; index <= count; index++) {
    // As JSON, which is what travels.
    shares.push({
      place: `part-${index}`,
      share: JSON.parse(JSON.stringify(await sanitizeShard(graph, options, engine, {index, count}))) as SanitizeShare,
    })
  }
  return shares
}

describe.each<[string, Partial<SanitizeOptions>, number[]]>([
  ['Gram matrices', {}, [1, 2, 3, 7]],
  ['exact removal, labelled nodes', {preset: 'paper'}, [3]],
  ['landmarks', {solver: 'landmarks', landmarks: 80}, [2]],
  ['passes over pairs', {solver: 'stream'}, [2]],
  ['an infinite ridge', {ridge: 'infinity', solver: 'stream'}, [3]],
])('%s', (_, options, counts) => {
  const all = {...OPTIONS, ...options}
  let plain: Awaited<ReturnType<typeof sanitize>>
  beforeAll(async () => {
    plain = await sanitize(graph, all, engine)
  })

  it('a run that was interrupted goes on from what was kept, bit for bit', async () => {
    const undisturbed = memory<PackedPart>(Infinity)
    const single = await sanitizeKept(graph, all, engine, undisturbed.kept)
    const half = Math.ceil(undisturbed.names().length / 2)
    const {kept, names} = memory<PackedPart>(half)
    await expect(sanitizeKept(graph, all, engine, kept)).rejects.toThrow('interrupted')
    expect(names()).toEqual(undisturbed.names().slice(0, half - 1))
    expect(await sanitizeKept(graph, all, engine, kept)).toEqual(single)
    expect(single).toEqual(plain)
  })

  it(`merged shards are the single run, bit for bit, for ${counts.join(', ')} shards`, async () => {
    for (const count of counts) {
      const shares = await sharesOf(count, all)
      const merged = await mergeSanitizeShares(graph, all, engine, shares.reverse())
      expect(merged).toEqual(plain)
    }
  }, 120_000)
})

it('a merged report says that shards computed in fp32, whatever merges them', async () => {
  const options = {...OPTIONS, solver: 'stream'} as const
  const single: PairwiseEngine = {...engine, precision: 'fp32'}
  const shares = await Promise.all(
    [1, 2].map(async (index) => ({
      place: `part-${index}`,
      share: await sanitizeShard(graph, options, index === 2 ? single : engine, {index, count: 2}),
    })),
  )
  expect(shares.map(({share}) => share.precision)).toEqual(['fp64', 'fp32'])
  const isNoted = async (which: typeof shares) =>
    (await mergeSanitizeShares(graph, options, engine, which)).notes.some(({code}) => code === 'scores-in-fp32')
  expect(await isNoted(shares)).toBe(true)
  expect(await isNoted(shares.map((one) => ({...one, share: {...one.share, precision: 'fp64'}})))).toBe(false)
}, 60_000)

describe('shares that do not fit', () => {
  let shares: {place: string; share: SanitizeShare}[]
  beforeAll(async () => {
    shares = await sharesOf(2, OPTIONS)
  })
  const refused = async (changed: {place: string; share: SanitizeShare}[], message: RegExp) => {
    const merge = () => mergeSanitizeShares(graph, OPTIONS, engine, changed)
    await expect(merge).rejects.toThrow(message)
    await expect(merge).rejects.toThrow(InputError)
    await expect(merge).rejects.toMatchObject({
      nextSteps: ['write the partial results again with surety sanitize --shard'],
    })
  }
  const changed = (change: (share: SanitizeShare) => void) => {
    const copies = structuredClone(shares)
    change(copies[0]!.share)
    return copies
  }

  it('a block is missing', () => refused(shares.slice(1), /block 0 of 16 is missing/))
  it('a block is there twice', () => refused([...shares, shares[0]!], /block 1 of 16 is missing or there twice/))
  it('a number of blocks that this graph has not', () =>
    refused(
      changed((share) => (share.plan.blocks = 3)),
      /names 3 blocks, this graph has 16/,
    ))
  it('a block that cannot be', () =>
    refused(
      changed((share) => (share.blocks[0]!.block = 99)),
      /part-1: there is no block 99/,
    ))
  it('an array that was cut', () =>
    refused(
      changed((share) => (share.blocks[0]!.gradients[0] = share.blocks[1]!.exact)),
      /part-1, block 0: gradient 0/,
    ))
  it('a gradient too few', () =>
    refused(
      changed((share) => share.blocks[0]!.gradients.pop()),
      /holds 0 gradients, not 1/,
    ))
  it('text that is not an array', () =>
    refused(
      changed((share) => (share.blocks[0]!.gradients[0] = '%%%%')),
      /not a zlib stream/,
    ))
})

describe('parts that were kept', () => {
  it.each<[string, (part: PackedPart) => unknown, RegExp]>([
    ['another block', (part) => (part.block = 1), /^kept.json: holds block 1, not 0$/],
    ['a gradient too few', (part) => part.gradients.pop(), /^kept.json, block 0: holds 0 gradients, not 1$/],
    [
      'an array that was cut',
      (part) => (part.gradients[0] = pack(new Float64Array(3))),
      /^kept.json, block 0: gradient 0 holds 24 bytes/,
    ],
    [
      'a number that is none',
      (part) => (part.gradients[0] = withNaN(part.gradients[0]!)),
      /^kept.json, block 0: gradient 0\[0\] is NaN$/,
    ],
  ])('are refused with %s, and the next step is that of who kept them', async (_, spoil, message) => {
    const run = sanitizeKept(graph, OPTIONS, engine, () =>
      Promise.resolve(async (name, make) => {
        const part = await make()
        if (name === 'block-0') spoil(part)
        return {part, place: 'kept.json', next: ['delete it']}
      }),
    )
    const error: unknown = await run.catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toMatchObject({message: expect.stringMatching(message) as string, nextSteps: ['delete it']})
  })
})

/** The packed array with NaN in its first place. */
function withNaN(text: string): string {
  const values = new Float64Array(Uint8Array.from(inflateSync(Buffer.from(text, 'base64'))).buffer)
  values[0] = NaN
  return pack(values)
}

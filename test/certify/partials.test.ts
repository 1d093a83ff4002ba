import {beforeAll, describe, expect, it} from 'vitest'
import {measureBlocks, referenceBlocks} from '../../src/certify/measure/measure.js'
import {FRESH_BOUNDS} from '../../src/certify/options.js'
import {keepPacked, packBlock, type PackedBlock, unpackBlock} from '../../src/certify/evidence/partial-blocks.js'
import {packPlan, type PackedPlan, unpackPlan} from '../../src/certify/evidence/partial-plan.js'
import {planCertify} from '../../src/certify/plan/plan.js'
import {type CertifyPlan} from '../../src/certify/plan-types.js'
import {type CertifyShare, certifyShard, mergeShares} from '../../src/certify/shards.js'
import type {BlockSums} from '../../src/certify/measure/layer-sums.js'
import {pack} from '../../src/data/packed.js'
import {InputError} from '../../src/errors.js'
import {engine, mixture, options} from './fixtures.js'

const data = mixture(5, 60, 0.2, [2, 2])
const rich = options({bounds: FRESH_BOUNDS, examples: 3, bootstrap: 5})
const plain = options({split: null, loss: 'cross-entropy', bootstrap: 5})
let plan: CertifyPlan
let whole: CertifyPlan
let block: BlockSums
let wholeBlock: BlockSums
const blocksOf = (of: CertifyPlan) => measureBlocks(of, data, engine, [...referenceBlocks(of).keys()].slice(0, -1))
beforeAll(async () => {
  ;[plan, whole] = [await planCertify(data, rich, engine), await planCertify(data, plain, engine)]
  ;[block, wholeBlock] = [(await blocksOf(plan))[0]!, (await blocksOf(whole))[0]!]
})
/** As JSON, which is what travels. */
const travelled = <T>(x: T): T => JSON.parse(JSON.stringify(x)) as T
function refusal(work: () => unknown): InputError {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return error as InputError
  }
  throw new Error('it was accepted')
}

describe('a plan that travels', () => {
  it('is the same after it, with a split and without', () => {
    for (const of of [plan, whole]) expect(unpackPlan(travelled(packPlan(of)), 'x')).toEqual(of)
    expect(packPlan(whole)).toMatchObject({references: null, alpha: null, lossMax: null})
    expect(packPlan(plan).lossMax).toBe(1)
  })

  type Spoil = (p: PackedPlan) => unknown
  const layer = (p: PackedPlan) => p.layers[1]!
  it.each<[string, Spoil, RegExp]>([
    ['one anchor', (p) => (p.anchors.count = 1), /^there are 1 anchors$/],
    ['half an anchor', (p) => (p.anchors.count = 15.5), /^there are 15.5 anchors$/],
    ['no reference', (p) => (p.references!.count = 0), /^there are 0 references$/],
    ['references without a split', (p) => (p.alpha = null), /^it is split in one place and not in another$/],
    ['a split without references', (p) => (p.references = null), /split in one place/],
    ['options without a split', (p) => (p.options.split = null), /split in one place/],
    ['fewer than no duplicates', (p) => (p.duplicatesRemoved = -1), /^-1 duplicates are not a valid count$/],
    ['half a seed', (p) => (p.bootstrapSeed = 0.5), /^the bootstrap seed is 0.5$/],
    ['a loss bounded by 0', (p) => (p.loss.bound = 0), /^the loss has no possible bound or accuracy$/],
    ['an accuracy above 1', (p) => (p.loss.accuracy = 1.1), /no possible bound or accuracy/],
    ['an accuracy below 0', (p) => (p.loss.accuracy = -0.1), /no possible bound or accuracy/],
    ['no largest loss', (p) => (p.lossMax = null), /^the largest loss is null$/],
    ['a largest loss of 0', (p) => (p.lossMax = 0), /^the largest loss is 0$/],
    ['no η', (p) => (p.etas = []), /^η is not ascending and positive$/],
    ['η at 0', (p) => (p.etas[0] = 0), /η is not ascending/],
    ['η that are equal', (p) => (p.etas[1] = p.etas[0]!), /η is not ascending/],
    ['no layer', (p) => (p.layers = []), /^there is no layer$/],
    ['a width of 0', (p) => (layer(p).dim = 0), /^layer h2: a size or unit is not positive$/],
    ['a negative median', (p) => (layer(p).medianDistance = -1), /a size or unit is not positive/],
    ['a scale of 0', (p) => (layer(p).scale = 0), /a size or unit is not positive/],
    ['a negative floor', (p) => (layer(p).floor = -1), /a size or unit is not positive/],
    [
      'a negative legacy score',
      (p) => (layer(p).legacyVulnerability = -1),
      /^layer h2: the legacy vulnerability is -1$/,
    ],
    ['δ below the floor', (p) => (layer(p).floor = 99), /^layer h2: δ is not ascending from the floor$/],
    ['δ that descend', (p) => layer(p).deltas.reverse(), /δ is not ascending/],
    ['no δ', (p) => (layer(p).deltas = []), /δ is not ascending/],
    ['radii of the curve that descend', (p) => layer(p).nearestRadii.reverse(), /nearest-anchor curve do not ascend/],
    [
      'a split without stakes',
      (p) => (layer(p).pilot = null),
      /^layer h2: it has stakes without a split, or a split without stakes$/,
    ],
    [
      'half a pair at distance zero',
      (p) => (layer(p).pilot!.zeroDistancePairs = 0.5),
      /^layer h2: the figures of its anchors are not counts$/,
    ],
    ['fewer than no loss pairs', (p) => (layer(p).pilot!.zeroDistanceLossPairs = -1), /not counts/],
    ['a negative diameter', (p) => (layer(p).pilot!.diameter = -1), /not counts/],
    ['a negative range of ε', (p) => (layer(p).pilot!.bets.epsilonMax = -1), /^layer h2: the range of ε is -1$/],
    ['fewer stakes than cells', (p) => layer(p).pilot!.bets.cells.pop(), /^layer h2: 11 sets of stakes for 12 cells$/],
    [
      'a stake of 0 on ε',
      (p) => layer(p).pilot!.bets.epsilon.push({stake: 0, weight: 1, from: 0}),
      /^layer h2: a stake or weight is not positive$/,
    ],
    [
      'a weight of 0 in a cell',
      (p) => layer(p).pilot!.bets.cells[7]!.windowed.push({stake: 1, weight: 0, from: 0}),
      /a stake or weight is not positive/,
    ],
    [
      'a negative start in a class',
      (p) => layer(p).pilot!.bets.classes![0]!.bets.push({stake: 1, weight: 1, from: -1}),
      /a stake or weight is not positive/,
    ],
    [
      'a bootstrap without end',
      (p) => (p.options.bootstrap = 100_001),
      /^its options cannot be: bootstrap is 100001; at most 100000 rounds are possible$/,
    ],
    ['options that cannot be', (p) => (p.options.risk = 2), /^its options cannot be: risk is 2/],
    [
      'more α than there is',
      (p) => (p.alpha!.class! *= 2),
      /^α is not shared out as its options, classes and grids call for$/,
    ],
    ['another level', (p) => (p.options.alpha = 0.1), /^α is not shared out/],
  ])('is refused with %s', (_, spoil, message) => {
    const packed = travelled(packPlan(plan))
    spoil(packed)
    const error = refusal(() => unpackPlan(packed, 'the part'))
    expect(error.message.startsWith('the part: ')).toBe(true)
    expect(error.message.slice('the part: '.length)).toMatch(message)
    expect(error.nextSteps).toEqual(['write the partial result again with surety certify --shard'])
  })

  it('without a split has neither stakes nor a largest loss', () => {
    const packed = travelled(packPlan(whole))
    packed.layers[0]!.pilot = travelled(packPlan(plan)).layers[0]!.pilot
    expect(refusal(() => unpackPlan(packed, 'x')).message).toMatch(/stakes without a split/)
    expect(unpackPlan({...travelled(packPlan(whole)), lossMax: 2}, 'x').lossMax).toBe(2)
  })

  it('names the points that do not decode', () => {
    const packed = travelled(packPlan(plan))
    expect(
      refusal(() => unpackPlan({...packed, anchors: {...packed.anchors, rows: pack(new Uint32Array(3))}}, 'the part'))
        .message,
    ).toMatch(/^the part: anchors, rows holds/)
    expect(
      refusal(() =>
        unpackPlan({...packed, references: {...packed.references!, rows: pack(new Uint32Array(3))}}, 'the part'),
      ).message,
    ).toMatch(/^the part: references, rows holds/)
  })
})

describe('sums that travel', () => {
  it('are the same after it', () => {
    expect(unpackBlock(travelled(packBlock(block)), plan, 'x')).toEqual(block)
    expect(unpackBlock(travelled(packBlock(wholeBlock)), whole, 'x')).toEqual(wholeBlock)
  })

  type Spoil = (b: PackedBlock) => unknown
  const layer = (b: PackedBlock) => b.layers[1]!
  it.each<[string, Spoil, RegExp]>([
    ['a block that is not there', (b) => (b.block = 1), /^the part: there is no block 1 of 1$/],
    ['a block before the first', (b) => (b.block = -1), /^the part: there is no block -1 of 1$/],
    ['a layer too few', (b) => b.layers.pop(), /^the part, block 0: has 1 layers, the plan 2$/],
    [
      'half a pair at distance zero',
      (b) => (layer(b).zeroDistancePairs = 0.5),
      /^the part, block 0, layer h2: zeroDistancePairs is 0.5; it counts at most 675$/,
    ],
    ['fewer than none at distance zero', (b) => (layer(b).zeroDistanceLossPairs = -1), /zeroDistanceLossPairs is -1/],
    [
      'more at distance zero than pairs',
      (b) => (layer(b).zeroDistancePairs = 15 * 45 + 1),
      /zeroDistancePairs is 676; it counts at most 675/,
    ],
    [
      'a negative sum across labels',
      (b) => (layer(b).crossLabelTotal = -1),
      /^the part, block 0, layer h2: crossLabelTotal is -1$/,
    ],
    ['a negative diameter', (b) => (layer(b).diameter = -1), /diameter is -1/],
    ['a witness of no anchor', (b) => (layer(b).witnesses[0]!.anchor = 15), /witness 0 is not a pair of this block/],
    [
      'a witness of no reference',
      (b) => (layer(b).witnesses[0]!.reference = 45),
      /witness 0 is not a pair of this block/,
    ],
    [
      'a witness of half a row',
      (b) => (layer(b).witnesses[0]!.reference = 0.5),
      /witness 0 is not a pair of this block/,
    ],
    [
      'a witness of a row before the first',
      (b) => (layer(b).witnesses[0]!.anchor = -1),
      /witness 0 is not a pair of this block/,
    ],
    [
      'a witness at a negative distance',
      (b) => (layer(b).witnesses[0]!.distance = -1),
      /witness 0 is not a pair of this block/,
    ],
    [
      'a witness with a negative ratio',
      (b) => (layer(b).witnesses[0]!.ratio = -1),
      /witness 0 is not a pair of this block/,
    ],
    ['no examples', (b) => delete layer(b).examples, /examples is missing/],
    ['no fresh pairs', (b) => delete layer(b).fresh, /fresh is missing/],
    ['too many fresh pairs', (b) => (layer(b).fresh!.weight = 23), /fresh.weight is 23; it counts at most 22/],
    ['a negative kernel', (b) => (layer(b).fresh!.kernel = -1), /fresh.kernel is -1/],
    ['a negative total', (b) => (layer(b).total = pack(new Float64Array(45).fill(-1))), /total\[0\] is -1$/],
    [
      'an infinite sum by anchor',
      (b) => (layer(b).anchorTotal = pack(new Float64Array(15).fill(Infinity))),
      /anchorTotal\[0\] is Infinity$/,
    ],
    [
      'counts without the column of δ = ∞',
      (b) => (layer(b).within = pack(new Uint32Array(45 * 6))),
      /within holds 1080 bytes, not 315 × 4$/,
    ],
    [
      'more anchors within than there are',
      (b) => (layer(b).within = pack(new Uint32Array(45 * 7).fill(16))),
      /within\[0\] is 16; it counts at most 15$/,
    ],
    [
      'more that exceed than there are',
      (b) => (layer(b).exceed = pack(new Uint32Array(45 * 14).fill(16))),
      /exceed\[0\] is 16; it counts at most 15$/,
    ],
    [
      'a negative window',
      (b) => (layer(b).windowed = pack(new Float64Array(45 * 14).fill(-1))),
      /windowed\[0\] is -1$/,
    ],
    [
      'more references within an example than there are',
      (b) => (layer(b).examples!.within = pack(new Uint32Array(18).fill(46))),
      /examples.within\[0\] is 46; it counts at most 45$/,
    ],
    [
      'more that exceed for an example than lie within',
      (b) => (layer(b).examples!.exceed = pack(new Uint32Array(18).fill(45))),
      /examples.exceed\[\d+\] is 45, but only \d+ lie within$/,
    ],
    [
      'a negative fresh pair',
      (b) => (layer(b).fresh!.pairs = pack(new Float64Array(22).fill(-1))),
      /fresh.pairs\[0\] is -1$/,
    ],
    [
      'more fresh pairs within than there are',
      (b) => (layer(b).fresh!.within = Array<number>(6).fill(23)),
      /fresh.within\[0\] is 23; it counts at most 22$/,
    ],
    [
      'half a fresh pair that exceeds',
      (b) => (layer(b).fresh!.exceed = Array<number>(12).fill(0.5)),
      /fresh.exceed\[0\] is 0.5; it counts at most \d+$/,
    ],
    [
      'an array of another length',
      (b) => (layer(b).total = pack(new Float64Array(3))),
      /^the part, block 0, layer h2: total holds/,
    ],
  ])('are refused with %s', (_, spoil, message) => {
    const packed = travelled(packBlock(block))
    spoil(packed)
    const error = refusal(() => unpackBlock(packed, plan, 'the part'))
    expect(error.message).toMatch(message)
    expect(error.nextSteps).toEqual(['write the partial result again with surety certify --shard'])
  })
})

describe('sums that were kept', () => {
  type Spoil = (sums: PackedBlock['layers'][number]) => unknown
  it.each<[string, Spoil, RegExp]>([
    ['a negative diameter', (sums) => (sums.diameter = -1), /^kept.json: diameter is -1$/],
    [
      'an array of another length',
      (sums) => (sums.total = pack(new Float64Array(3))),
      /^kept.json: total holds 24 bytes, not 45 × 8$/,
    ],
    [
      'an array that is too long',
      (sums) => (sums.total = pack(new Float64Array(99))),
      /^kept.json: total holds more than 360 bytes$/,
    ],
    ['text that is not an array', (sums) => (sums.total = '%%%%'), /^kept.json: total is not a zlib stream in base64$/],
  ])('are refused with %s, and the next step is that of who kept them', async (_, spoil, message) => {
    const part = travelled(packBlock(block)).layers[1]!
    spoil(part)
    const keep = keepPacked(() => Promise.resolve({part, place: 'kept.json', next: ['delete it']}), plan)
    const error: unknown = await keep(1, 0, () => Promise.reject(new Error('not asked'))).catch(
      (cause: unknown) => cause,
    )
    expect(error).toBeInstanceOf(InputError)
    expect(error).toMatchObject({message: expect.stringMatching(message) as string, nextSteps: ['delete it']})
  })
})

describe('shares', () => {
  let share: CertifyShare
  const seen: [number, number][] = []
  beforeAll(async () => {
    share = travelled(await certifyShard(data, rich, engine, {index: 1, count: 2}, (...at) => seen.push(at)))
  })

  it('hold their own blocks, and say how far they are', () => {
    expect(share.blocks.map((one) => one.block)).toEqual([0])
    expect(seen).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  it('are refused where a block is missing, there twice, or makes no finite figure', async () => {
    const empty = travelled(await certifyShard(data, rich, engine, {index: 2, count: 2}))
    expect(empty.blocks).toEqual([])
    const merge = (...shares: CertifyShare[]) => mergeShares(shares.map((one, k) => ({place: `part ${k}`, share: one})))
    expect(merge(empty, share)).toEqual(merge(share))
    expect(refusal(() => merge(empty))).toMatchObject({
      message: 'part 0 and its other shards: block 0 of 1 is missing or there twice',
      nextSteps: ['write the partial results again'],
    })
    expect(refusal(() => merge(share, share)).message).toBe(
      'part 0 and its other shards: block 1 of 1 is missing or there twice',
    )
    const tiny = structuredClone(share)
    tiny.plan.layers[0]!.scale = 1e-320
    expect(refusal(() => merge(tiny))).toMatchObject({
      message: 'part 0 and its other shards: the sums give a figure that is not a finite number',
      nextSteps: ['write the partial results again'],
    })
  })
})

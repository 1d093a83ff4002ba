import {beforeAll, describe, expect, it} from 'vitest'
import {certify} from '../../src/certify/certify.js'
import {measureBlocks, referenceBlocks} from '../../src/certify/measure.js'
import {type CertifyOptions, FRESH_BOUNDS} from '../../src/certify/options.js'
import {packBlock, unpackBlock} from '../../src/certify/partial-blocks.js'
import {packPlan, unpackPlan} from '../../src/certify/partial-plan.js'
import {planCertify} from '../../src/certify/plan.js'
import {type CertifyShare, certifyShard, mergeShares} from '../../src/certify/shards.js'
import {foldBlocks} from '../../src/certify/sums.js'
import type {Embeddings} from '../../src/certify/types.js'
import {InputError} from '../../src/errors.js'
import {digits, engine, mixture, options} from './fixtures.js'

/** 3 blocks of references: more and fewer than there are shards. */
const many = mixture(3, 760)
const withoutLabels: Embeddings = {...many, labels: null, output: null, loss: Float64Array.from({length: 760}, (_, i) => (i * 37) % 11)}

const cases: [string, Embeddings, Partial<CertifyOptions>][] = [
  ['a bounded loss', many, {}],
  ['an unbounded loss, and bounds of two fresh examples', many, {loss: 'cross-entropy', lossMax: 3, bounds: FRESH_BOUNDS, examples: 7}],
  ['losses without labels or examples', withoutLabels, {examples: 0}],
  ['no split', mixture(6, 500), {split: null}],
  ['no split and an unbounded loss', mixture(4, 300), {split: null, loss: 'cross-entropy'}],
  ['no floor and the l1 distance', digits('digits-mlp'), {floor: 0, metric: 'l1'}],
]

async function shares(embeddings: Embeddings, chosen: CertifyOptions, count: number): Promise<{place: string; share: CertifyShare}[]> {
  const out: {place: string; share: CertifyShare}[] = []
  for (let index = 1; index <= count; index++) {
    const share = await certifyShard(embeddings, chosen, engine, {index, count})
    // The journey that a file makes.
    out.push({place: `part ${index}`, share: JSON.parse(JSON.stringify(share)) as CertifyShare})
  }
  return out
}

describe.each(cases)('%s', (_, embeddings, changed) => {
  const chosen = options(changed)

  it('1, 2 and 7 shards, merged, are the single run bit for bit', async () => {
    const single = JSON.stringify(await certify(embeddings, chosen, engine))
    for (const count of [1, 2, 7]) {
      const parts = await shares(embeddings, chosen, count)
      expect(JSON.stringify(mergeShares(parts))).toBe(single)
      expect(JSON.stringify(mergeShares(parts.reverse()))).toBe(single)
    }
  })

  it('plan and sums are the same bits after packing', async () => {
    const plan = await planCertify(embeddings, chosen, engine)
    const packed = JSON.parse(JSON.stringify(packPlan(plan))) as ReturnType<typeof packPlan>
    expect(unpackPlan(packed, 'x')).toEqual(plan)
    const blocks = await measureBlocks(plan, embeddings, engine, [...referenceBlocks(plan).keys()].slice(0, -1))
    for (const block of blocks) expect(unpackBlock(JSON.parse(JSON.stringify(packBlock(block))) as ReturnType<typeof packBlock>, plan, 'x')).toEqual(block)
  })

  it('the counts over all blocks are those of all pairs', async () => {
    const plan = await planCertify(embeddings, chosen, engine)
    const blocks = await measureBlocks(plan, embeddings, engine, [...referenceBlocks(plan).keys()].slice(0, -1))
    const [m, n] = [plan.anchors.rows.length, plan.references.rows.length]
    const G = plan.layers[0]!.deltas.length
    const {within} = foldBlocks(blocks.map(({layers}) => layers[0]!))
    const all = within.filter((_, at) => at % (G + 1) === G).reduce((a, b) => a + b, 0)
    expect(all).toBe(plan.alpha === null ? n * (n - 1) : m * n)
  })
})

describe('a share that is not what it should be', () => {
  let parts: {place: string; share: CertifyShare}[]
  beforeAll(async () => {
    parts = await shares(mixture(5, 760), options({bootstrap: 10}), 2)
  })

  it.each<[string, (parts: CertifyShare[]) => void, RegExp]>([
    ['a block that is missing', ([a]) => a!.blocks.pop(), /block \d of 3 is missing or there twice/],
    ['a block that is there twice', ([a, b]) => b!.blocks.push(a!.blocks[0]!), /is missing or there twice/],
    ['a block that cannot be', ([a]) => (a!.blocks[0]!.block = 9), /part 1: there is no block 9 of 3/],
    ['a block that is no number of one', ([a]) => (a!.blocks[0]!.block = 0.5), /there is no block 0.5/],
    ['a layer less', ([a]) => a!.blocks[0]!.layers.pop(), /part 1, block 0: has 1 layers, the plan 2/],
    ['sums of another length', ([a]) => (a!.blocks[0]!.layers[0]!.within = a!.blocks[0]!.layers[0]!.total), /part 1, block 0, layer h1: within holds \d+ bytes/],
    ['counts above the number of anchors', ([a]) => (a!.blocks[0]!.layers[0]!.exceed = a!.blocks[0]!.layers[0]!.windowed), /layer h1: exceed\[\d+\] is/],
    ['sums that are no text of an array', ([, b]) => (b!.blocks[0]!.layers[1]!.total = 'nonsense'), /part 2, block 1, layer h2: total is no zlib stream/],
    ['a witness of another block', ([a]) => (a!.blocks[0]!.layers[0]!.witnesses[0]!.reference = 256), /a witness is no pair/],
    ['zero distances beyond all pairs', ([a]) => (a!.blocks[0]!.layers[0]!.zeroDistancePairs = 1e9), /pairs at distance zero/],
    ['a negative diameter', ([a]) => (a!.blocks[0]!.layers[0]!.diameter = -1), /a sum or distance is negative/],
    ['anchors of another number', ([a]) => a!.plan.anchors.count++, /part 1: anchors, rows holds \d+ bytes/],
    ['a split without α', ([a]) => (a!.plan.alpha = null), /part 1: it is split in one place/],
    ['more α than there is', ([a]) => (a!.plan.alpha!.direct = 2), /α is not shared out as its options/],
    ['α for examples that are not there', ([a]) => (a!.plan.options.examples = 0), /α is not shared out as its options/],
    ['a scale of 0', ([a]) => (a!.plan.layers[0]!.scale = 0), /layer h1: a size or unit is not positive/],
    ['δ that descend', ([a]) => a!.plan.layers[0]!.deltas.reverse(), /δ is not ascending/],
    ['η at 0', ([a]) => (a!.plan.etas[0] = 0), /η is not ascending/],
    ['fewer stakes than cells', ([a]) => a!.plan.layers[0]!.pilot!.bets.cells.pop(), /sets of stakes/],
    ['a negative stake', ([a]) => a!.plan.layers[0]!.pilot!.bets.epsilon.push({stake: -1, weight: 1, from: 0}), /a stake or weight/],
    ['no layer', ([a]) => (a!.plan.layers = []), /there is no layer/],
    ['options that cannot be', ([a]) => (a!.plan.options.alpha = 3), /its options cannot be: --alpha is 3/],
    ['a bootstrap without end', ([a]) => (a!.plan.options.bootstrap = 1e15), /1000000000000000 rounds of the bootstrap/],
    ['figures too large to compare', ([a]) => (a!.plan.layers[0]!.scale = 1e-320), /no finite number/],
  ])('%s is an input error', (_, spoil, message) => {
    const spoiled = structuredClone(parts)
    spoil(spoiled.map(({share}) => share))
    expect(() => mergeShares(spoiled)).toThrow(message)
    expect(() => mergeShares(spoiled)).toThrow(InputError)
  })
})

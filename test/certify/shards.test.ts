import {describe, expect, it} from 'vitest'
import {certify} from '../../src/certify/certify.js'
import {measureBlocks, referenceBlocks} from '../../src/certify/measure/measure.js'
import {type CertifyOptions, FRESH_BOUNDS} from '../../src/certify/options.js'
import {packBlock, type PackedBlockSums, unpackBlock} from '../../src/certify/evidence/partial-blocks.js'
import {packPlan, unpackPlan} from '../../src/certify/evidence/partial-plan.js'
import {planCertify} from '../../src/certify/plan/plan.js'
import {type CertifyShare, certifyShard, mergeShares} from '../../src/certify/shards.js'
import {foldBlocks} from '../../src/certify/measure/layer-sums.js'
import type {Embeddings} from '../../src/certify/types.js'
import {memory} from '../kept-in-memory.js'
import {scaled} from '../support/scale.js'
import {digits, engine, mixture, options} from './fixtures.js'

/** 3 blocks of references: more and fewer than there are shards. */
const many = mixture(3, 760)
const withoutLabels: Embeddings = {
  ...many,
  labels: null,
  output: null,
  loss: Float64Array.from({length: 760}, (_, i) => (i * 37) % 11),
}

const cases: [string, Embeddings, Partial<CertifyOptions>][] = [
  ['a bounded loss', many, {}],
  [
    'an unbounded loss, and bounds of two fresh examples',
    many,
    {loss: 'cross-entropy', lossMax: 3, bounds: FRESH_BOUNDS, examples: 7},
  ],
  ['losses without labels or examples', withoutLabels, {examples: 0}],
  ['no split', mixture(6, 500), {split: null}],
  ['no split and an unbounded loss', mixture(4, 300), {split: null, loss: 'cross-entropy'}],
  ['no floor and the l1 distance', digits('digits-mlp'), {floor: 0, metric: 'l1'}],
]

async function shares(
  embeddings: Embeddings,
  chosen: CertifyOptions,
  count: number,
): Promise<{place: string; share: CertifyShare}[]> {
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
  let done: Promise<string> | undefined
  const plain = () => (done ??= certify(embeddings, chosen, engine).then((result) => JSON.stringify(result)))

  it('a run that was interrupted goes on from what was kept, bit for bit', async () => {
    const {kept, names} = memory<PackedBlockSums>(2)
    await expect(certify(embeddings, chosen, engine, {kept})).rejects.toThrow('interrupted')
    const before = names()
    expect(before).toHaveLength(1)
    const resumed = await certify(embeddings, chosen, engine, {kept})
    expect(JSON.stringify(resumed)).toBe(await plain())
    expect(names()[0]).toBe(before[0])
  })

  it('shards, fewer and more than there are blocks, merged, are the single run bit for bit', async () => {
    const single = await plain()
    for (const count of scaled([1, 2, 7], [2, 5])) {
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
    for (const block of blocks)
      expect(
        unpackBlock(JSON.parse(JSON.stringify(packBlock(block))) as ReturnType<typeof packBlock>, plan, 'x'),
      ).toEqual(block)
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

import {InputError} from '../errors.js'
import {blocksOfShard, type Shard} from '../frame/shard.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {type Certification, conclude} from './certify.js'
import {WITNESSES} from './statements/layer.js'
import {measureBlocks, referenceBlocks} from './measure/measure.js'
import type {CertifyOptions} from './options.js'
import {packBlock, type PackedBlock, unpackBlock} from './evidence/partial-blocks.js'
import {type PackedPlan, packPlan, unpackPlan} from './evidence/partial-plan.js'
import {inFileRows, planCertify} from './plan/plan.js'
import {foldBlocks} from './measure/layer-sums.js'
import type {Embeddings} from './types.js'

/**
 * One shard's part of a certificate, as plain JSON: the plan, which is equal in all shards, and the sums of its own
 * blocks.
 */
export interface CertifyShare {
  plan: PackedPlan
  blocks: PackedBlock[]
}

/**
 * Computes one shard's part.
 *
 * Cost     the whole plan, and 1/count of the work that grows with anchors × references (see certify).
 * Empty    more shards than blocks → a share without blocks.
 * Throws   what planCertify throws.
 */
export async function certifyShard(
  embeddings: Embeddings,
  options: CertifyOptions,
  engine: PairwiseEngine,
  shard: Shard,
  onBlock?: (done: number, total: number) => void,
): Promise<CertifyShare> {
  const plan = await planCertify(embeddings, options, engine)
  const blocks = await measureBlocks(
    plan,
    embeddings,
    engine,
    blocksOfShard(referenceBlocks(plan).length - 1, shard),
    onBlock,
  )
  return {plan: packPlan(inFileRows(plan, embeddings)), blocks: blocks.map(packBlock)}
}

/**
 * The certificate of a single run, bit for bit, from the parts of all shards in any order. Needs no model, data or
 * engine.
 *
 * Shares   are assumed to have the same plan, which documents/shard-set checks; the first one's plan is used.
 * Cost     that of the bounds; memory: the sums of all blocks.
 * Throws   InputError  starts with a share's `place`: an impossible size or value, a missing or duplicate block.
 */
export function mergeShares(shares: readonly {place: string; share: CertifyShare}[]): Certification {
  const {place, share} = shares[0]!
  const plan = unpackPlan(share.plan, place)
  const blocks = shares
    .flatMap((part) => part.share.blocks.map((block) => unpackBlock(block, plan, part.place)))
    .sort((a, b) => a.block - b.block)
  const expected = referenceBlocks(plan).length - 1
  const wrong = Array.from({length: Math.max(expected, blocks.length)}, (_, b) => b).find((b) => blocks[b]?.block !== b)
  if (wrong !== undefined)
    throw new InputError(`${place} and its other shards: block ${wrong} of ${expected} is missing or there twice`, [
      'write the partial results again',
    ])
  const merged = conclude(
    plan,
    plan.layers.map((_, k) => foldBlocks(blocks.map(({layers}) => layers[k]!))),
  )
  if (!isFinite(merged))
    throw new InputError(`${place} and its other shards: the sums give a figure that is not a finite number`, [
      'write the partial results again',
    ])
  return merged
}

/**
 * Rows of the data file that the certificate may name as witnesses or hints: a superset of those it will name from this
 * shard's blocks. Ascending.
 */
export function mayBeNamed({plan: packed, blocks}: CertifyShare): number[] {
  const plan = unpackPlan(packed, 'this shard')
  const starts = referenceBlocks(plan)
  const rows = new Set(plan.labelHints?.map(({row}) => row))
  for (const k of plan.layers.keys()) {
    const found = blocks.flatMap(({block, layers}) =>
      layers[k]!.witnesses.map((witness) => ({...witness, reference: starts[block]! + witness.reference})),
    )
    for (const {anchor, reference} of found.sort((a, b) => b.ratio - a.ratio).slice(0, WITNESSES)) {
      rows.add(plan.anchors.rows[anchor]!)
      rows.add(plan.references.rows[reference]!)
    }
  }
  return [...rows].sort((a, b) => a - b)
}

/** Whether every number inside is finite: forged sums may pass each check separately. */
function isFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(isFinite)
}

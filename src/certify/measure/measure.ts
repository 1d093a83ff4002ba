import type {PairwiseEngine} from '../../pairwise/engine.js'
import {measureExamples} from './example-counts.js'
import {measureFresh} from './fresh-pairs.js'
import type {CertifyPlan} from '../plan-types.js'
import type {BlockSums, LayerSums} from './layer-sums.js'
import {nearestAnchors} from '../nearest/nearest-anchors.js'
import {takeRows} from '../sample/sample.js'
import {part, referenceSide, volatilityTask} from './volatility-task.js'
import type {Embeddings} from '../types.js'

/** Block size of references: at least 16 blocks if there are enough rows, but blocks large enough for fast tiles. */
const BLOCKS = 16
const MIN_BLOCK = 256
const MAX_BLOCK = 4096

/**
 * The blocks of references: the unit of work, and of every sum over references. Blocks depend only on the number of
 * references, so a single run and any number of shards add the same numbers in the same order.
 *
 * Returns   the first reference of each block, then n. Without a split: one block.
 */
export function referenceBlocks({alpha, references}: Pick<CertifyPlan, 'alpha' | 'references'>): number[] {
  const n = references.rows.length
  const size = alpha === null ? n : Math.min(MAX_BLOCK, Math.max(MIN_BLOCK, Math.ceil(n / BLOCKS)))
  return [...Array.from({length: Math.ceil(n / size)}, (_, b) => b * size), n]
}

/** Returns the sums of a layer over a block, computed or stored by an earlier run. */
export type KeepSums = (layer: number, block: number, make: () => Promise<LayerSums>) => Promise<LayerSums>

/**
 * Sums of the given blocks. All work that grows with anchors × references happens here.
 *
 * Cost   per layer and block (2m + examples) · rows · dim multiply–adds, with --bounds 256 · rows · dim more; memory 3 ·
 *        rows · G · (E + 1) numbers.
 */
export async function measureBlocks(
  plan: CertifyPlan,
  embeddings: Embeddings,
  engine: PairwiseEngine,
  blocks: readonly number[],
  onBlock: (done: number, total: number) => void = () => undefined,
  keep: KeepSums = (_layer, _block, make) => make(),
): Promise<BlockSums[]> {
  const starts = referenceBlocks(plan)
  const out: BlockSums[] = blocks.map((block) => ({block, layers: []}))
  for (const [k, layer] of plan.layers.entries()) {
    const states = embeddings.layers[k]!
    const task = volatilityTask(plan, layer, states)
    for (const [at, {block, layers}] of out.entries()) {
      const own = part(plan.references, starts[block]!, starts[block + 1]!)
      const references = plan.alpha === null ? {} : referenceSide(states, own)
      layers.push(
        await keep(k, block, async () => ({
          ...(await engine.volatility({...task, ...references})),
          examples: await measureExamples(plan, layer, states, own, engine),
          fresh: plan.options.bounds.length === 0 ? null : await measureFresh(plan, layer, states, own, engine),
          nearest:
            plan.alpha === null
              ? null
              : await nearestAnchors(takeRows(states, own.rows), task.anchors, plan.options.metric, engine),
        })),
      )
      onBlock(k * blocks.length + at + 1, plan.layers.length * blocks.length)
    }
  }
  return out
}

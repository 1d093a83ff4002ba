import {InputError} from '../../errors.js'
import type {Keep, Source} from '../../frame/kept-parts.js'
import type {VolatilitySums} from '../../pairwise/engine.js'
import {exampleCount} from '../measure/example-counts.js'
import {type KeepSums, referenceBlocks} from '../measure/measure.js'
import {AGAIN} from './partial-plan.js'
import type {CertifyPlan} from '../plan-types.js'
import type {BlockSums, LayerSums} from '../measure/layer-sums.js'
import {
  isSum,
  type PackedSums,
  packSums,
  type SumsSizes,
  unpackExamples,
  unpackFresh,
  unpackNearestOf,
  unpackSums,
} from './sums-codec.js'

/** The sums of one block of references for every layer, as plain JSON. */
export interface PackedBlock {
  block: number
  layers: PackedBlockSums[]
}

/** The sums of a layer over one block, with what folding the blocks needs. */
export interface PackedBlockSums extends PackedSums {
  zeroDistanceLossPairs: number
  diameter: number
  witnesses: VolatilitySums['witnesses']
}

export const packBlock = ({block, layers}: BlockSums): PackedBlock => ({
  block,
  layers: layers.map(packLayer),
})

const packLayer = (sums: LayerSums): PackedBlockSums => ({
  ...packSums(sums),
  zeroDistanceLossPairs: sums.zeroDistanceLossPairs,
  diameter: sums.diameter,
  witnesses: sums.witnesses,
})

/**
 * Stores the sums of each layer and block in packed form. Sums of this run are packed and unpacked too, so a resumed
 * run gives identical results.
 */
export function keepPacked(keep: Keep<PackedBlockSums>, plan: CertifyPlan): KeepSums {
  const starts = referenceBlocks(plan)
  return async (layer, block, make) => {
    const name = `layer-${layer}-block-${block}`
    const {part, ...source} = await keep(name, async () => packLayer(await make()))
    return unpackLayer(part, plan, layer, starts[block + 1]! - starts[block]!, source)
  }
}

/**
 * The sums of a shard that `packBlock` packed, bit for bit, checking every size and value against the plan.
 *
 * Throws  InputError  starts with `place`.
 */
export function unpackBlock(packed: PackedBlock, plan: CertifyPlan, place: string): BlockSums {
  const {block} = packed
  const starts = referenceBlocks(plan)
  const [first, end] = [starts[block], starts[block + 1]]
  if (first === undefined || end === undefined)
    throw new InputError(`${place}: there is no block ${block} of ${starts.length - 1}`, AGAIN)
  if (packed.layers.length !== plan.layers.length)
    throw new InputError(
      `${place}, block ${block}: has ${packed.layers.length} layers, the plan ${plan.layers.length}`,
      AGAIN,
    )
  const layers = packed.layers.map((sums, k) =>
    unpackLayer(sums, plan, k, end - first, {
      place: `${place}, block ${block}, layer ${plan.layers[k]!.name}`,
      next: AGAIN,
    }),
  )
  return {block, layers}
}

function unpackLayer(
  packed: PackedBlockSums,
  plan: CertifyPlan,
  layer: number,
  rows: number,
  source: Source,
): LayerSums {
  const fault = (message: string) => new InputError(`${source.place}: ${message}`, source.next)
  const deltas = plan.layers[layer]!.deltas.length
  const sizes: SumsSizes = {
    anchors: plan.anchors.rows.length,
    references: rows,
    deltas,
    radii: deltas + 1,
    etas: plan.etas.length,
  }
  const {zeroDistanceLossPairs, diameter, witnesses} = packed
  if (!(Number.isInteger(zeroDistanceLossPairs) && zeroDistanceLossPairs >= 0))
    throw fault(`zeroDistanceLossPairs is ${zeroDistanceLossPairs}`)
  const sums = unpackSums(packed, sizes, source)
  if (zeroDistanceLossPairs > sums.zeroDistancePairs)
    throw fault(`zeroDistanceLossPairs is ${zeroDistanceLossPairs} of ${sums.zeroDistancePairs} pairs at distance zero`)
  if (!isSum(diameter)) throw fault(`diameter is ${diameter}`)
  const bad = witnesses.findIndex(
    ({anchor, reference, distance, ratio}) =>
      !(isRow(anchor, sizes.anchors) && isRow(reference, rows) && isSum(distance) && isSum(ratio)),
  )
  if (bad !== -1) throw fault(`witness ${bad} is not a pair of this block`)
  return {
    ...sums,
    zeroDistanceLossPairs,
    diameter,
    witnesses,
    examples: unpackExamples(packed.examples, exampleCount(plan), sizes, source),
    fresh: unpackFresh(packed.fresh, plan.options.bounds.length > 0, sizes, source),
    nearest: unpackNearestOf(packed.nearest, plan.alpha !== null, sizes, source),
  }
}

const isRow = (row: number, count: number) => Number.isInteger(row) && row >= 0 && row < count

import {pack, unpack} from '../../data/packed.js'
import {InputError} from '../../errors.js'
import type {Keep, Source} from '../../frame/kept-parts.js'
import type {VolatilitySums} from '../../pairwise/engine.js'
import {exampleCount} from '../measure/example-counts.js'
import {type KeepSums, referenceBlocks} from '../measure/measure.js'
import {AGAIN} from './partial-plan.js'
import type {CertifyPlan} from '../plan-types.js'
import type {BlockSums, LayerSums} from '../measure/layer-sums.js'

/** The sums of one block of references for every layer, as plain JSON. */
export interface PackedBlock {
  block: number
  layers: PackedSums[]
}

/** The members of LayerSums; text is a packed array of Float64 (data/packed). */
export interface PackedSums {
  total: string
  within: string
  windowed: string
  exceed: string
  anchorTotal: string
  crossLabelTotal: number
  zeroDistancePairs: number
  zeroDistanceLossPairs: number
  diameter: number
  witnesses: VolatilitySums['witnesses']
  examples: {within: string; exceed: string} | null
  fresh: {weight: number; kernel: number; pairs: string; within: string; exceed: string} | null
}

export const packBlock = ({block, layers}: BlockSums): PackedBlock => ({
  block,
  layers: layers.map(packSums),
})

function packSums(sums: LayerSums): PackedSums {
  return {
    ...sums,
    total: pack(sums.total),
    within: pack(sums.within),
    windowed: pack(sums.windowed),
    exceed: pack(sums.exceed),
    anchorTotal: pack(sums.anchorTotal),
    examples: sums.examples === null ? null : {within: pack(sums.examples.within), exceed: pack(sums.examples.exceed)},
    fresh:
      sums.fresh === null
        ? null
        : {
            ...sums.fresh,
            pairs: pack(sums.fresh.pairs),
            within: pack(sums.fresh.within),
            exceed: pack(sums.fresh.exceed),
          },
  }
}

/**
 * Keeps the sums of each layer and block in their packed form; those of this run pass through it too, so that a resumed
 * run differs in nothing.
 */
export function keepPacked(keep: Keep<PackedSums>, plan: CertifyPlan): KeepSums {
  const starts = referenceBlocks(plan)
  return async (layer, block, make) => {
    const name = `layer-${layer}-block-${block}`
    const {part, ...source} = await keep(name, async () => packSums(await make()))
    return unpackSums(part, plan, layer, starts[block + 1]! - starts[block]!, source)
  }
}

/**
 * The sums of a shard that `packBlock` packed, bit for bit, with every size and value checked against the plan.
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
    unpackSums(sums, plan, k, end - first, {
      place: `${place}, block ${block}, layer ${plan.layers[k]!.name}`,
      next: AGAIN,
    }),
  )
  return {block, layers}
}

function unpackSums(
  packed: PackedSums,
  plan: CertifyPlan,
  layer: number,
  rows: number,
  {place, next}: Source,
): LayerSums {
  const fault = (message: string) => new InputError(`${place}: ${message}`, next)
  const m = plan.anchors.rows.length
  const grid = plan.layers[layer]!.deltas.length + 1
  const E = plan.etas.length
  const array = (text: string, name: string, length: number, possible: (x: number) => boolean) => {
    const values = unpack(text, 'f8', length, `${place}: ${name}`, next)
    const bad = values.findIndex((x) => !possible(x))
    if (bad !== -1) throw fault(`${name}[${bad}] is ${values[bad]!}`)
    return values
  }
  const read = (
    field: 'total' | 'within' | 'windowed' | 'exceed' | 'anchorTotal',
    length: number,
    possible: (x: number) => boolean,
  ) => array(packed[field], field, length, possible)
  const isSum = (x: number) => x >= 0 && x < Infinity
  const isCount = (most: number) => (x: number) => x >= 0 && x <= most && Number.isInteger(x)
  const isAnchorCount = isCount(m)
  const {crossLabelTotal, zeroDistancePairs, zeroDistanceLossPairs, diameter, witnesses} = packed
  if (![zeroDistancePairs, zeroDistanceLossPairs].every((x) => Number.isInteger(x) && x >= 0 && x <= m * rows))
    throw fault('the pairs at distance zero are not a valid count')
  if (!isSum(crossLabelTotal) || !isSum(diameter)) throw fault('a sum or distance is negative')
  const isPair = ({anchor, reference}: {anchor: number; reference: number}) =>
    isRow(anchor, m) && isRow(reference, rows)
  if (!witnesses.every((pair) => isPair(pair) && isSum(pair.distance) && isSum(pair.ratio)))
    throw fault('a witness is no pair of this block')
  const {examples, fresh} = packed
  const P = exampleCount(plan)
  if ((examples === null) !== (P === 0) || (fresh === null) !== (plan.options.bounds.length === 0))
    throw fault('examples or fresh pairs are there in the plan or in the block only')
  if (fresh !== null && !(isCount(rows / 2)(fresh.weight) && isSum(fresh.kernel)))
    throw fault('the fresh pairs are not a valid count')
  return {
    total: read('total', rows, isSum),
    within: read('within', rows * grid, isAnchorCount),
    windowed: read('windowed', rows * grid * E, isSum),
    exceed: read('exceed', rows * grid * E, isAnchorCount),
    anchorTotal: read('anchorTotal', m, isSum),
    crossLabelTotal,
    zeroDistancePairs,
    zeroDistanceLossPairs,
    diameter,
    witnesses,
    examples:
      examples === null
        ? null
        : {
            within: array(examples.within, 'examples.within', P * (grid - 1), isCount(rows)),
            exceed: array(examples.exceed, 'examples.exceed', P * (grid - 1), isCount(rows)),
          },
    fresh:
      fresh === null
        ? null
        : {
            ...fresh,
            pairs: array(fresh.pairs, 'fresh.pairs', fresh.weight, isSum),
            within: array(fresh.within, 'fresh.within', grid - 1, isCount(fresh.weight)),
            exceed: array(fresh.exceed, 'fresh.exceed', (grid - 1) * E, isCount(fresh.weight)),
          },
  }
}

const isRow = (row: number, count: number) => Number.isInteger(row) && row >= 0 && row < count

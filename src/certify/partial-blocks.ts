import {pack, unpack} from '../data/packed.js'
import {InputError} from '../errors.js'
import type {VolatilitySums} from '../pairwise/engine.js'
import {type BlockSums, referenceBlocks} from './measure.js'
import type {CertifyPlan} from './plan.js'

/** The sums of one block of references for every layer, as plain JSON. */
export interface PackedBlock {
  block: number
  layers: PackedSums[]
}

/** The members of VolatilitySums; text is a packed array of Float64 (data/packed). */
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
}

export const packBlock = ({block, layers}: BlockSums): PackedBlock => ({
  block,
  layers: layers.map((sums) => ({
    ...sums,
    total: pack(sums.total), within: pack(sums.within), windowed: pack(sums.windowed), exceed: pack(sums.exceed), anchorTotal: pack(sums.anchorTotal),
  })),
})

/**
 * The sums that `packBlock` packed, bit for bit, with every size and value checked against the plan.
 *
 * Throws  InputError  starts with `place`.
 */
export function unpackBlock(packed: PackedBlock, plan: CertifyPlan, place: string): BlockSums {
  const {block} = packed
  const starts = referenceBlocks(plan)
  const [first, end] = [starts[block], starts[block + 1]]
  if (first === undefined || end === undefined) throw fault(`${place}: there is no block ${block} of ${starts.length - 1}`)
  if (packed.layers.length !== plan.layers.length) throw fault(`${place}, block ${block}: has ${packed.layers.length} layers, the plan ${plan.layers.length}`)
  const layers = packed.layers.map((sums, k) => unpackSums(sums, plan, k, end - first, `${place}, block ${block}, layer ${plan.layers[k]!.name}`))
  return {block, layers}
}

function unpackSums(packed: PackedSums, plan: CertifyPlan, layer: number, rows: number, place: string): VolatilitySums {
  const m = plan.anchors.rows.length
  const grid = plan.layers[layer]!.deltas.length + 1
  const E = plan.etas.length
  const read = (field: 'total' | 'within' | 'windowed' | 'exceed' | 'anchorTotal', length: number, possible: (x: number) => boolean) => {
    const values = unpack(packed[field], 'f8', length, `${place}: ${field}`)
    const bad = values.findIndex((x) => !possible(x))
    if (bad !== -1) throw fault(`${place}: ${field}[${bad}] is ${values[bad]!}`)
    return values
  }
  const isSum = (x: number) => x >= 0 && x < Infinity
  const isAnchorCount = (x: number) => x >= 0 && x <= m && Number.isInteger(x)
  const {crossLabelTotal, zeroDistancePairs, zeroDistanceLossPairs, diameter, witnesses} = packed
  if (![zeroDistancePairs, zeroDistanceLossPairs].every((x) => Number.isInteger(x) && x >= 0 && x <= m * rows)) throw fault(`${place}: the pairs at distance zero are no count`)
  if (!isSum(crossLabelTotal) || !isSum(diameter)) throw fault(`${place}: a sum or distance is negative`)
  const isPair = ({anchor, reference}: {anchor: number; reference: number}) => isRow(anchor, m) && isRow(reference, rows)
  if (!witnesses.every((pair) => isPair(pair) && isSum(pair.distance) && isSum(pair.ratio))) throw fault(`${place}: a witness is no pair of this block`)
  return {
    total: read('total', rows, isSum),
    within: read('within', rows * grid, isAnchorCount),
    windowed: read('windowed', rows * grid * E, isSum),
    exceed: read('exceed', rows * grid * E, isAnchorCount),
    anchorTotal: read('anchorTotal', m, isSum),
    crossLabelTotal, zeroDistancePairs, zeroDistanceLossPairs, diameter, witnesses,
  }
}

const isRow = (row: number, count: number) => Number.isInteger(row) && row >= 0 && row < count

const fault = (message: string) => new InputError(message, ['write the partial result again with surety certify --shard'])

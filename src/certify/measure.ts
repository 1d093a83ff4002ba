import type {PairwiseEngine, VolatilitySums, VolatilityTask} from '../pairwise/engine.js'
import type {CertifyPlan, LayerUnits} from './plan.js'
import type {Points} from './points.js'
import {takeRows} from './sample.js'
import type {Embeddings, LayerStates} from './types.js'

/** Rows of a block of references: at least 16 blocks where there are enough rows, never so few rows that tiles are slow. */
const BLOCKS = 16
const MIN_BLOCK = 256
const MAX_BLOCK = 4096

/** As many witnesses as an engine keeps. */
const WITNESSES = 16

/** The sums of every layer over one block of references. */
export interface BlockSums {
  block: number
  layers: VolatilitySums[]
}

/**
 * The blocks of references: the unit of work, and of every sum over references. Blocks depend on the number of references
 * only, never on who computes them, so one run and any number of shards add up the same numbers in the same order.
 *
 * Returns   the first reference of each block, and n at the end. Without a split: one block.
 */
export function referenceBlocks({alpha, references}: Pick<CertifyPlan, 'alpha' | 'references'>): number[] {
  const n = references.rows.length
  const size = alpha === null ? n : Math.min(MAX_BLOCK, Math.max(MIN_BLOCK, Math.ceil(n / BLOCKS)))
  return [...Array.from({length: Math.ceil(n / size)}, (_, b) => b * size), n]
}

/**
 * Sums of the given blocks: all the work that grows with anchors × references.
 *
 * Cost   per layer and block m · rows · dim multiply–adds; memory 3 · rows · G · (E + 1) numbers.
 */
export async function measureBlocks(plan: CertifyPlan, embeddings: Embeddings, engine: PairwiseEngine, blocks: readonly number[], onBlock: (done: number, total: number) => void = () => undefined): Promise<BlockSums[]> {
  const starts = referenceBlocks(plan)
  const out: BlockSums[] = blocks.map((block) => ({block, layers: []}))
  for (const [k, layer] of plan.layers.entries()) {
    const states = embeddings.layers[k]!
    const task = volatilityTask(plan, layer, states)
    for (const [at, {block, layers}] of out.entries()) {
      const references = plan.alpha === null ? {} : referenceSide(states, part(plan.references, starts[block]!, starts[block + 1]!))
      layers.push(await engine.volatility({...task, ...references}))
      onBlock(k * blocks.length + at + 1, plan.layers.length * blocks.length)
    }
  }
  return out
}

/** The anchors of a layer among themselves: every pair once. */
export function volatilityTask(plan: CertifyPlan, layer: LayerUnits, states: LayerStates): VolatilityTask {
  const {anchors, options, etas, lossMax} = plan
  const side = referenceSide(states, anchors)
  return {
    ...side, anchors: side.references, anchorLoss: side.referenceLoss, anchorLabels: side.referenceLabels,
    metric: options.metric, scale: layer.scale, floor: layer.floor, deltas: Float64Array.of(...layer.deltas, Infinity), etas, lossMax,
  }
}

const referenceSide = (states: LayerStates, {rows, losses, labels}: Points) => ({references: takeRows(states, rows), referenceLoss: losses, referenceLabels: labels})

const part = ({rows, losses, labels}: Points, from: number, to: number): Points => ({
  rows: rows.subarray(from, to), losses: losses.subarray(from, to), labels: labels === null ? null : labels.subarray(from, to),
})

/** The sums over all references from those of every block, in order: what is added is added block by block. */
export function foldBlocks(parts: readonly VolatilitySums[]): VolatilitySums {
  const anchorTotal = new Float64Array(parts[0]!.anchorTotal.length)
  let crossLabelTotal = 0
  let first = 0
  const witnesses: VolatilitySums['witnesses'] = []
  for (const sums of parts) {
    sums.anchorTotal.forEach((x, i) => (anchorTotal[i]! += x))
    crossLabelTotal += sums.crossLabelTotal
    for (const witness of sums.witnesses) witnesses.push({...witness, reference: first + witness.reference})
    first += sums.total.length
  }
  const count = (of: (sums: VolatilitySums) => number) => parts.reduce((sum, sums) => sum + of(sums), 0)
  return {
    total: concat(parts.map(({total}) => total)),
    within: concat(parts.map(({within}) => within)),
    windowed: concat(parts.map(({windowed}) => windowed)),
    exceed: concat(parts.map(({exceed}) => exceed)),
    anchorTotal,
    crossLabelTotal,
    zeroDistancePairs: count((sums) => sums.zeroDistancePairs),
    zeroDistanceLossPairs: count((sums) => sums.zeroDistanceLossPairs),
    diameter: Math.max(...parts.map(({diameter}) => diameter)),
    witnesses: witnesses.sort((a, b) => b.ratio - a.ratio).slice(0, WITNESSES),
  }
}

function concat(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, values) => sum + values.length, 0))
  let at = 0
  for (const values of parts) {
    out.set(values, at)
    at += values.length
  }
  return out
}

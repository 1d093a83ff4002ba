import type {VolatilitySums} from '../../pairwise/engine.js'
import {added, concat} from '../sample/arrays.js'
import type {ExampleCounts} from './example-counts.js'
import {foldNearest, type NearestAnchors} from '../nearest/nearest-anchors.js'
import {foldFresh, type FreshSums} from './fresh-pairs.js'

/** Number of witnesses that an engine keeps. */
const WITNESSES = 16

/** The sums of one layer over a part of the references. */
export interface LayerSums extends VolatilitySums {
  /** null if no example gets a radius */
  examples: ExampleCounts | null
  /** null if no bound for two fresh examples was requested */
  fresh: FreshSums | null
  /** null without a split */
  nearest: NearestAnchors | null
}

/** The sums of every layer over one block of references. */
export interface BlockSums {
  block: number
  layers: LayerSums[]
}

/** The sums over all references, adding blocks in order. */
export function foldBlocks(parts: readonly LayerSums[]): LayerSums {
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
  const count = (of: (sums: LayerSums) => number) => parts.reduce((sum, sums) => sum + of(sums), 0)
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
    examples:
      parts[0]!.examples === null
        ? null
        : {
            within: added(parts.map(({examples}) => examples!.within)),
            exceed: added(parts.map(({examples}) => examples!.exceed)),
          },
    fresh: parts[0]!.fresh === null ? null : foldFresh(parts.map(({fresh}) => fresh!)),
    nearest: parts[0]!.nearest === null ? null : foldNearest(parts.map(({nearest}) => nearest!)),
  }
}

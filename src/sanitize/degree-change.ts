import type {Graph} from '../graph/types.js'
import type {DegreeChange} from './types.js'

/** Degrees up to here have a bin of their own; above it each bin is twice as wide as the one before. */
const EXACT = 8

/**
 * How many nodes have which degree before and after, and who lost most.
 *
 * Shapes   before [n], after [n] without self loops → bins 0, 1, … 8, 9–16, 17–32, … up to the largest degree; both
 *          rows add up to n.
 * Ties     among the nodes that lost most, the first.
 * Empty    no nodes → one bin, counts 0.
 */
export function degreeChange(
  before: Uint32Array,
  after: Uint32Array,
  {nodeNames}: Pick<Graph, 'nodeNames'>,
): DegreeChange {
  const most = before.reduce(
    (a, b) => Math.max(a, b),
    after.reduce((a, b) => Math.max(a, b), 0),
  )
  const from: number[] = []
  const to: number[] = []
  for (let low = 0, width = 1; low <= most; low += width, width = low > EXACT ? low - 1 : 1) {
    from.push(low)
    to.push(low + width - 1)
  }
  const counts = (degrees: Uint32Array) => {
    const out = new Array<number>(from.length).fill(0)
    for (const degree of degrees) out[binOf(degree)]!++
    return out
  }
  let changed = 0
  let worst = -1
  before.forEach((degree, i) => {
    if (degree !== after[i]) changed++
    const loss = degree - after[i]!
    if (loss > (worst < 0 ? 0 : before[worst]! - after[worst]!)) worst = i
  })
  return {
    from,
    to,
    before: counts(before),
    after: counts(after),
    changed,
    largestLoss:
      worst < 0 ? null : {node: nodeNames?.[worst] ?? String(worst), before: before[worst]!, after: after[worst]!},
  }
}

/** 9–16 is the bin behind 8, 17–32 the next: 32 − clz32(d − 1) is ⌈log₂ d⌉. */
const binOf = (degree: number): number => (degree <= EXACT ? degree : EXACT - 3 + (32 - Math.clz32(degree - 1)))

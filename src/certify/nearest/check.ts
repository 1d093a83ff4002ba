import {InputError} from '../../errors.js'
import type {Dense} from '../../linalg/types.js'
import type {PairwiseEngine} from '../../pairwise/engine.js'
import {nearestAnchors} from './nearest-anchors.js'
import {accepts, type Rule} from './rule.js'

/** A rule's decision for each row. */
export interface CheckedRows {
  /** [n] 1: accepted, 0: abstain */
  accepted: Uint8Array
  /** [n] index of the nearest anchor, and raw distance to it */
  nearest: Uint32Array
  distances: Float64Array
}

/**
 * Accepts or abstains for each row, independently of other rows.
 *
 * Shapes     rows [n, dim] of the rule's layer.
 * Cost       n · m · dim multiply–adds.
 * Empty      n = 0 → empty.
 * Throws     InputError  rows of another width than the anchors, or a value that is not finite (names the row).
 */
export async function checkRows(
  rule: Rule,
  rows: Dense<Float32Array | Float64Array>,
  engine: PairwiseEngine,
): Promise<CheckedRows> {
  const {anchors, anchorLosses, metric, layer} = rule
  if (rows.cols !== anchors.cols)
    throw new InputError(`the rows have ${rows.cols} values, the anchors of layer ${layer} have ${anchors.cols}`, [
      `give the hidden states of layer ${layer}, pooled as they were for the certificate`,
    ])
  const bad = rows.data.findIndex((x) => !Number.isFinite(x))
  if (bad !== -1)
    throw new InputError(
      `row ${Math.floor(bad / rows.cols)}, column ${bad % rows.cols} is ${rows.data[bad]!}, not a finite number`,
      ['leave the row out'],
    )
  const found = await nearestAnchors(rows, anchors, metric, engine)
  return {
    accepted: Uint8Array.from(found.anchors, (anchor, j) =>
      accepts(rule, found.distances[j]!, anchorLosses[anchor]!) ? 1 : 0,
    ),
    nearest: found.anchors,
    distances: found.distances,
  }
}

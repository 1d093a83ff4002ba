import {InputError, option} from '../../errors.js'
import type {DataSet, InputArray} from '../data-types.js'
import {MISSING} from '../labels.js'
import {size} from '../pool.js'
import type {Targets} from './targets.js'

/** Data looks padded if at least this share of rows end in a run of the same id … */
const PADDED_ROWS = 0.3
/** … and the runs have at least this many different lengths. */
const RUN_LENGTHS = 3
const IDS = /id|token|text/i

/**
 * Refuses token labels that would be silently wrong: labels equal to the input (for next-token prediction they must be
 * shifted by one), and padding that is not marked as such.
 *
 * `stated`  an option gave the label that does not count.
 * Throws    InputError says what was found.
 */
export function checkTokenLabels(targets: Targets, data: DataSet, stated: boolean): void {
  const ids = data.inputs.filter(
    ({name, shape, read}) =>
      read === undefined && name !== 'attention_mask' && shape.join() === targets.shape.join() && shape.length === 2,
  )
  const equal = ids.find((input) => targets.data.every((label, k) => label === MISSING || label === input.data[k]))
  if (equal !== undefined)
    throw new InputError(
      `${targets.place}: every label is the id of its own token in ${equal.name}: for next-token prediction, labels must be shifted by one`,
      [`store the label of a token as the next id, ${MISSING} for the last`],
    )
  if (stated || data.inputs.some(({name}) => name === 'attention_mask') || targets.data.includes(MISSING)) return
  const padded = ids.filter(({name}) => IDS.test(name)).find(looksPadded)
  if (padded === undefined) return
  throw new InputError(
    `${targets.place}: the rows of ${padded.name} end in runs of ${padded.data.at(-1)!} as padded ones do, and neither attention_mask nor ${MISSING} says which tokens count`,
    [
      `write ${MISSING} as the label of padding, or store attention_mask`,
      `if all tokens count: ${option('ignoreLabel')} ${MISSING}`,
    ],
  )
}

function looksPadded({shape, data}: InputArray): boolean {
  const [rows = 0] = shape
  const tokens = size(shape.slice(1))
  const runs = new Map<number, number[]>()
  for (let row = 0; row < rows; row++) {
    const last = data[(row + 1) * tokens - 1]!
    let run = 1
    while (run < tokens && data[(row + 1) * tokens - 1 - run] === last) run++
    if (run > 1) runs.set(last, [...(runs.get(last) ?? []), run])
  }
  return [...runs.values()].some(
    (lengths) => lengths.length >= PADDED_ROWS * rows && new Set(lengths).size >= RUN_LENGTHS,
  )
}

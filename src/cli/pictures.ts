import type {DataSet, InputSummary} from '../checkpoint/index.js'
import type {CertifyMetrics} from '../certify/types.js'
import {type Thumbnail, thumbnailOf} from '../data/images/thumbnail.js'
import {imageLayout} from '../perturb/layout.js'

/** Narrower inputs are rows of numbers, not pictures. */
const MIN_SIDE = 4
const SIDES = {least: 16, most: 64}
/** Total bytes of all pictures before compression, to add well below a megabyte to a report. */
const BUDGET = 600_000
/** Rows that the witnesses of one layer may name. */
const ROWS_OF_LAYER = 10

/** Draws rows of the data file, ascending by row. */
export type Pictures = (rows: Iterable<number>) => Promise<Thumbnail[]>

export interface PictureRequest {
  data: DataSet | null
  /** the model's inputs */
  inputs: readonly InputSummary[]
  layers: number
  /** --image-shape, for flat rows */
  shape: readonly number[] | null
  /** --input-range */
  range: readonly [number, number] | null
}

/**
 * Draws inputs that are images or shaped like images: one input of at least 4 × 4 values with at most 4 channels, in
 * the model's shape or in `shape`. Black and white are the smallest and largest value: from `range`, else the possible
 * values, else those of bytes, else the observed ones.
 *
 * Empty   texts, several inputs, no image → no pictures.
 * Throws  UsageError  a stated shape that an example does not have.
 */
export function picturesOf({data, inputs, layers, shape, range}: PictureRequest): Pictures {
  const [input, ...others] = inputs
  const array = data?.inputs.find(({name}) => name === input?.name) ?? data?.inputs[0]
  const none: Pictures = () => Promise.resolve([])
  if (data === null || input === undefined || array === undefined || others.length > 0 || data.text !== undefined)
    return none
  const layout = imageLayout(input.shape, shape)
  if (layout === null || Math.min(layout.height, layout.width) < MIN_SIDE) return none
  const width = layout.height * layout.width * layout.channels
  const picture = {
    ...layout,
    range:
      range ??
      input.possible ??
      (array.read === undefined && array.data instanceof Uint8Array ? ([0, 255] as const) : input.observed),
    side: Math.min(
      SIDES.most,
      Math.max(SIDES.least, Math.floor(Math.sqrt(BUDGET / (layers * ROWS_OF_LAYER * (layout.channels === 3 ? 3 : 1))))),
    ),
  }
  return (rows) =>
    Promise.resolve(
      [...new Set(rows)]
        .sort((a, b) => a - b)
        .map((row) =>
          thumbnailOf(row, array.read?.(row, 1) ?? array.data.subarray(row * width, (row + 1) * width), picture),
        ),
    )
}

/** The rows that a certificate points out. */
export const namedRows = ({witnesses, localization: {labelHints = []}}: CertifyMetrics): number[] => [
  ...witnesses.flatMap(({rows}) => rows),
  ...labelHints.map(({row}) => row),
]

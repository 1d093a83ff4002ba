import {UsageError, option} from '../errors.js'

/** The pixel layout of an example. */
export interface ImageLayout {
  height: number
  width: number
  channels: number
  /** [height, width, channels]; else [channels, height, width] */
  channelsLast: boolean
}

/** With more channels, an array is not an image. */
const MAX_CHANNELS = 4

/**
 * The layout of an example of the given shape: [h, w], [h, w, c] or [c, h, w] with at most 4 channels; `stated`
 * overrides the shape, for flat rows.
 *
 * Empty   no image → null.
 * Throws  UsageError  a stated shape that is invalid, or does not match the number of values.
 */
export function imageLayout(shape: readonly number[], stated: readonly number[] | null): ImageLayout | null {
  if (stated === null) return layoutOf(shape)
  const layout = layoutOf(stated)
  if (layout === null || !stated.every((length) => Number.isInteger(length) && length > 0)) {
    throw new UsageError(
      `${option('imageShape')} is ${stated.join(',')}; it is height,width, or height,width,channels, or channels,height,width with at most ${MAX_CHANNELS} channels`,
      [`write ${option('imageShape')} 28,28`],
    )
  }
  const [have, want] = [shape, stated].map((lengths) => lengths.reduce((product, length) => product * length, 1))
  if (have !== want)
    throw new UsageError(`${option('imageShape')} ${stated.join(',')} has ${want} values, an example has ${have}`, [
      'give the height and width of the images',
    ])
  return layout
}

function layoutOf(shape: readonly number[]): ImageLayout | null {
  const [first = 0, second = 0, third] = shape
  if (shape.length === 2) return {height: first, width: second, channels: 1, channelsLast: true}
  if (shape.length !== 3 || third === undefined) return null
  if (third <= MAX_CHANNELS) return {height: first, width: second, channels: third, channelsLast: true}
  return first <= MAX_CHANNELS ? {height: second, width: third, channels: first, channelsLast: false} : null
}

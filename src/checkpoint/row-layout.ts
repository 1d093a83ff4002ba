import {size, type State} from './pool.js'

/** Where the examples of a batch stand in a tensor of the model. */
export interface RowLayout {
  /** the axis that follows the batch; null: the whole tensor belongs to one example, which runs by itself */
  axis: number | null
  /** entries of that axis for each example: steps that the model folds into the batch; else 1 */
  fold: number
  /** of folded steps: all of an example together, or all examples of a step together */
  order: 'example-first' | 'step-first'
}

/**
 * Where the examples may stand, by sizes alone: an axis with the batch's length or a multiple of it and, where a second
 * batch size is known, that grows with it while every other axis stays. Likeliest first: whole examples before folded
 * steps, early axes before late ones.
 */
export function possibleLayouts(
  shape: readonly number[],
  batch: number,
  other?: {shape: readonly number[]; batch: number},
): RowLayout[] {
  const layouts = shape.flatMap((length, axis): RowLayout[] => {
    const fold = length / batch
    if (!Number.isInteger(fold) || fold === 0) return []
    const grows =
      other === undefined ||
      (other.shape.length === shape.length &&
        other.shape.every((size, k) => size === (k === axis ? fold * other.batch : shape[k])))
    if (!grows) return []
    const layout = {axis, fold, order: 'example-first'} as const
    return fold === 1 ? [layout] : [layout, {...layout, order: 'step-first'}]
  })
  return layouts.sort((a, b) => a.fold - b.fold)
}

/** Of a batch of one: the axis that it is, or the whole tensor. */
export function layoutOfOne(shape: readonly number[]): RowLayout {
  const axis = shape.indexOf(1)
  return {axis: axis < 0 ? null : axis, fold: 1, order: 'example-first'}
}

/**
 * A tensor with its examples first: [batch, …], or [batch, steps, …] where steps were folded into the batch.
 *
 * Cost   none where they stand first already, else one copy.
 */
export function rowsFirst({shape, data}: State, {axis, fold, order}: RowLayout, batch: number): State {
  if (axis === null) return {shape: [1, ...shape], data}
  const rest = [...shape.slice(0, axis), ...shape.slice(axis + 1)]
  const out = {shape: fold === 1 ? [batch, ...rest] : [batch, fold, ...rest]}
  const before = size(shape.slice(0, axis))
  if (before === 1 && (fold === 1 || order === 'example-first')) return {...out, data}
  const after = size(shape.slice(axis + 1))
  const moved = data instanceof Float64Array ? new Float64Array(data.length) : new Float32Array(data.length)
  let to = 0
  for (let row = 0; row < batch; row++) {
    for (let step = 0; step < fold; step++) {
      const at = order === 'example-first' ? row * fold + step : step * batch + row
      for (let outer = 0; outer < before; outer++, to += after) {
        const from = (outer * batch * fold + at) * after
        moved.set(data.subarray(from, from + after), to)
      }
    }
  }
  return {...out, data: moved}
}

/** The first rows of a tensor that has its rows first. */
export function firstRows({shape, data}: State, count: number): State {
  const kept = [count, ...shape.slice(1)]
  return {shape: kept, data: data.subarray(0, size(kept))}
}

/** Where the axis of the features stands once the examples stand first; null: it is unknown. */
export function featuresFirst(features: number | null, rank: number, {axis, fold}: RowLayout): number | null {
  if (features === null) return null
  const at = features < 0 ? rank + features : features
  if (axis === null) return at + 1
  if (at === axis || at >= rank) return null
  return at + (at < axis ? 1 : 0) + (fold > 1 ? 1 : 0)
}

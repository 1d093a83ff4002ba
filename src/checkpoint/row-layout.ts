import {size, type State} from './pool.js'

/** How the examples of a batch are arranged in a tensor of the model. */
export interface RowLayout {
  /** the axis that follows the batch; null: the whole tensor belongs to one example, run alone */
  axis: number | null
  /** entries of that axis per example: steps that the model folds into the batch; else 1 */
  fold: number
  /** order of folded steps: all steps of an example together, or all examples of a step together */
  order: 'example-first' | 'step-first'
}

/**
 * Possible layouts, from sizes only: an axis whose length is the batch size or a multiple of it. If a second batch size
 * is known, this axis must scale with it while all others stay. Likeliest first: whole examples before folded steps,
 * early axes before late ones.
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

/** The layout for a batch of one: its axis, or the whole tensor. */
export function layoutOfOne(shape: readonly number[]): RowLayout {
  const axis = shape.indexOf(1)
  return {axis: axis < 0 ? null : axis, fold: 1, order: 'example-first'}
}

/**
 * A tensor with examples first: [batch, …], or [batch, steps, …] if steps were folded into the batch.
 *
 * Cost   none if they are already first, else one copy.
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

/** The feature axis after examples are moved first; null: unknown. */
export function featuresFirst(features: number | null, rank: number, {axis, fold}: RowLayout): number | null {
  if (features === null) return null
  const at = features < 0 ? rank + features : features
  if (axis === null) return at + 1
  if (at === axis || at >= rank) return null
  return at + (at < axis ? 1 : 0) + (fold > 1 ? 1 : 0)
}

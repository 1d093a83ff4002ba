import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {
  featuresFirst,
  layoutOfOne,
  possibleLayouts,
  type RowLayout,
  rowsFirst,
} from '../../src/checkpoint/row-layout.js'

/** Puts examples [batch, steps, …rest] where a layout says, value by value. */
function scatter(batch: number, steps: number, rest: number[], {axis, order}: RowLayout, values: number[]) {
  const shape = [...rest.slice(0, axis!), batch * steps, ...rest.slice(axis!)]
  const data = new Float64Array(values.length)
  const width = rest.reduce((a, b) => a * b, 1)
  values.forEach((value, i) => {
    const [row, step, within] = [Math.floor(i / (steps * width)), Math.floor(i / width) % steps, i % width]
    const index = rest.map((_, k) => Math.floor(within / rest.slice(k + 1).reduce((a, b) => a * b, 1)) % rest[k]!)
    index.splice(axis!, 0, order === 'example-first' ? row * steps + step : step * batch + row)
    const at = index.reduce((sum, place, k) => sum * shape[k]! + place, 0)
    data[at] = value
  })
  return {shape, data}
}

describe('rows of a tensor', () => {
  it('are the examples that were put there, wherever the batch stands and however steps are folded into it', () => {
    const layouts = fc.record({
      axis: fc.integer({min: 0, max: 2}),
      fold: fc.integer({min: 1, max: 3}),
      order: fc.constantFrom('example-first' as const, 'step-first' as const),
    })
    fc.assert(
      fc.property(
        layouts,
        fc.integer({min: 1, max: 4}),
        fc.array(fc.integer({min: 1, max: 3}), {minLength: 2, maxLength: 3}),
        (layout, batch, rest) => {
          const count = batch * layout.fold * rest.reduce((a, b) => a * b, 1)
          const values = Array.from({length: count}, (_, i) => i + 1)
          const state = scatter(batch, layout.fold, rest, layout, values)
          const {shape, data} = rowsFirst(state, layout, batch)
          expect(shape).toEqual(layout.fold === 1 ? [batch, ...rest] : [batch, layout.fold, ...rest])
          expect([...data]).toEqual(values)
          expect(possibleLayouts(state.shape, batch)).toContainEqual(
            layout.fold === 1 ? {...layout, order: 'example-first'} : layout,
          )
        },
      ),
      {seed: 1, numRuns: 200},
    )
  })

  it('can only be on an axis that grows with the batch while the others stay', () => {
    const two = (shape: number[]) => ({shape, batch: 5})
    expect(possibleLayouts([6, 8], 6, two([5, 8]))).toEqual([{axis: 0, fold: 1, order: 'example-first'}])
    expect(possibleLayouts([6, 6], 6, two([6, 5]))).toEqual([{axis: 1, fold: 1, order: 'example-first'}])
    expect(possibleLayouts([12, 3], 6, two([10, 3])).map(({fold, order}) => [fold, order])).toEqual([
      [2, 'example-first'],
      [2, 'step-first'],
    ])
    expect(possibleLayouts([6, 6], 6, two([5, 5]))).toEqual([])
    expect(possibleLayouts([1, 3], 6, two([1, 3]))).toEqual([])
    expect(possibleLayouts([6, 3], 6, two([6, 3]))).toEqual([])
  })

  it('of a batch of one are the whole tensor, without the axis of the batch where there is one', () => {
    const state = (shape: number[]) => ({shape, data: Float32Array.of(1, 2, 3, 4, 5, 6)})
    expect(rowsFirst(state([3, 1, 2]), layoutOfOne([3, 1, 2]), 1).shape).toEqual([1, 3, 2])
    expect(rowsFirst(state([3, 2]), layoutOfOne([3, 2]), 1).shape).toEqual([1, 3, 2])
    expect(rowsFirst(state([1, 6]), layoutOfOne([1, 6]), 1).shape).toEqual([1, 6])
  })

  it('keep track of the axis of the features', () => {
    expect(featuresFirst(-1, 3, {axis: 1, fold: 1, order: 'example-first'})).toBe(2)
    expect(featuresFirst(-1, 2, {axis: 0, fold: 4, order: 'example-first'})).toBe(2)
    expect(featuresFirst(0, 3, {axis: 1, fold: 1, order: 'example-first'})).toBe(1)
    expect(featuresFirst(1, 2, {axis: null, fold: 1, order: 'example-first'})).toBe(2)
    expect(featuresFirst(1, 2, {axis: 1, fold: 1, order: 'example-first'})).toBeNull()
    expect(featuresFirst(null, 2, {axis: 1, fold: 1, order: 'example-first'})).toBeNull()
  })
})

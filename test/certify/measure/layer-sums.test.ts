import {expect, it} from 'vitest'
import {foldBlocks, type LayerSums} from '../../../src/certify/measure/layer-sums.js'

/** Sums of `n` references against two anchors, one δ and one η; figures that tell blocks apart. */
function block(n: number, base: number, ratios: readonly number[]): LayerSums {
  const values = (length: number) => Float64Array.from({length}, (_, k) => base + k)
  return {
    total: values(n),
    within: values(n),
    windowed: values(n),
    exceed: values(n),
    anchorTotal: values(2),
    crossLabelTotal: base,
    zeroDistancePairs: base,
    zeroDistanceLossPairs: base + 1,
    diameter: 10 - base,
    witnesses: ratios.map((ratio, k) => ({anchor: k % 2, reference: k % n, distance: 1, ratio})),
    examples: null,
    fresh: null,
    nearest: null,
  }
}

it('sums of blocks are one after another, or added; the steepest witnesses of all come first, by their place in all references', () => {
  const [a, b] = [block(3, 1, [9, 5, 1]), block(2, 4, [7, 6])]
  const sums = foldBlocks([a, b])
  for (const key of ['total', 'within', 'windowed', 'exceed'] as const) expect([...sums[key]]).toEqual([1, 2, 3, 4, 5])
  expect([...sums.anchorTotal]).toEqual([5, 7])
  expect([sums.crossLabelTotal, sums.zeroDistancePairs, sums.zeroDistanceLossPairs, sums.diameter]).toEqual([
    5, 5, 7, 9,
  ])
  expect(sums.witnesses.map(({ratio, reference}) => [ratio, reference])).toEqual([
    [9, 0],
    [7, 3],
    [6, 4],
    [5, 1],
    [1, 2],
  ])
  const many = foldBlocks([
    block(
      3,
      1,
      Array.from({length: 12}, (_, k) => 100 - 2 * k),
    ),
    block(
      3,
      1,
      Array.from({length: 12}, (_, k) => 99 - 2 * k),
    ),
  ])
  expect(many.witnesses.map(({ratio}) => ratio)).toEqual(Array.from({length: 16}, (_, k) => 100 - k))
  expect([sums.examples, sums.fresh]).toEqual([null, null])
})

it('counts of examples and pairs of fresh ones are added and joined where there are some', () => {
  const counts = {within: Float64Array.of(1, 2), exceed: Float64Array.of(0, 1)}
  const fresh = {
    weight: 1,
    kernel: 0.5,
    pairs: Float64Array.of(3),
    within: Float64Array.of(1),
    exceed: Float64Array.of(1),
  }
  const sums = foldBlocks([0, 1].map(() => ({...block(2, 1, []), examples: counts, fresh})))
  expect(sums.examples).toEqual({within: Float64Array.of(2, 4), exceed: Float64Array.of(0, 2)})
  expect(sums.fresh).toEqual({
    weight: 2,
    kernel: 1,
    pairs: Float64Array.of(3, 3),
    within: Float64Array.of(2),
    exceed: Float64Array.of(2),
  })
})

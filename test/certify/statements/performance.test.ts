import {describe, expect, it} from 'vitest'
import {errorLimit} from '../../../src/certify/statements/performance.js'

const ANCHORS = {errors: Float64Array.of(0.5, 2, 1.5)}

describe('what an error counts as at most', () => {
  const limit = (
    name: string,
    measure: 'absolute-error' | 'squared-error' | 'token-accuracy',
    alpha: object | null = {},
  ) => errorLimit({anchors: ANCHORS, alpha, loss: {task: 'regression', name}, lossMax: 7} as never, measure)

  it('is that of the loss where the error is the loss, else the largest error of an anchor', () => {
    expect(limit('absolute', 'absolute-error')).toBe(7)
    expect(limit('huber', 'absolute-error')).toBe(2)
  })

  it('is that of the loss where nothing is split, and 1 of a share', () => {
    expect(limit('huber', 'absolute-error', null)).toBe(7)
    expect(limit('absolute', 'token-accuracy')).toBe(1)
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {nearestNeighbours, NEIGHBOURS} from '../../src/evaluate/no-graph.js'
import {dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'

describe('a graph made of the features alone', () => {
  it('joins every node to the ten most alike, as a slow search finds them', () => {
    fc.assert(
      fc.property(fc.integer({min: 2, max: 40}), fc.nat(1e6), (n, seed) => {
        const rng = random(seed)
        const x = dense(
          n,
          3,
          Float64Array.from({length: 3 * n}, () => rng.uniform()),
        )
        const row = (i: number) => [...x.data.subarray(3 * i, 3 * i + 3)]
        const cosine = (a: number[], b: number[]) =>
          a.reduce((sum, value, c) => sum + value * b[c]!, 0) / (Math.hypot(...a) * Math.hypot(...b))
        const expected = new Set<string>()
        for (let u = 0; u < n; u++) {
          const others = Array.from({length: n}, (_, v) => v).filter((v) => v !== u)
          others.sort((a, b) => cosine(row(u), row(b)) - cosine(row(u), row(a)))
          for (const v of others.slice(0, NEIGHBOURS)) expected.add([u, v].sort((a, b) => a - b).join())
        }
        const edges = nearestNeighbours(x)
        expect(new Set(Array.from({length: edges.length / 2}, (_, e) => edges.slice(2 * e, 2 * e + 2).join()))).toEqual(
          expected,
        )
      }),
      {seed: 3, numRuns: 30},
    )
  })

  it('a node without features names nobody', () => {
    expect(nearestNeighbours(dense(2, 2, Float64Array.of(0, 0, 1, 1)))).toHaveLength(0)
  })
})

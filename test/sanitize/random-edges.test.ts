import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {autoPrune} from '../../src/sanitize/auto-prune.js'
import {placesAmong, type RandomEdges, randomEdges, separation} from '../../src/sanitize/random-edges.js'
import {random} from '../../src/stats/random.js'

const values = fc.array(fc.integer({min: 0, max: 6}), {minLength: 1, maxLength: 12})

/** m edges of which a share is as suspect as the nulls, the others less. */
function mixture(seed: number, share: number, m = 5000) {
  const rng = random(seed)
  const isRandom = Uint8Array.from({length: m}, () => Number(rng.uniform() < share))
  const edges = Float64Array.from(isRandom, (x) => rng.normal() + (x === 1 ? 0 : -4))
  return {isRandom, suspicions: {edges, nulls: Float64Array.from({length: 20_000}, () => rng.normal())}}
}

describe('places among rewired pairs', () => {
  it('are the share of pairs at least as suspect, equal ones counted half', () => {
    fc.assert(
      fc.property(values, values, (edges, nulls) => {
        const places = placesAmong({edges: Float64Array.from(edges), nulls: Float64Array.from(nulls)})
        edges.forEach((x, e) => {
          const slow = nulls.reduce((sum, y) => sum + (y > x ? 1 : y === x ? 0.5 : 0), 0) / nulls.length
          expect(places[e]!).toBeCloseTo(slow, 12)
        })
      }),
      {seed: 12},
    )
  })

  it('separation is the share of comparisons in which the edge is less suspect, ties half', () => {
    fc.assert(
      fc.property(values, values, (edges, nulls) => {
        let wins = 0
        for (const x of edges) for (const y of nulls) wins += x < y ? 1 : x === y ? 0.5 : 0
        expect(separation({edges: Float64Array.from(edges), nulls: Float64Array.from(nulls)})).toBeCloseTo(
          wins / (edges.length * nulls.length),
          12,
        )
      }),
      {seed: 12},
    )
    expect(separation({edges: Float64Array.of(1), nulls: new Float64Array(0)})).toBeNull()
  })
})

describe('edges that look wired at random', () => {
  it.each([0.02, 0.1, 0.3])(
    'counts a known share of %d within its interval, and its chances are calibrated',
    (share) => {
      let covered = 0
      let [stated, observed, counted] = [0, 0, 0]
      for (let seed = 0; seed < 20; seed++) {
        const {isRandom, suspicions} = mixture(seed, share)
        const found = randomEdges(suspicions, suspicions)
        const truth = isRandom.reduce((sum, x) => sum + x, 0) / isRandom.length
        if (found.share.low <= truth && truth <= found.share.high) covered++
        const likely = found.probability.reduce((sum, p) => sum + p, 0) / isRandom.length
        expect(Math.abs(likely - truth)).toBeLessThan(0.03)
        const most = Array.from(isRandom.keys()).filter((e) => found.probability[e]! >= 0.5)
        stated += most.reduce((sum, e) => sum + found.probability[e]!, 0)
        observed += most.reduce((sum, e) => sum + isRandom[e]!, 0)
        counted += most.length
      }
      expect(covered).toBeGreaterThanOrEqual(17)
      expect(Math.abs(stated - observed) / counted).toBeLessThan(0.1)
    },
  )

  it('a more suspect edge never has a smaller chance', () => {
    const {suspicions} = mixture(3, 0.2, 400)
    const {probability} = randomEdges(suspicions, suspicions)
    const order = Array.from(probability.keys()).sort((a, b) => suspicions.edges[b]! - suspicions.edges[a]!)
    order.forEach((e, k) => expect(k === 0 || probability[e]! <= probability[order[k - 1]!]!).toBe(true))
  })

  it('knows nothing without a pair or an edge', () => {
    const none = new Float64Array(0)
    expect(
      randomEdges({edges: Float64Array.of(1), nulls: none}, {edges: Float64Array.of(1), nulls: none}),
    ).toMatchObject({
      separation: null,
      share: {estimate: 0, low: 0, high: 1},
    })
  })
})

describe('--prune auto', () => {
  const found = (share: number, separationOf: number, probability: number[]): RandomEdges => ({
    place: new Float64Array(0),
    probability: Float64Array.from(probability),
    share: {estimate: share, low: share, high: share},
    separation: separationOf,
  })
  const tenths = (many: number) => Array.from({length: 1000}, (_, e) => (e < many ? 0.5 : 0))

  it('removes what is likely enough, at most a little more than looks random', () => {
    expect(autoPrune(found(0.2, 0.88, tenths(100)), 'features')).toMatchObject({
      finding: 'suspicious edges found',
      count: 100,
    })
    expect(autoPrune(found(0.2, 0.88, tenths(600)), 'features').count).toBe(290)
  })

  it('removes at most 3 % of a graph like a clean one', () => {
    expect(autoPrune(found(0.05, 0.95, tenths(200)), 'features')).toMatchObject({
      finding: 'no evidence of an attack',
      count: 30,
    })
  })

  it.each([
    ['the score tells too little', found(0.2, 0.75, tenths(100))],
    ['most edges look random', found(0.7, 0.6, tenths(900))],
    ['there are too few edges', found(0.1, 0.95, [1, 1])],
    ['there is no pair to compare with', {...found(0.1, 0.95, tenths(10)), separation: null}],
  ])('judges nothing where %s', (_, graph) => {
    const {finding, reason, count} = autoPrune(graph, 'features')
    expect({finding, count}).toEqual({finding: 'not enough evidence to judge', count: 0})
    expect(reason).not.toBeNull()
  })
})

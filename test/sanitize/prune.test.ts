import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {UsageError} from '../../src/errors.js'
import {markEdges, type PruneRule, rankEdges, softWeights} from '../../src/sanitize/prune.js'
import {resolveSettings, type SanitizeOptions} from '../../src/sanitize/settings.js'

/** A star of `m` edges from node 0: nothing is kept for its degree at --min-degree 0. */
const star = (m: number) => ({
  edges: Uint32Array.from({length: 2 * m}, (_, t) => (t % 2 === 0 ? 0 : 1 + (t >> 1))),
  degrees: Uint32Array.of(m, ...new Array<number>(m).fill(1)),
})
function mark(score: number[], rule: PruneRule, spared: number[] | null = null) {
  const {edges, degrees} = star(score.length)
  return markEdges(
    {score: Float64Array.from(score), scored: new Uint8Array(score.length).fill(1), edges, degrees},
    rule,
    {minDegree: 0, spared: spared === null ? null : Uint8Array.from(spared)},
  )
}
function refusal(work: () => unknown): UsageError {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error as UsageError
  }
  throw new Error('it was accepted')
}

describe('the cut', () => {
  const score = [0.1, 0.9, 0.5, 0.5, 0.7]
  it.each<[PruneRule, number[]]>([
    [{rule: 'ratio', value: 0}, []],
    [{rule: 'ratio', value: 0.4}, [1, 4]],
    [{rule: 'ratio', value: 0.49}, [1, 4]],
    [{rule: 'ratio', value: 1}, [0, 1, 2, 3, 4]],
    [{rule: 'count', value: 3}, [1, 2, 4]],
    [{rule: 'count', value: 99}, [0, 1, 2, 3, 4]],
    [{rule: 'threshold', value: 0.5}, [1, 2, 3, 4]],
    [{rule: 'threshold', value: 0.51}, [1, 4]],
    [{rule: 'threshold', value: 2}, []],
    [{rule: 'threshold', value: -Infinity}, [0, 1, 2, 3, 4]],
    [{rule: 'auto', count: 1}, [1]],
    [{rule: 'probability', count: 2}, [1, 4]],
    [{rule: 'fdr', count: 0}, []],
  ])('%o takes the edges above it', (rule, expected) => {
    const {pruned, prunedCount, cutScore} = mark(score, rule)
    expect(Array.from(pruned.keys()).filter((e) => pruned[e] === 1)).toEqual(expected)
    expect(prunedCount).toBe(expected.length)
    expect(cutScore).toBe(expected.length === 0 ? null : Math.min(...expected.map((e) => score[e]!)))
  })

  it.each<[PruneRule, RegExp, RegExp]>([
    [{rule: 'ratio', value: -0.1}, /the prune ratio is -0.1, it must lie between 0 and 1/, /pruneRatio 0.1/],
    [{rule: 'ratio', value: 1.1}, /the prune ratio is 1.1/, /pruneRatio 0.1/],
    [{rule: 'ratio', value: NaN}, /the prune ratio is NaN/, /pruneRatio 0.1/],
    [{rule: 'count', value: 1.5}, /the prune count is 1.5, it must be a whole number of at least 0/, /^$/],
    [{rule: 'count', value: -1}, /the prune count is -1/, /^$/],
    [{rule: 'threshold', value: NaN}, /the prune threshold is not a number/, /^$/],
  ])('%o is refused', (rule, message, next) => {
    const error = refusal(() => mark(score, rule))
    expect(error.message).toMatch(message)
    expect(error.nextSteps.join(' ')).toMatch(next)
  })

  it('passes over spared edges and counts those it would have taken', () => {
    const {pruned, keptOnRequest, prunedCount} = mark(score, {rule: 'count', value: 3}, [0, 1, 0, 1, 0])
    expect([...pruned]).toEqual([0, 0, 1, 0, 1])
    expect([keptOnRequest, prunedCount]).toEqual([1, 2])
  })

  it('ranks are the places of a stable order by falling score', () => {
    expect([...rankEdges(Float64Array.from(score))]).toEqual([1, 4, 2, 3, 0])
    expect([...mark(score, {rule: 'count', value: 0}).rank]).toEqual([5, 1, 3, 4, 2])
  })
})

describe('weights in place of removal', () => {
  it('property: rise by rank from near 0 to 1 at twice the cut, and take away as much as would be pruned', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 40}), fc.double({min: 0, max: 0.5, noNaN: true}), (m, share) => {
        // A cut below one half: twice the cut is then within the list.
        const pruned = Math.floor(share * m)
        const weight = softWeights(
          Uint32Array.from({length: m}, (_, e) => e + 1),
          new Uint8Array(m).fill(1),
          pruned / m,
          null,
        )
        expect(weight.reduce((s, w) => s + 1 - w, 0)).toBeCloseTo(pruned, 9)
        weight.forEach((w, place) =>
          expect(w).toBeCloseTo(Math.min(1, pruned === 0 ? 1 : (place + 0.5) / (2 * pruned)), 12),
        )
      }),
      {seed: 1},
    )
  })
  it('are 1 for what was not scored or is spared', () => {
    expect([
      ...softWeights(Uint32Array.of(1, 2, 3, 4), Uint8Array.of(1, 0, 1, 1), 0.5, Uint8Array.of(0, 0, 1, 0)),
    ]).toEqual([0.125, 1, 1, 0.875])
  })
})

describe('settings', () => {
  const options: SanitizeOptions = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null}
  const resolve = (changed: Partial<SanitizeOptions> = {}) => resolveSettings({...options, ...changed})

  it('are those of the preset', () => {
    expect(resolve()).toMatchObject({
      preset: 'surety',
      nodeSet: 'all',
      coding: 'centred',
      norm: 'row',
      hops: 1,
      ridge: 10,
      labelFreeRidge: 0.01,
      sign: 'signed',
      method: 'auto',
      solver: 'auto',
      landmarks: 1024,
      ranking: 'fused',
    })
    expect(resolve({preset: 'paper'})).toMatchObject({
      preset: 'paper',
      nodeSet: 'labelled',
      coding: 'signed',
      norm: 'sym',
      hops: 1,
      ridge: 1e-3,
      labelFreeRidge: 0.01,
      sign: 'absolute',
      method: 'auto',
      solver: 'auto',
      landmarks: 1024,
      ranking: 'kc',
    })
  })

  it.each<Partial<SanitizeOptions>>([
    {nodeSet: 'labelled'},
    {coding: 'signed'},
    {norm: 'sym'},
    {hops: 2},
    {ridge: 0.5},
    {sign: 'absolute'},
    {method: 'exact'},
    {method: 'first-order'},
    {solver: 'stream'},
    {landmarks: 7},
  ])('%o takes the place of the preset, and null does not', (changed) => {
    expect(resolve(changed)).toEqual({...resolve(), ...changed})
    const [name] = Object.keys(changed) as (keyof SanitizeOptions)[]
    expect(resolve({[name!]: null})).toEqual(resolve())
  })

  it('know the infinite ridge, and the smallest one that landmarks bear', () => {
    expect(resolve({ridge: 'infinity'}).ridge).toBe(Infinity)
    expect(resolve({ridge: 'infinity', solver: 'stream'}).solver).toBe('stream')
    expect(resolve({ridge: 1e-6, solver: 'landmarks'}).ridge).toBe(1e-6)
    expect(resolve({ridge: 1e-9, solver: 'gram'}).ridge).toBe(1e-9)
    expect(resolve({repair: 0, minDegree: 0})).toEqual(resolve())
  })

  it.each<[Partial<SanitizeOptions>, RegExp, RegExp]>([
    [{ridge: 0}, /the ridge is 0, it must be a positive number or infinity/, /ridge 10/],
    [{ridge: NaN}, /the ridge is NaN/, /ridge 10/],
    [{landmarks: 0}, /the number of landmarks is 0, it must be a whole number of at least 1/, /^$/],
    [{landmarks: 1.5}, /the number of landmarks is 1.5/, /^$/],
    [{method: 'exact', ridge: 'infinity'}, /exact removal has no limit of an infinite ridge/, /method first-order/],
    [{method: 'exact', solver: 'stream'}, /exact removal needs the solver gram, not stream/, /solver or method/],
    [{method: 'exact', solver: 'landmarks'}, /exact removal needs the solver gram, not landmarks/, /solver or method/],
    [{ridge: 'infinity', solver: 'landmarks'}, /an infinite ridge needs no landmarks/, /solver out/],
    [
      {ridge: 9e-7, solver: 'landmarks'},
      /the ridge is 9e-7; the solver landmarks needs at least 0.000001/,
      /raise ridge/,
    ],
    [{ridge: 9e-7, solver: 'stream'}, /the solver stream needs at least/, /raise ridge/],
    [{repair: -1}, /-1 edges may be added to a node, it must be a whole number of at least 0/, /repair 2/],
    [{repair: 0.5}, /0.5 edges may be added/, /repair 2/],
    [{minDegree: -1}, /the minimum degree is -1, it must be a whole number of at least 0/, /^$/],
    [{minDegree: 0.5}, /the minimum degree is 0.5/, /^$/],
  ])('%o is refused', (changed, message, next) => {
    const error = refusal(() => resolve(changed))
    expect(error.message).toMatch(message)
    expect(error.nextSteps.join(' ')).toMatch(next)
  })
})

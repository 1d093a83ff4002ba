import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Graph} from '../../src/graph/types.js'
import {rankEdges} from '../../src/sanitize/prune.js'
import {
  addedEdges,
  labelAgreement,
  scoreHistogram,
  unmarkedEdges,
  topEdges,
  truthMetrics,
  withAdded,
} from '../../src/sanitize/summary.js'
import type {SanitizeMetrics} from '../../src/sanitize/types.js'
import {sanitizeVerdict} from '../../src/sanitize/verdict.js'
import {fiveEdges} from './scores.js'

const scores = fiveEdges()
const order = rankEdges(scores.score)
const graph = {nodes: 6, nodeNames: null} as unknown as Graph
const named = {nodes: 6, nodeNames: ['a', 'b', 'c', 'd', 'e', 'f']} as unknown as Graph

describe('lists of edges', () => {
  it('without the pruned ones', () =>
    expect([...unmarkedEdges(scores.edges, scores.pruned)]).toEqual([0, 1, 0, 2, 2, 3, 4, 5]))

  it('property: with added ones they are the union, sorted', () => {
    const edge = fc.tuple(fc.nat(5), fc.nat(5)).map(([u, v]) => [u, u + 1 + v] as const)
    const key = ([u, v]: readonly [number, number]) => `${u} ${v}`
    const sorted = (edges: (readonly [number, number])[]) => [...edges].sort((a, b) => a[0] - b[0] || a[1] - b[1])
    fc.assert(
      fc.property(fc.uniqueArray(edge, {selector: key, maxLength: 12}), fc.nat(12), (edges, cut) => {
        const [kept, added] = [edges.slice(0, cut), edges.slice(cut)].map((part) =>
          Uint32Array.from(sorted(part).flat()),
        )
        expect([...withAdded(kept!, added!)]).toEqual(sorted(edges).flat())
      }),
      {seed: 4},
    )
  })

  it('agree where both ends have one label; none disagrees where there is none', () => {
    const labels = Int32Array.of(0, 0, 1, 0, 2, 2)
    expect(labelAgreement(scores.edges, labels)).toBe(3 / 5)
    expect(labelAgreement(new Uint32Array(0), labels)).toBe(1)
  })
})

describe('what repair added', () => {
  const repair = {added: Uint32Array.of(0, 3, 1, 4, 2, 5), likeness: Float64Array.of(0.5, 1.5, 0.5)}
  it('is counted, and listed the most alike first, ties in the order of the edges', () => {
    const {count, agreement: share, top} = addedEdges(repair, Int32Array.of(0, 1, 2, 0, 1, 0), named)
    expect([count, share]).toEqual([3, 2 / 3])
    expect(top).toEqual([
      {source: 'b', target: 'e', likeness: 1.5},
      {source: 'a', target: 'd', likeness: 0.5},
      {source: 'c', target: 'f', likeness: 0.5},
    ])
    expect(addedEdges(repair, new Int32Array(6), graph).top[0]).toEqual({source: '1', target: '4', likeness: 1.5})
  })
  it('is nothing without an agreement', () =>
    expect(addedEdges({added: new Uint32Array(0), likeness: new Float64Array(0)}, new Int32Array(6), graph)).toEqual({
      count: 0,
      agreement: null,
      top: [],
    }))
  it('is listed up to twenty', () => {
    const many = {
      added: Uint32Array.from({length: 60}, (_, t) => (t % 2 === 0 ? 0 : 1 + (t >> 1))),
      likeness: Float64Array.from({length: 30}, (_, a) => a),
    }
    const {count, top} = addedEdges(many, new Int32Array(31), {nodes: 31, nodeNames: null} as unknown as Graph)
    expect([count, top.length, top[0]!.likeness, top.at(-1)!.likeness]).toEqual([30, 20, 29, 10])
  })
})

describe('the histogram of scores', () => {
  it('property: has equal bins from the lowest to the highest score, each score in its own', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: -40, max: 40}), {minLength: 2, maxLength: 40}), (values) => {
        const score = Float64Array.from(values, (x) => x / 7)
        const pruned = Uint8Array.from(values, (x) => Number(x % 3 === 0))
        const {edges, kept, pruned: counts} = scoreHistogram(fiveEdges({score, pruned}))
        const [low, high] = [Math.min(...score), Math.max(...score)]
        const bins = high > low ? 20 : 1
        expect([kept.length, counts.length, edges.length]).toEqual([bins, bins, bins + 1])
        expect([edges[0], edges.at(-1)]).toEqual([low, expect.closeTo(high, 12)])
        edges.slice(1).forEach((edge, b) => expect(edge - edges[b]!).toBeCloseTo((high - low) / bins, 12))
        const inBin = (b: number, wanted: number) =>
          score.filter(
            (x, e) =>
              pruned[e] === wanted && (bins === 1 || Math.min(19, Math.floor(((x - low) / (high - low)) * 20)) === b),
          ).length
        for (let b = 0; b < bins; b++) expect([kept[b], counts[b]]).toEqual([inBin(b, 0), inBin(b, 1)])
      }),
      {seed: 5},
    )
  })
  it('has one bin of width 0 where all scores are equal', () => {
    expect(scoreHistogram(fiveEdges({score: new Float64Array(5).fill(0.5)}))).toEqual({
      edges: [0.5, 0.5],
      kept: [4],
      pruned: [1],
    })
  })
})

describe('the most suspect edges', () => {
  it('come with every part of their score', () => {
    const top = topEdges(scores, order, named)
    expect(top.map(({source, target, rank}) => [source, target, rank])).toEqual([
      ['b', 'd', 1],
      ['c', 'd', 2],
      ['a', 'c', 3],
      ['a', 'b', 4],
      ['e', 'f', 5],
    ])
    expect(top[0]).toEqual({
      source: 'b',
      target: 'd',
      score: 0.9,
      rank: 1,
      pruned: true,
      probability: 0.97,
      kc: 0.00123,
      labelFree: -0.034,
      similarity: 0.126,
      disagreement: 0.956,
      labelledEnds: 0,
      reason: expect.stringContaining('classes 0 and 2') as string,
    })
    expect(top[1]!.pruned).toBe(false)
    expect(topEdges(fiveEdges({parts: {...scores.parts, labelFree: null}}), order, graph)[0]).toMatchObject({
      source: '1',
      target: '3',
      labelFree: null,
    })
  })
  it('are at most twenty', () => {
    const many = fiveEdges({
      edges: new Uint32Array(60),
      score: new Float64Array(30),
      probability: new Float64Array(30),
    })
    expect(topEdges(many, rankEdges(many.score), graph)).toHaveLength(20)
  })
})

describe('graded by known adversarial edges', () => {
  it('counts those found, whichever way round they are named, and not edges that the graph has not', () => {
    const found = truthMetrics(scores, order, Uint32Array.of(3, 1, 0, 1, 0, 5), 6)!
    expect(found).toMatchObject({adversarial: 2, precision: 1, recall: 0.5})
    // Ranks 1 and 4 of 5: of six pairs of an added and another edge the first wins three, the second one.
    expect(found.auc).toBeCloseTo(4 / 6, 12)
    expect(found.averagePrecision).toBeCloseTo((1 / 1 + 2 / 4) / 2, 12)
  })
  it('has no precision where nothing was pruned, and no grade where no edge, or every edge, is known', () => {
    expect(truthMetrics(fiveEdges({pruned: new Uint8Array(5)}), order, Uint32Array.of(0, 1), 6)).toMatchObject({
      precision: null,
      recall: 0,
    })
    expect(truthMetrics(scores, order, Uint32Array.of(0, 5), 6)).toBeNull()
    expect(truthMetrics(scores, order, new Uint32Array(0), 6)).toBeNull()
    expect(truthMetrics(scores, order, scores.edges, 6)).toBeNull()
  })
})

describe('the verdict', () => {
  const metrics = (changed: Partial<SanitizeMetrics>) =>
    ({
      edges: 200,
      pruned: 25,
      notScored: 3,
      added: {count: 0},
      gkcBefore: 0.123456,
      gkcAfter: 0.1,
      alignment: null,
      ...changed,
    }) as SanitizeMetrics
  it('says how much was marked and how the complexity changed', () => {
    const {status, summary, meaning} = sanitizeVerdict(metrics({}))
    expect([status, summary]).toEqual([
      'done',
      '25 of 200 edges (12.5 %) are marked for removal; kernel complexity 0.1235 → 0.1000',
    ])
    expect(meaning.join(' ')).toMatch(/no proof of an attack.*not certified as genuine/)
  })
  it('says how many edges repair added, and names the alignment in the limit', () => {
    expect(
      sanitizeVerdict(
        metrics({
          added: {count: 7, agreement: 1, top: []},
          gkcBefore: null,
          gkcAfter: null,
          alignment: {before: 0.5, after: 0.75},
        }),
      ).summary,
    ).toBe(
      '25 of 200 edges (12.5 %) are marked for removal and 7 new ones are added; kernel–label alignment 0.5000 → 0.7500',
    )
  })
  it('is inconclusive where no edge could be scored', () => {
    expect(sanitizeVerdict(metrics({notScored: 200, pruned: 0}))).toMatchObject({
      status: 'inconclusive',
      summary: 'none of the 200 edges could be scored: no labelled node is within reach',
    })
  })
})

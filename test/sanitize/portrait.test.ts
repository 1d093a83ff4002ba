import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {degreeChange} from '../../src/sanitize/degree-change.js'
import {graphExcerpt} from '../../src/sanitize/excerpt.js'
import {partSummaries} from '../../src/sanitize/part-summary.js'
import {syntheticSanitize} from '../render/synthetic-sanitize.js'

const none = new Float64Array(0)
const parts = (values: Partial<Record<string, number[]>>) => ({
  kc: none,
  labelFree: null,
  similarity: none,
  disagreement: none,
  context: none,
  overlap: none,
  fit: none,
  ...Object.fromEntries(Object.entries(values).map(([name, list]) => [name, Float64Array.from(list!)])),
})

describe('partSummaries', () => {
  it('sorts edges into tenths by each part alone, the most suspect last', () => {
    const values = Array.from({length: 20}, (_, e) => e)
    const pruned = Uint8Array.from(values, (e) => Number(e >= 18))
    const all = {kc: values, similarity: values, disagreement: values, context: values, overlap: values, fit: values}
    const summaries = partSummaries({parts: parts(all), pruned})
    expect(summaries.map(({name}) => name)).toEqual(['kc', 'similarity', 'disagreement', 'context', 'overlap', 'fit'])
    const [kc, similarity] = summaries
    // High KC is suspect, high similarity is not.
    expect(kc!.tenths.pruned).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    expect(kc!.tenths.kept).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 0])
    expect(similarity!.tenths.pruned).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(kc!.pruned).toEqual([18.25, 18.5, 18.75])
    expect(kc!.kept).toEqual([4.25, 8.5, 12.75])
  })

  it('equal values share the tenth of their middle place, and nobody is lost', () => {
    const pruned = new Uint8Array(10)
    const [kc] = partSummaries({parts: parts({kc: [0, 0, 0, 0, 0, 0, 0, 0, 0, 9]}), pruned})
    expect(kc!.tenths.kept).toEqual([0, 0, 0, 0, 9, 0, 0, 0, 0, 1])
    expect(kc!.pruned).toBeNull()
    expect(partSummaries({parts: parts({}), pruned: new Uint8Array(0)})).toEqual([])
  })
})

describe('tenths', () => {
  it('are those of the definition, value by value, with ties and zeros of both signs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(-2, -1, -0, 0, 0.5, 1, 3, 4, 7, 8, 9, 12), {minLength: 1, maxLength: 60}),
        (values) => {
          const m = values.length
          const pruned = Uint8Array.from(values, (_, e) => e % 2)
          const all = {
            kc: values,
            similarity: values,
            disagreement: values,
            context: values,
            overlap: values,
            fit: values,
          }
          for (const {suspect, tenths} of partSummaries({parts: parts(all), pruned})) {
            const expected = {kept: new Array<number>(10).fill(0), pruned: new Array<number>(10).fill(0)}
            values.forEach((x, e) => {
              const below = values.filter((other) => other < x).length
              const middle = (below + below + values.filter((other) => other === x).length) / 2
              const place = suspect === 'high' ? middle : m - middle
              const counts = pruned[e] === 1 ? expected.pruned : expected.kept
              counts[Math.min(9, Math.floor((10 * place) / m))]!++
            })
            expect(tenths).toEqual(expected)
          }
        },
      ),
    )
  })
})

describe('degreeChange', () => {
  it('counts every node once, in bins that are exact up to 8 and double after it', () => {
    const before = Uint32Array.from({length: 400}, (_, i) => i)
    const after = before.map((degree) => Math.max(0, degree - (degree === 300 ? 40 : degree % 2)))
    const change = degreeChange(before, after, {nodeNames: null})
    expect(change.from).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 33, 65, 129, 257])
    expect(change.to).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 256, 512])
    for (const [counts, degrees] of [
      [change.before, before],
      [change.after, after],
    ] as const) {
      expect(counts).toEqual(
        change.from.map((from, k) => degrees.filter((degree) => degree >= from && degree <= change.to[k]!).length),
      )
    }
    expect(change.changed).toBe(201)
    expect(change.largestLoss).toEqual({node: '300', before: 300, after: 260})
  })

  it('says so where nothing changed or nothing is there', () => {
    expect(degreeChange(Uint32Array.of(2, 2), Uint32Array.of(2, 2), {nodeNames: ['a', 'b']})).toMatchObject({
      changed: 0,
      largestLoss: null,
    })
    expect(degreeChange(new Uint32Array(0), new Uint32Array(0), {nodeNames: null})).toEqual({
      from: [0],
      to: [0],
      before: [0],
      after: [0],
      changed: 0,
      largestLoss: null,
    })
  })
})

describe('graphExcerpt', () => {
  const excerptOf = (edges: number, pruned: number) => syntheticSanitize({nodes: 300, edges, pruned}).metrics.excerpt!

  it('holds the most suspect pruned edges, and every edge between the nodes it draws', () => {
    const {metrics} = syntheticSanitize({nodes: 300, edges: 900, pruned: 100})
    const {nodes, edges, around, omitted} = metrics.excerpt!
    expect(around).toBe(12)
    const top = metrics.top.slice(0, 12).map(({source, target, rank}) => [source, target, rank])
    expect(edges.slice(0, 12).map(({ends: [u, v], rank}) => [nodes[u]!.name, nodes[v]!.name, rank])).toEqual(top)
    expect(edges.slice(0, 12).every(({state}) => state === 'pruned')).toBe(true)
    expect(omitted).toBe(0)
    expect(new Set(nodes.map(({name}) => name)).size).toBe(nodes.length)
    const degrees = new Map<number, number>()
    for (const {ends} of edges) for (const k of ends) degrees.set(k, (degrees.get(k) ?? 0) + 1)
    for (const [k, drawn] of degrees) expect(drawn).toBeLessThanOrEqual(nodes[k]!.degree + 1)
  })

  it('is the same for the same graph and never larger than a drawing', () => {
    for (const edges of [400, 4000, 20_000]) {
      const excerpt = excerptOf(edges, 200)
      expect(excerpt.nodes.length).toBeLessThanOrEqual(150)
      expect(excerpt.edges.length).toBeLessThanOrEqual(300)
      expect(excerptOf(edges, 200)).toEqual(excerpt)
    }
    expect(excerptOf(20_000, 200).omitted).toBeGreaterThan(0)
  })

  it('marks edges that repair added, and is null where nothing was pruned', () => {
    const scores = {
      edges: Uint32Array.of(0, 1, 1, 2, 2, 3),
      pruned: Uint8Array.of(1, 0, 0),
      rank: Uint32Array.of(1, 2, 3),
      pseudoLabels: Int32Array.of(0, 1, 1, 0),
      degrees: Uint32Array.of(1, 2, 2, 1),
    } as Parameters<typeof graphExcerpt>[0]
    const setting = {added: Uint32Array.of(0, 2), given: Int32Array.of(0, -1, -1, -1), nodeNames: ['a', 'b', 'c', 'd']}
    expect(graphExcerpt(scores, Uint32Array.of(0, 1, 2), setting)).toEqual({
      around: 1,
      omitted: 0,
      nodes: [
        {name: 'a', label: 0, given: true, degree: 1},
        {name: 'b', label: 1, given: false, degree: 2},
        {name: 'c', label: 1, given: false, degree: 2},
      ],
      edges: [
        {ends: [0, 1], state: 'pruned', rank: 1},
        {ends: [1, 2], state: 'kept', rank: 2},
        {ends: [0, 2], state: 'added', rank: null},
      ],
    })
    expect(graphExcerpt({...scores, pruned: new Uint8Array(3)}, Uint32Array.of(0, 1, 2), setting)).toBeNull()
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {csrFromDense, normaliseRows} from '../../src/linalg/csr.js'
import {dense, type Dense} from '../../src/linalg/types.js'
import {repairableEdges, repairEdges} from '../../src/sanitize/repair.js'
import {withAdded} from '../../src/sanitize/summary.js'
import {random} from '../../src/stats/random.js'

const pairs = (edges: Uint32Array) =>
  Array.from({length: edges.length / 2}, (_, e) => [edges[2 * e]!, edges[2 * e + 1]!] as const)

/** A graph with random features, soft labels and pruned edges. */
function example(nodes: number, seed: number) {
  const draw = random(seed)
  const x = normaliseRows(
    csrFromDense(
      dense(
        nodes,
        5,
        Float64Array.from({length: nodes * 5}, () => Math.max(0, draw.normal())),
      ),
    ),
  ).unit
  const soft = dense(nodes, 2)
  for (let i = 0; i < nodes; i++) soft.data[2 * i] = 1 - (soft.data[2 * i + 1] = draw.uniform())
  const edges = Uint32Array.from(
    Array.from({length: nodes}, (_, u) => Array.from({length: nodes - u - 1}, (__, k) => [u, u + 1 + k]))
      .flat()
      .filter(() => draw.uniform() < 0.25)
      .flat(),
  )
  const pruned = Uint8Array.from({length: edges.length / 2}, () => Number(draw.uniform() < 0.3))
  return {x, soft, edges, pruned}
}

/** The definition, from the full matrix of likeness. */
function slow(
  x: Dense,
  soft: Dense,
  edges: Uint32Array,
  pruned: Uint8Array,
  limit: number,
  enough = Infinity,
): (readonly [number, number])[] {
  const n = x.rows
  const dot = (m: Dense, u: number, v: number) =>
    Array.from({length: m.cols}, (_, c) => m.data[u * m.cols + c]! * m.data[v * m.cols + c]!).reduce((a, b) => a + b)
  const like = (u: number, v: number) => dot(x, u, v) + dot(soft, u, v)
  const joined = new Set(pairs(edges).map(([u, v]) => `${u} ${v}`))
  const isJoined = (u: number, v: number) => joined.has(`${Math.min(u, v)} ${Math.max(u, v)}`)
  const lost = new Set(
    pairs(edges)
      .filter((_, e) => pruned[e] === 1)
      .flat(),
  )
  const lists = Array.from({length: n}, (_, u) =>
    Array.from({length: n}, (__, v) => ({v, alike: like(u, v)}))
      .filter(({v}) => v !== u && !isJoined(u, v))
      .sort((a, b) => b.alike - a.alike || a.v - b.v)
      .slice(0, Math.max(10, 2 * limit))
      .map(({v}) => v),
  )
  const candidates: [number, number][] = []
  for (let u = 0; u < n; u++)
    for (let v = u + 1; v < n; v++)
      if ((lost.has(u) || lost.has(v)) && lists[u]!.includes(v) && lists[v]!.includes(u)) candidates.push([u, v])
  candidates.sort((a, b) => like(...b) - like(...a))
  const kept = pairs(edges)
    .filter((_, e) => pruned[e] === 0)
    .flat()
  const count = new Uint32Array(n)
  const hasRoom = (i: number) => count[i]! < limit && count[i]! + kept.filter((j) => j === i).length < enough
  return candidates
    .filter(([u, v]) => hasRoom(u) && hasRoom(v) && (count[u]!++, count[v]!++, true))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
}

describe('repair', () => {
  it('adds what the definition says: mutually most alike nodes that were never joined, where edges were lost', () => {
    fc.assert(
      fc.property(fc.integer({min: 14, max: 40}), fc.nat(1000), fc.integer({min: 1, max: 7}), (nodes, seed, limit) => {
        const {x, soft, edges, pruned} = example(nodes, seed)
        const full = dense(nodes, 5)
        for (let i = 0; i < nodes; i++)
          for (let t = x.indptr[i]!; t < x.indptr[i + 1]!; t++) full.data[i * 5 + x.indices[t]!] = x.values[t]!
        const {added, likeness} = repairEdges(edges, pruned, {profiles: x, soft}, limit, random(0))
        expect(pairs(added)).toEqual(slow(full, soft, edges, pruned, limit))
        const few = repairEdges(edges, pruned, {profiles: x, soft}, limit, random(0), 5)
        expect(pairs(few.added)).toEqual(slow(full, soft, edges, pruned, limit, 5))
        expect(likeness).toHaveLength(added.length / 2)
      }),
      {seed: 2, numRuns: 40},
    )
  })

  it('brings back an edge that was taken, where each end would be on the list of the other', () => {
    fc.assert(
      fc.property(fc.integer({min: 14, max: 30}), fc.nat(1000), (nodes, seed) => {
        const {x, soft, edges} = example(nodes, seed)
        const row = (m: Dense, i: number) => m.data.subarray(i * m.cols, (i + 1) * m.cols)
        const full = dense(nodes, 5)
        for (let i = 0; i < nodes; i++)
          for (let t = x.indptr[i]!; t < x.indptr[i + 1]!; t++) full.data[i * 5 + x.indices[t]!] = x.values[t]!
        const like = (u: number, v: number) =>
          [full, soft].reduce((sum, m) => sum + row(m, u).reduce((dot, a, c) => dot + a * row(m, v)[c]!, 0), 0)
        const joined = new Set(pairs(edges).map(([u, v]) => `${u} ${v}`))
        const isListed = (u: number, v: number) =>
          Array.from({length: nodes}, (_, w) => w)
            .filter((w) => w === v || (w !== u && !joined.has(`${Math.min(u, w)} ${Math.max(u, w)}`)))
            .sort((a, b) => like(u, b) - like(u, a))
            .slice(0, 10)
            .includes(v)
        const expected = pairs(edges).map(([u, v]) => Number(isListed(u, v) && isListed(v, u)))
        expect(Array.from(repairableEdges(edges, {profiles: x, soft}, 3, random(0)))).toEqual(expected)
      }),
      {seed: 4, numRuns: 20},
    )
  })

  it('adds nothing where nothing was pruned, at limit 0, or between nodes with nothing in common', () => {
    const {x, soft, edges, pruned} = example(20, 1)
    expect(repairEdges(edges, new Uint8Array(pruned.length), {profiles: x, soft}, 3, random(0)).added).toHaveLength(0)
    expect(repairEdges(edges, pruned, {profiles: x, soft}, 0, random(0)).added).toHaveLength(0)
    const nothing = csrFromDense(dense(20, 5))
    expect(repairEdges(edges, pruned, {profiles: nothing, soft: dense(20, 2)}, 3, random(0)).added).toHaveLength(0)
  })

  it('in groups, on a graph too large to compare all pairs, finds most of the twins that belong together', () => {
    // Nodes 2k and 2k + 1 have the same features; each is joined to another pair, and that edge is pruned.
    const nodes = 5000
    const draw = random(3)
    const features = Float64Array.from({length: (nodes / 2) * 16}, () => Math.max(0, draw.normal()))
    const x = normaliseRows(
      csrFromDense(
        dense(
          nodes,
          16,
          Float64Array.from({length: nodes * 16}, (_, t) => features[(t >> 5) * 16 + (t & 15)]!),
        ),
      ),
    ).unit
    const edges = Uint32Array.from({length: nodes - 2}, (_, t) => (t % 2 === 0 ? t : t + 1))
    const {added, likeness} = repairEdges(
      edges,
      new Uint8Array(edges.length / 2).fill(1),
      {profiles: x, soft: dense(nodes, 2)},
      1,
      random(0),
    )
    const twins = pairs(added).filter(([u, v]) => u % 2 === 0 && v === u + 1)
    expect(twins.length).toBeGreaterThan(0.99 * (nodes / 2))
    expect(Math.max(...likeness)).toBeLessThan(1 + 1e-12)
  })

  it('added edges stand in their place in a sorted list', () => {
    expect([...withAdded(Uint32Array.of(0, 1, 2, 3), Uint32Array.of(0, 2, 4, 5))]).toEqual([0, 1, 0, 2, 2, 3, 4, 5])
  })
})

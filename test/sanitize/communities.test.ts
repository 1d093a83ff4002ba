import {describe, expect, it} from 'vitest'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {communityPositions} from '../../src/sanitize/communities.js'
import {random} from '../../src/stats/random.js'

const NODES = 300

/** Each edge joins class c with `partner(c)` in a share of the cases, else any class. */
function blocks(classes: number, share: number, partner: (c: number) => number, seed: number): Uint32Array {
  const rng = random(seed)
  const keys = new Set<number>()
  while (keys.size < NODES * 5) {
    const u = rng.integer(NODES)
    const step = rng.integer(NODES / classes) * classes
    const v = rng.uniform() < share ? step + partner(u % classes) : rng.integer(NODES)
    if (u !== v) keys.add(Math.min(u, v) * NODES + Math.max(u, v))
  }
  return Uint32Array.from([...keys].sort((a, b) => a - b).flatMap((key) => [Math.floor(key / NODES), key % NODES]))
}

const straight = Uint32Array.from({length: NODES}, (_, i) => i)
const positionsOf = (edges: Uint32Array, classes: number, order = straight) =>
  communityPositions(aggregation(NODES, edges, 'row', 1).neighbours, classes, order)

/** Share of the nodes whose nearest class mean is that of their class. */
function told({rows, cols, data}: NonNullable<ReturnType<typeof positionsOf>>, classes: number): number {
  const means = Array.from({length: classes}, () => new Float64Array(cols))
  for (let i = 0; i < rows; i++) for (let c = 0; c < cols; c++) means[i % classes]![c]! += data[i * cols + c]!
  const along = (i: number, k: number) => means[k]!.reduce((sum, x, c) => sum + x * data[i * cols + c]!, 0)
  let right = 0
  for (let i = 0; i < rows; i++) {
    const best = means.map((_, k) => along(i, k))
    if (best.indexOf(Math.max(...best)) === i % classes) right++
  }
  return right / rows
}

describe('positions among communities', () => {
  it.each([
    ['three communities', 3, (c: number) => c, 3],
    ['the two sides of a bipartite graph', 2, (c: number) => 1 - c, 2],
  ])('%s stand out, and nodes are told by where they lie', (_, classes, partner, directions) => {
    const positions = positionsOf(blocks(classes, 0.95, partner, 4), classes)!
    expect(positions.cols).toBe(directions)
    expect(told(positions, classes)).toBeGreaterThan(0.97)
    for (let i = 0; i < NODES; i++)
      expect(Math.hypot(...positions.data.subarray(i * directions, (i + 1) * directions))).toBeCloseTo(1, 12)
  })

  it('a graph wired at random has none', () => {
    expect(
      positionsOf(
        blocks(3, 0, (c) => c, 5),
        3,
      ),
    ).toBeNull()
  })

  it('other numbers of the nodes give the same angles between them', () => {
    const edges = blocks(3, 0.9, (c) => c, 6)
    const renamed = random(7).permutation(NODES)
    const moved = Array.from({length: edges.length / 2}, (_, e) =>
      [renamed[edges[2 * e]!]!, renamed[edges[2 * e + 1]!]!].sort((a, b) => a - b),
    ).sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!)
    const one = positionsOf(edges, 3)!
    const other = positionsOf(Uint32Array.from(moved.flat()), 3, Uint32Array.from(renamed))!
    const angle = ({cols, data}: typeof one, i: number, j: number) =>
      data.subarray(i * cols, (i + 1) * cols).reduce((sum, x, c) => sum + x * data[j * cols + c]!, 0)
    for (let i = 0; i < NODES; i += 7)
      expect(angle(other, renamed[i]!, renamed[(i + 11) % NODES]!)).toBeCloseTo(angle(one, i, (i + 11) % NODES), 6)
  })
})

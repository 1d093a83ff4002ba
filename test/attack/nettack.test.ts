import {describe, expect, it} from 'vitest'
import {edgeSet} from '../../src/attack/edge-set.js'
import {candidateMargins, marginOf, nettack, targetScores} from '../../src/attack/nettack.js'
import {degreeTest} from '../../src/attack/degree-test.js'
import {dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'
import {smallGraph} from './graphs.js'

const scoresOf = (nodes: number, seed: number) => {
  const rng = random(seed)
  return dense(
    nodes,
    3,
    Float64Array.from({length: 3 * nodes}, () => rng.normal()),
  )
}

/** Row of Â² Z from dense matrices. */
function slowScores(nodes: number, edges: Uint32Array, z: ReturnType<typeof scoresOf>, target: number): number[] {
  const a = Array.from({length: nodes}, (_, u) => Array.from({length: nodes}, (__, v) => Number(u === v)))
  for (let e = 0; e < edges.length; e += 2) a[edges[e]!]![edges[e + 1]!] = a[edges[e + 1]!]![edges[e]!] = 1
  const d = a.map((row) => row.reduce((s, x) => s + x, 0))
  const hat = (u: number, v: number) => a[u]![v]! / Math.sqrt(d[u]! * d[v]!)
  const nodesList = Array.from({length: nodes}, (_, i) => i)
  return [0, 1, 2].map((c) =>
    nodesList.reduce(
      (sum, j) => sum + hat(target, j) * nodesList.reduce((s, k) => s + hat(j, k) * z.data[3 * k + c]!, 0),
      0,
    ),
  )
}

describe('margins in closed form', () => {
  it('equal the margin recomputed on the changed graph, for every candidate', () => {
    for (const seed of [1, 2, 3, 4]) {
      const {nodes, edges} = smallGraph(seed)
      const z = scoresOf(nodes, seed)
      for (const target of [0, 5, nodes - 1]) {
        const margins = candidateMargins(edgeSet(nodes, edges), z, target, 1)
        for (let u = 0; u < nodes; u++) {
          if (u === target) expect(margins[u]).toBeNaN()
          else {
            const changed = edgeSet(nodes, edges)
            changed.flip(target, u)
            const slow = slowScores(nodes, changed.edges(), z, target)
            expect(margins[u]).toBeCloseTo(Math.max(slow[0]!, slow[2]!) - slow[1]!, 11)
            Array.from(targetScores(changed, z, target)).forEach((x, c) => expect(x).toBeCloseTo(slow[c]!, 11))
          }
        }
      }
    }
  })
})

describe('nettack', () => {
  it('changes edges at its targets only, as many as asked for, and each choice is the best one', () => {
    const {nodes, edges} = smallGraph(7, 20)
    const z = scoresOf(nodes, 9)
    const set = edgeSet(nodes, edges)
    const slow = edgeSet(nodes, edges)
    const best: number[] = []
    for (let k = 0; k < 3; k++) {
      const margins = candidateMargins(slow, z, 4, 0)
      let choice = -1
      for (let u = 0; u < nodes; u++)
        if (u !== 4 && !slow.wasFlipped(4, u) && (choice < 0 || margins[u]! > margins[choice]!)) choice = u
      slow.flip(4, choice)
      best.push(choice)
    }
    const labels = new Int32Array(nodes)
    const result = nettack(set, {
      projected: z,
      labels,
      targets: Uint32Array.of(4),
      perTarget: 3,
      penalty: () => null,
      allowed: () => true,
      made: () => {},
      onProgress: () => {},
    })
    expect(set.edges()).toEqual(slow.edges())
    expect(result.steps).toBe(3)
    expect(result.after).toBeGreaterThan(result.before)
    expect(result.after).toBeCloseTo(marginOf(targetScores(set, z, 4), 0, 3, 0), 12)
    for (const pairs of [set.added(), set.removed()])
      for (let e = 0; e < pairs.length; e += 2) expect([pairs[e], pairs[e + 1]]).toContain(4)
  })
})

describe('degree test', () => {
  /** Λ from whole degree sequences. */
  const statistic = (before: number[], after: number[]) => {
    const likelihood = (degrees: number[]) => {
      const tail = degrees.filter((d) => d >= 2)
      const s = tail.reduce((sum, d) => sum + Math.log(d), 0)
      const alpha = 1 + tail.length / tail.reduce((sum, d) => sum + Math.log(d / 1.5), 0)
      return tail.length * Math.log(alpha) + tail.length * alpha * Math.log(2) - (alpha + 1) * s
    }
    return 2 * (likelihood(before) + likelihood(after) - likelihood([...before, ...after]))
  }

  it('answers as the likelihood ratio of whole degree sequences, also after changes', () => {
    const {nodes, edges} = smallGraph(5, 40)
    const set = edgeSet(nodes, edges)
    const test = degreeTest(set)
    const degrees = () => Array.from({length: nodes}, (_, u) => set.degree(u))
    const before = degrees()
    const rng = random(1)
    const answers = new Set<boolean>()
    for (let k = 0; k < 400; k++) {
      const [u, v] = [rng.integer(nodes), rng.integer(nodes)]
      if (u === v) continue
      const allowed = test.allows(u, v)
      answers.add(allowed)
      const after = degrees()
      const change = set.has(u, v) ? -1 : 1
      after[u]! += change
      after[v]! += change
      expect(allowed).toBe(statistic(before, after) < 0.004)
      if (allowed && k % 10 === 0) {
        set.flip(u, v)
        test.made(u, v, set.has(u, v))
      }
    }
    expect(answers).toEqual(new Set([true, false]))
  })
})

import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {plainProducts} from '../../src/linalg/products.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {defenceCost as suspicionOfPairs} from '../../src/attack/suspicion.js'
import {sanitizeRankings} from '../../src/evaluate/controls.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {canonicalOrder} from '../../src/sanitize/canonical.js'
import {type EdgeChances, edgeChances} from '../../src/sanitize/edge-chances.js'
import {pairScores} from '../../src/sanitize/fused.js'
import {givenLabels} from '../../src/sanitize/labels.js'
import {likenessSources} from '../../src/sanitize/likeness.js'
import {type PairSources, PARTS, suspicionOf} from '../../src/sanitize/parts.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {strataOf} from '../../src/sanitize/strata.js'
import {random} from '../../src/stats/random.js'
import {shareBelow} from '../../src/stats/ranking.js'
import {smallCommunityGraph} from './graphs.js'

const DEFAULTS: SanitizeOptions = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null}
const {graph} = smallCommunityGraph()
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

async function chancesOf(): Promise<{chances: EdgeChances; pairs: PairSources}> {
  const given = givenLabels(graph)
  const mixing = aggregation(graph.nodes, graph.edges, 'row', 1)
  const order = canonicalOrder(graph, given.labels, mixing)
  const rewiring = {order, strata: strataOf(graph.edges, graph.nodes, null)}
  const sources = await likenessSources(graph, given, rewiring, random(3), engine, plainProducts)
  const chances = edgeChances(graph.edges, sources, mixing, rewiring, true, random(3))
  return {chances, pairs: {source: sources[0]!, mixing, logOdds: chances.fit.logOdds}}
}

describe('the table of parts', () => {
  it('has every part once, and a value for a new pair wherever a part is in the score', () => {
    const names = PARTS.map(({name}) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const {weight, withNode} of PARTS) expect(weight > 0).toBe(withNode !== null)
  })

  it('is what the score of sanitize is made of', async () => {
    const {scores} = await sanitize(graph, DEFAULTS, engine)
    expect(Object.keys(scores.parts).sort()).toEqual(PARTS.map(({name}) => name).sort())
    const total = PARTS.reduce((sum, {weight}) => sum + weight, 0)
    const expected = new Float64Array(scores.score.length)
    for (const part of PARTS.filter(({weight}) => weight > 0)) {
      const suspicion = suspicionOf(part, scores.parts[part.name]!)
      const sorted = suspicion.slice().sort()
      suspicion.forEach((x, e) => (expected[e]! += (part.weight * shareBelow(sorted, x)) / total))
    }
    scores.score.forEach((x, e) => expect(x).toBeCloseTo(expected[e]!, 12))
  })

  it('is what the evaluation ranks by', async () => {
    const {scores} = await sanitize(graph, DEFAULTS, engine)
    const ranked = sanitizeRankings(scores).filter(({kind}) => kind === 'part')
    expect(ranked.map(({name}) => name)).toEqual(PARTS.map(({title}) => title))
    ranked.forEach(({score}, k) => expect(score).toEqual(suspicionOf(PARTS[k]!, scores.parts[PARTS[k]!.name]!)))
  })

  it('gives the attacker the score that the defence would give, by the same parts', async () => {
    const {chances, pairs} = await chancesOf()
    const {score} = chances
    expect(score.parts).toEqual(PARTS.filter(({weight}) => weight > 0))
    const of = pairScores(score, pairs)(5)
    const values = score.parts.map((part) => part.withNode!(pairs)(5))
    expect([...score.at(values, graph.nodes)]).toEqual([...of])
    const engines = await createCpuEngine({threads: 1})
    const suspicion = await suspicionOfPairs(graph, engines, plainProducts, random(3)).finally(() => engines.close())
    const around = new Set(Array.from(graph.edges, (i, t) => (i === 5 ? graph.edges[t ^ 1]! : -1)))
    suspicion(5).forEach((x, v) => (around.has(v) ? expect([0, 1]).toContain(x) : expect(x).toBeCloseTo(of[v]!, 6)))
    // Some edges of the graph would be brought back, and others not.
    const costs = new Set(Array.from(graph.edges).flatMap((u, t) => suspicion(u)[graph.edges[t ^ 1]!]!))
    expect(costs).toEqual(new Set([0, 1]))
  })
})

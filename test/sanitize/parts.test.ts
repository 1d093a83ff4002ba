import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {plainProducts} from '../../src/linalg/products.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {sanitizeRankings} from '../../src/evaluate/controls.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {neighbourOverlap} from '../../src/sanitize/context.js'
import {edgeFit} from '../../src/sanitize/edge-fit.js'
import {fusedScore, pairScores} from '../../src/sanitize/fused.js'
import {givenLabels} from '../../src/sanitize/labels.js'
import {edgeLikeness, likenessSources} from '../../src/sanitize/likeness.js'
import {type EdgeEvidence, type PairEvidence, PARTS, suspicionOf} from '../../src/sanitize/parts.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {random} from '../../src/stats/random.js'
import {shareBelow} from '../../src/stats/ranking.js'
import {communityGraph} from './graphs.js'

const DEFAULTS: SanitizeOptions = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null}
const {graph} = communityGraph()
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

async function evidenceOf(): Promise<{edges: EdgeEvidence; pairs: PairEvidence}> {
  const generator = random(3)
  const sources = await likenessSources(graph, givenLabels(graph), generator, engine, plainProducts)
  const mixing = aggregation(graph.nodes, graph.edges, 'row', 1)
  const known = {...edgeLikeness(graph.edges, sources), overlap: neighbourOverlap(graph.edges, mixing)}
  const fit = edgeFit(graph.edges, known, sources, mixing, generator)
  return {
    edges: {
      ...known,
      fit: fit.edges,
      similarity: known.cosine,
      kc: new Float64Array(known.known.length),
      labelFree: null,
    },
    pairs: {source: sources[0]!, mixing, logOdds: fit.logOdds},
  }
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
    const {edges, pairs} = await evidenceOf()
    const score = fusedScore(edges)
    expect(score.parts).toEqual(PARTS.filter(({weight}) => weight > 0))
    const of = pairScores(score, pairs)(5)
    expect(of).toHaveLength(graph.nodes)
    const values = score.parts.map((part) => part.withNode!(pairs)(5))
    score.at(values).forEach((x, v) => expect(x).toBe(of[v]!))
  })
})

import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Graph} from '../../src/graph/types.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {type HarmTest, harmTest, isClearHarm} from '../../src/sanitize/harm-test.js'
import {withPrepared} from '../../src/sanitize/sanitize.js'
import {random} from '../../src/stats/random.js'
import {smallCommunityGraph} from './graphs.js'

let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

const harmOf = (graph: Graph): Promise<HarmTest> =>
  withPrepared(
    graph,
    {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null},
    engine,
    {},
    (prepared) => harmTest(prepared, 1),
  )

describe('clear harm', () => {
  it.each([
    // (1/2)^6 = .016, (1/2)^5 = .031
    [6, 0, true],
    [5, 0, false],
    // 11/1024 = .011, 56/1024 = .055
    [9, 1, true],
    [8, 2, false],
    [0, 6, false],
    [0, 0, false],
  ])('%i lost and %i won: %s', (lost, won, isClear) => {
    expect(isClearHarm({lost, won})).toBe(isClear)
  })
})

describe('the test of harm', () => {
  it('counts a label as lost or won only where one of both predictions is right', async () => {
    const {graph} = smallCommunityGraph()
    const generator = random(5)
    // Labels that nothing in the graph tells: three of four predictions are wrong before and after.
    const labels = Int32Array.from({length: graph.nodes}, () => Math.floor(4 * generator.uniform()))
    const {hidden, lost, won} = await harmOf({...graph, labels, classes: 4, split: null})
    expect(hidden).toBe(graph.nodes)
    expect(lost + won).toBeGreaterThan(0)
    expect(lost).toBeLessThan(hidden / 2)
    expect(won).toBeLessThan(hidden / 2)
  })

  it('finds none where added edges go', async () => {
    const {graph} = smallCommunityGraph()
    const {vetoes, ...counts} = await harmOf(graph)
    expect(counts.hidden).toBe(graph.split!.train.length)
    expect(counts.won).toBeGreaterThan(counts.lost)
    expect(vetoes).toBe(false)
  })
})

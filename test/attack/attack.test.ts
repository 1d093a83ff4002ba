import {beforeAll, describe, expect, it} from 'vitest'
import {attack} from '../../src/attack/attack.js'
import {adjacencyOf} from '../../src/attack/edge-set.js'
import {attackMetrics, shareAcross} from '../../src/attack/summary.js'
import {fitSurrogate, predictions} from '../../src/attack/surrogate.js'
import type {AttackOptions, Perturbation} from '../../src/attack/types.js'
import {InputError, UsageError} from '../../src/errors.js'
import type {Graph} from '../../src/graph/types.js'
import {plainProducts} from '../../src/linalg/products.js'
import {random} from '../../src/stats/random.js'
import {communityGraph, keysOf, options, smallGraph, victimOf} from './graphs.js'

const targets = Uint32Array.of(7, 123, 200)
const cases: [string, AttackOptions, number][] = [
  ['random', options({method: 'random', count: 90}), 90],
  ['dice', options({method: 'dice', count: 90}), 90],
  ['pgd', options({method: 'pgd', count: 90, iterations: 12, candidates: 20_000}), 90],
  ['pgd over all pairs', options({method: 'pgd', count: 90, iterations: 8}), 90],
  ['metattack', options({count: 90, flipsPerStep: 8}), 90],
  ['metattack with a degree test', options({count: 90, flipsPerStep: 7, degreeTest: true}), 90],
  ['metattack of targets', options({count: 20, flipsPerStep: 5, targets}), 20],
  ['nettack', options({method: 'nettack', targets, perTarget: 6}), 18],
]

let graph: Graph
beforeAll(async () => {
  graph = await communityGraph()
})

describe.each(cases)('%s', (_name, asked, budget) => {
  let result: Perturbation
  beforeAll(async () => {
    result = await attack(graph, asked, random(1))
  })

  it('spends its budget exactly, on pairs that are what they are said to be', () => {
    const clean = new Set(keysOf(graph.edges))
    const [after, added, removed] = [keysOf(result.edges), keysOf(result.added), keysOf(result.removed)]
    expect(added.length + removed.length).toBe(budget)
    expect(new Set([...added, ...removed]).size).toBe(budget)
    expect(added.filter((edge) => clean.has(edge))).toEqual([])
    expect(removed.filter((edge) => !clean.has(edge))).toEqual([])
    for (const edge of removed) clean.delete(edge)
    for (const edge of added) clean.add(edge)
    expect(new Set(after)).toEqual(clean)
    expect(after.length).toBe(clean.size)
  })

  it('gives sorted pairs u < v, without loops or repetitions', () => {
    for (const pairs of [result.edges, result.added, result.removed]) {
      for (let e = 0; e < pairs.length; e += 2) {
        expect(pairs[e]!).toBeLessThan(pairs[e + 1]!)
        if (e > 0)
          expect(pairs[e - 2]! * graph.nodes + pairs[e - 1]!).toBeLessThan(pairs[e]! * graph.nodes + pairs[e + 1]!)
      }
    }
  })

  it('isolates no node, and counts what it did', () => {
    const metrics = attackMetrics(graph, asked, result)
    expect(metrics).toMatchObject({
      used: budget,
      budget,
      edgesAfter: metrics.edgesBefore + metrics.added - metrics.removed,
      isolatedAfter: metrics.isolatedBefore,
    })
    if (metrics.lossBefore !== null) expect(metrics.lossAfter).toBeGreaterThan(metrics.lossBefore)
  })

  it('gives the same for the same seed, and another where the seed decides', async () => {
    expect(await attack(graph, asked, random(1))).toEqual(result)
    const other = await attack(graph, asked, random(2))
    if (['random', 'dice'].includes(asked.method) || asked.candidates === 20_000)
      expect(other.added).not.toEqual(result.added)
  })
})

describe('strength', () => {
  const accuracy = async (edges: Uint32Array) => {
    const classes = predictions(
      (await fitSurrogate(victimOf(graph), adjacencyOf(graph.nodes, edges), plainProducts)).scores,
    )
    return (
      graph.split!.test.reduce((sum, i) => sum + Number(classes[i] === graph.labels![i]), 0) / graph.split!.test.length
    )
  }

  it('metattack and pgd lower the accuracy of a retrained surrogate far more than random edges', async () => {
    const clean = await accuracy(graph.edges)
    const after = async (asked: Partial<AttackOptions>) =>
      accuracy((await attack(graph, options({count: 225, ...asked}), random(3))).edges)
    const control = clean - (await after({method: 'random'}))
    expect(clean - (await after({method: 'metattack', flipsPerStep: 15}))).toBeGreaterThan(0.1 + control)
    expect(clean - (await after({method: 'pgd', iterations: 40}))).toBeGreaterThan(0.1 + control)
  })

  it('dice deletes inside classes and joins across them', async () => {
    const {added, removed} = await attack(graph, options({method: 'dice', count: 200}), random(5))
    expect([shareAcross(added, graph.labels), shareAcross(removed, graph.labels)]).toEqual([1, 0])
  })
})

describe('what cannot be attacked', () => {
  const refused = (of: Graph, changes: Partial<AttackOptions>) => attack(of, options({count: 5, ...changes}), random(0))

  it.each<[string, (of: Graph) => Graph, Partial<AttackOptions>, RegExp]>([
    ['no labels', (of) => ({...of, labels: null}), {}, /no labels/],
    ['no labels for dice', (of) => ({...of, labels: null}), {method: 'dice'}, /no labels/],
    ['no split', (of) => ({...of, split: null}), {}, /no split/],
    ['no labelled training node', (of) => ({...of, labels: new Int32Array(of.nodes).fill(-1)}), {}, /training part/],
    ['one class', (of) => ({...of, labels: new Int32Array(of.nodes)}), {}, /one class/],
    ['too many nodes', (of) => ({...of, nodes: 30_000}), {}, /30000 nodes, metattack takes at most 25000/],
    ['too many nodes for an adaptive attack', (of) => ({...of, nodes: 7_000}), {adaptive: 1}, /at most 6000/],
    ['a target that is not there', (of) => of, {method: 'nettack', targets: Uint32Array.of(99)}, /target node 99/],
    ['more random edges than pairs', (of) => of, {method: 'random', count: 1000}, /cannot be spent/],
    ['more dice than pairs', (of) => of, {method: 'dice', count: 1000}, /cannot be spent/],
  ])('%s', async (_name, spoil, changes, message) => {
    const attempt = refused(spoil(smallGraph(1)), changes)
    await expect(attempt).rejects.toThrow(message)
    await expect(attempt).rejects.toBeInstanceOf(InputError)
  })

  it.each<[string, Partial<AttackOptions>]>([
    ['nettack without targets', {method: 'nettack'}],
    ['a budget of nothing', {count: 0}],
    ['adaptive dice', {method: 'dice', adaptive: 1}],
    ['pgd with a degree test', {method: 'pgd', degreeTest: true}],
  ])('%s', async (_name, changes) => {
    await expect(refused(smallGraph(1), changes)).rejects.toBeInstanceOf(UsageError)
  })

  it('a budget beyond every allowed pair is spent as far as it goes', async () => {
    const small = smallGraph(2)
    const result = await attack(small, options({count: 1000, flipsPerStep: 4}), random(0))
    const metrics = attackMetrics(small, options({count: 1000}), result)
    expect(metrics.used).toBeLessThan(1000)
    expect(metrics.isolatedAfter).toBe(0)
  })
})

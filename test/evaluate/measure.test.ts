import {describe, expect, it} from 'vitest'
import {
  accuracyOfSeed,
  measureAccuracies,
  type Measurement,
  prepareTrainings,
  spreadOf,
  type TrainingJob,
  workersFor,
} from '../../src/evaluate/measure.js'
import {featureRows, nodeData} from '../../src/learn/models.js'
import {smallCommunityGraph} from '../sanitize/graphs.js'

const {graph, clean} = smallCommunityGraph()
const measurement: Measurement = {
  graph,
  split: graph.split!,
  targets: graph.split!.test.slice(0, 30),
  model: 'sgc',
  seeds: [3, 4],
}
const GRAPHS = [graph.edges, clean, new Uint32Array(0)]
const job: TrainingJob = {
  ...measurement,
  features: featureRows(graph.nodes, graph.features),
  graphs: GRAPHS,
}

describe('measureAccuracies', () => {
  it('is what single trainings give, one by one, and the same bits on any number of threads', async () => {
    const {nodes, features, classes} = graph
    const expected = GRAPHS.map((edges) => {
      const data = nodeData(nodes, edges, features, classes)
      const each = measurement.seeds.map((seed) => accuracyOfSeed(measurement, data, seed))
      return {test: spreadOf(each.map(({test}) => test)), targets: spreadOf(each.map(({targets}) => targets!))}
    })
    expect(new Set(expected.map(({test}) => test.mean)).size).toBe(GRAPHS.length)
    for (const threads of [1, 2, 3]) {
      const told: [number, number][] = []
      const onTrained = (done: number, total: number) => told.push([done, total])
      expect(await measureAccuracies(measurement, GRAPHS, {threads, worthWorkers: 0, onTrained})).toEqual(expected)
      expect(told).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]))
    }
  }, 120_000)

  it('a training does not depend on those before it', () => {
    expect(prepareTrainings(job)(3)).toEqual([0, 1, 2, 3].map(prepareTrainings(job))[3])
  })

  it('takes no more workers than there are threads, trainings, and room', () => {
    const run = {threads: 2, worthWorkers: 0}
    expect(workersFor(job, run)).toBe(2)
    expect(workersFor(job, {...run, threads: 99})).toBe(6)
    expect(workersFor(job, {...run, memoryLimitBytes: 0})).toBe(1)
    expect(workersFor(job, {...run, worthWorkers: Infinity})).toBe(1)
  })
})

import {setImmediate} from 'node:timers/promises'
import {defaultMemoryLimit, residentBytes} from '../frame/memory.js'
import {workerEntry} from '../frame/open-worker.js'
import {WorkerError, WorkerPool} from '../frame/worker-pool.js'
import type {Graph, Split} from '../graph/types.js'
import type {NodeData} from '../learn/model.js'
import {featureRows, graphData, type ModelName, MODELS} from '../learn/models.js'
import {accuracyOf, trainNodeModel} from '../learn/train.js'
import {shared, sharedCsr} from '../linalg/shared.js'
import type {Csr} from '../linalg/types.js'
import {random} from '../stats/random.js'
import type {Accuracy, Spread} from './types.js'

export interface Measurement {
  graph: Graph
  split: Split
  /** nodes that are graded apart; null: none */
  targets: Uint32Array | null
  model: ModelName
  seeds: readonly number[]
}

/** What a worker receives; training t is that of graph ⌊t / seeds⌋ with seed t mod seeds. */
export interface TrainingJob extends Omit<Measurement, 'graph'> {
  graph: Pick<Graph, 'nodes' | 'labels' | 'classes'>
  /** rows of length 1 */
  features: Csr
  /** edges [2 m] of every graph */
  graphs: readonly Uint32Array[]
}

export interface MeasureRun {
  threads: number
  /** of the whole process, workers included: fewer of them are started where memory is short */
  memoryLimitBytes?: number
  onTrained?: (done: number, total: number) => void
  /** multiply–adds of all trainings from which workers are started */
  worthWorkers?: number
}

/** Multiply–adds of all trainings from which starting workers (≈ 0.2 s) pays off. */
const WORTH_WORKERS = 5e8

/** Bytes of a training for a stored feature, a stored entry of Â and a node; those of gat, which holds the most. */
const FEATURE_BYTES = 40
const EDGE_BYTES = 400
const NODE_BYTES = 6000

const ENTRY = workerEntry('worker', import.meta.url)

/**
 * Accuracy of a model trained on several graphs of the same nodes, once on each for each seed.
 *
 * Shapes     graphs: edges [2 m] each → as many accuracies, with a value for each seed.
 * Reads      labels of train and validation to learn, those of test and targets to grade the result.
 * Threads    a training is done wholly by one worker, so the bits do not depend on their number.
 * Cost       graphs · seeds · that of train.
 */
export async function measureAccuracies(
  measurement: Measurement,
  graphs: readonly Uint32Array[],
  run: MeasureRun = {threads: 1},
): Promise<Accuracy[]> {
  const {graph, targets, seeds} = measurement
  const rows = featureRows(graph.nodes, graph.features)
  const job: TrainingJob = {
    ...measurement,
    graph: {nodes: graph.nodes, labels: graph.labels, classes: graph.classes},
    features: rows,
    graphs,
  }
  const total = graphs.length * seeds.length
  const measured: SeedAccuracy[] = []
  const take = (accuracy: SeedAccuracy) => {
    measured.push(accuracy)
    run.onTrained?.(measured.length, total)
  }
  const workers = workersFor(job, run)
  if (workers > 1) {
    const pool = new WorkerPool<TrainingJob, SeedAccuracy>(workers, ENTRY)
    try {
      await pool.run(inSharedMemory(job), total, (_, accuracy) => take(accuracy))
    } catch (error) {
      // What was delivered stays valid; the rest is trained in this thread.
      if (!(error instanceof WorkerError)) throw error
    } finally {
      await pool.close()
    }
  }
  if (measured.length < total) {
    const accuracyOfTraining = prepareTrainings(job)
    while (measured.length < total) {
      take(accuracyOfTraining(measured.length))
      await setImmediate()
    }
  }
  return graphs.map((_, g) => {
    const own = measured.slice(g * seeds.length, (g + 1) * seeds.length)
    return {
      test: spreadOf(own.map(({test}) => test)),
      targets: targets === null ? null : spreadOf(own.map(({targets: aimed}) => aimed!)),
    }
  })
}

/** How many workers are worth their start, and find room; 1: none is started. */
export function workersFor(
  {graph, features, graphs, seeds, model}: TrainingJob,
  {threads, memoryLimitBytes = defaultMemoryLimit(), worthWorkers = WORTH_WORKERS}: MeasureRun,
): number {
  const entries = Math.max(0, ...graphs.map((edges) => edges.length)) + graph.nodes
  const {hidden, epochs} = MODELS[model].training
  const work = graphs.length * seeds.length * epochs * hidden * 4 * (features.values.length + entries)
  if (work < worthWorkers) return 1
  const bytes = FEATURE_BYTES * features.values.length + EDGE_BYTES * entries + NODE_BYTES * graph.nodes
  const room = Math.floor((memoryLimitBytes - residentBytes()) / bytes)
  return Math.min(threads, graphs.length * seeds.length, Math.max(1, room))
}

/** The same job with its large arrays in memory that every worker sees. */
const inSharedMemory = (job: TrainingJob): TrainingJob => ({
  ...job,
  features: sharedCsr(job.features),
  graphs: job.graphs.map(shared),
})

/** Computes any training of a job; what a model sees of a graph is made once for the seeds that follow each other. */
export function prepareTrainings({graphs, features, ...measurement}: TrainingJob): (training: number) => SeedAccuracy {
  const {graph, seeds} = measurement
  let made: {place: number; data: NodeData} | null = null
  return (training) => {
    const place = Math.floor(training / seeds.length)
    if (made?.place !== place) made = {place, data: graphData(features, graphs[place]!, graph.classes)}
    return accuracyOfSeed(measurement, made.data, seeds[training % seeds.length]!)
  }
}

/** Accuracy of one training. */
export interface SeedAccuracy {
  /** of the epoch that was chosen by it */
  validation: number
  test: number
  /** null: no targets */
  targets: number | null
}

/** One training on what a model sees of a graph, graded. */
export function accuracyOfSeed(
  {graph, split, targets, model}: Omit<Measurement, 'seeds' | 'graph'> & {graph: Pick<Graph, 'labels'>},
  data: NodeData,
  seed: number,
): SeedAccuracy {
  const labels = graph.labels!
  const {create, training} = MODELS[model]
  const generator = random(seed)
  const {predictions} = trainNodeModel(
    create(data, training, generator),
    {labels, train: split.train, validation: split.validation},
    training,
    generator,
  )
  return {
    validation: accuracyOf(predictions, labels, split.validation),
    test: accuracyOf(predictions, labels, split.test),
    targets: targets === null ? null : accuracyOf(predictions, labels, targets),
  }
}

/** Mean and standard deviation (n − 1) of some values; at least one. */
export function spreadOf(values: number[]): Spread {
  const mean = values.reduce((a, b) => a + b) / values.length
  const square = values.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return {mean, sd: values.length < 2 ? null : Math.sqrt(square / (values.length - 1)), values}
}

import {setImmediate} from 'node:timers/promises'
import type {Graph, Split} from '../graph/types.js'
import type {NodeData} from '../learn/model.js'
import {type ModelName, MODELS, nodeData} from '../learn/models.js'
import {accuracyOf, trainNodeModel} from '../learn/train.js'
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

/**
 * Test accuracy of a model trained on some edges, once for each seed.
 *
 * Reads      labels of train and validation to learn, those of test and targets to grade the result.
 * Cost       seeds · that of train.
 */
export async function measureAccuracy(
  measurement: Measurement,
  edges: Uint32Array,
  onTrained: () => void,
): Promise<Accuracy> {
  const {graph, targets, seeds} = measurement
  const data = nodeData(graph.nodes, edges, graph.features, graph.classes)
  const measured: SeedAccuracy[] = []
  for (const seed of seeds) {
    measured.push(accuracyOfSeed(measurement, data, seed))
    onTrained()
    await setImmediate()
  }
  return {
    test: spreadOf(measured.map(({test}) => test)),
    targets: targets === null ? null : spreadOf(measured.map(({targets: aimed}) => aimed!)),
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
  {graph, split, targets, model}: Omit<Measurement, 'seeds'>,
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

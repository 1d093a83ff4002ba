import {setImmediate} from 'node:timers/promises'
import type {Graph, Split} from '../graph/types.js'
import {type ModelName, MODELS, nodeData} from '../learn/models.js'
import {accuracyOf, train} from '../learn/train.js'
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
export async function measureAccuracy({graph, split, targets, model, seeds}: Measurement, edges: Uint32Array, onTrained: () => void): Promise<Accuracy> {
  const labels = graph.labels!
  const {create, training} = MODELS[model]
  const data = nodeData(graph.nodes, edges, graph.features, graph.classes)
  const test: number[] = []
  const aimed: number[] = []
  for (const seed of seeds) {
    const generator = random(seed)
    const {predictions} = train(create(data, training, generator), {labels, train: split.train, validation: split.validation}, training, generator)
    test.push(accuracyOf(predictions, labels, split.test))
    if (targets !== null) aimed.push(accuracyOf(predictions, labels, targets))
    onTrained()
    await setImmediate()
  }
  return {test: spreadOf(test), targets: targets === null ? null : spreadOf(aimed)}
}

/** Mean and standard deviation (n − 1) of some values; at least one. */
export function spreadOf(values: number[]): Spread {
  const mean = values.reduce((a, b) => a + b) / values.length
  const square = values.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return {mean, sd: values.length < 2 ? null : Math.sqrt(square / (values.length - 1)), values}
}

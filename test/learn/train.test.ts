import {describe, expect, it} from 'vitest'
import {adam} from '../../src/learn/adam.js'
import {dropoutMask, dropoutOf} from '../../src/learn/layers.js'
import {MODEL_NAMES, type ModelName, MODELS, nodeData} from '../../src/learn/models.js'
import {accuracyOf, argmaxRows, crossEntropy, trainNodeModel, type TrainingNodes} from '../../src/learn/train.js'
import {dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'
import {communityGraph, hasSharedGraphs, sharedGraph} from '../sanitize/graphs.js'
import {smallGraph} from './graphs.js'

const {graph} = communityGraph()
const data = nodeData(graph.nodes, graph.edges, graph.features, graph.classes)
const nodes: TrainingNodes = {labels: graph.labels!, train: graph.split!.train, validation: graph.split!.validation}

function trained(name: ModelName, seed: number, given = nodes, epochs = 40) {
  const {create, training} = MODELS[name]
  const rng = random(seed)
  const options = {...training, epochs}
  return trainNodeModel(create(data, options, rng), given, options, rng)
}

describe('training', () => {
  it.each(MODEL_NAMES)('%s: the same seed gives the same predictions, another seed others', (name) => {
    expect(trained(name, 1)).toEqual(trained(name, 1))
    expect(trained(name, 2).predictions).not.toEqual(trained(name, 1).predictions)
  })

  it('reads no label outside of train and validation', () => {
    const allowed = new Set([...nodes.train, ...nodes.validation])
    const hidden = nodes.labels.map((label, i) => (allowed.has(i) ? label : (label + 1) % graph.classes))
    expect(trained('gcn', 1, {...nodes, labels: hidden})).toEqual(trained('gcn', 1))
  })

  it('does far better than guessing', () => {
    expect(accuracyOf(trained('gcn', 1, nodes, 100).predictions, graph.labels!, graph.split!.test)).toBeGreaterThan(
      2 / graph.classes,
    )
  })

  it('keeps the best validation epoch, and the last where nothing validates', () => {
    const best = trained('gcn', 1)
    expect(best.validationAccuracy).toBe(accuracyOf(best.predictions, nodes.labels, nodes.validation))
    for (let epochs = 1; epochs <= 40; epochs += 3)
      expect(trained('gcn', 1, nodes, epochs).validationAccuracy).toBeLessThanOrEqual(best.validationAccuracy!)
    expect(trained('gcn', 1, {...nodes, validation: new Uint32Array(0)})).toMatchObject({
      epoch: 40,
      validationAccuracy: null,
    })
  })
})

describe('its parts', () => {
  it('cross-entropy and its gradient by the definition', () => {
    const rng = random(3)
    const logits = dense(
      5,
      3,
      Float64Array.from({length: 15}, () => 4 * rng.normal()),
    )
    const labels = Int32Array.of(0, 2, 1, 1, 0)
    const at = Uint32Array.of(0, 1, 3)
    const {loss, gradient} = crossEntropy(logits, labels, at)
    const p = (i: number, c: number) =>
      Math.exp(logits.data[3 * i + c]!) / [0, 1, 2].reduce((sum, k) => sum + Math.exp(logits.data[3 * i + k]!), 0)
    expect(loss).toBeCloseTo(-[...at].reduce((sum, i) => sum + Math.log(p(i, labels[i]!)), 0) / 3, 12)
    for (let i = 0; i < 5; i++)
      for (let c = 0; c < 3; c++)
        expect(gradient.data[3 * i + c]).toBeCloseTo(
          [...at].includes(i) ? (p(i, c) - Number(labels[i] === c)) / 3 : 0,
          12,
        )
  })

  it('cross-entropy stands large logits', () => {
    const {loss, gradient} = crossEntropy(
      dense(1, 2, Float64Array.of(5000, -5000)),
      Int32Array.of(1),
      Uint32Array.of(0),
    )
    expect(loss).toBe(10_000)
    expect([...gradient.data]).toEqual([1, -1])
  })

  it('the first step of adam goes by the rate, whatever the size of the gradient', () => {
    const w = dense(1, 3, Float64Array.of(1, 1, 1))
    adam([w], 0.01, 0)([Float64Array.of(1e-3, 1e3, 0)])
    expect(w.data[0]).toBeCloseTo(0.99, 6)
    expect(w.data[1]).toBeCloseTo(0.99, 6)
    expect(w.data[2]).toBe(1)
  })

  it('adam finds the minimum of a quadratic, moved by the decay', () => {
    const w = dense(1, 1)
    const step = adam([w], 0.01, 1)
    for (let t = 0; t < 3000; t++) step([Float64Array.of(w.data[0]! - 3)])
    // (w − 3) + w = 0
    expect(w.data[0]).toBeCloseTo(1.5, 3)
  })

  it('dropout keeps the mean, drops the share it should, and nothing at evaluation', () => {
    const mask = dropoutMask(100_000, 0.3, random(1))!
    const mean = mask.reduce((a, b) => a + b) / mask.length
    // Six standard errors of √(.3 / .7) / √n.
    expect(Math.abs(mean - 1)).toBeLessThan(0.0125)
    expect(new Set(mask)).toEqual(new Set([0, 1 / 0.7]))
    expect(dropoutMask(5, 0.3, null)).toBeNull()
    expect(dropoutMask(5, 0, random(1))).toBeNull()
  })

  it('a masked sparse matrix is the product with the mask', () => {
    const {features} = smallGraph(2)
    const mask = dropoutMask(features.values.length, 0.5, random(4))!
    const masked = dropoutOf(features, 0.5)(random(4))
    const stored = (x: typeof features) =>
      Array.from({length: x.rows}, (_, i) =>
        Array.from({length: x.indptr[i + 1]! - x.indptr[i]!}, (__, t) => [
          i,
          x.indices[x.indptr[i]! + t]!,
          x.values[x.indptr[i]! + t]!,
        ]),
      ).flat()
    expect(stored(masked)).toEqual(
      stored({...features, values: features.values.map((x, t) => x * mask[t]!)}).filter(([, , x]) => x !== 0),
    )
  })

  it('argmax takes the smaller class of a tie', () => {
    expect([...argmaxRows(dense(2, 3, Float64Array.of(1, 2, 2, 0, 0, 0)))]).toEqual([1, 0])
  })
})

describe.skipIf(!hasSharedGraphs)(
  'published accuracies of the gcn on Cora (skipped where the graphs are absent)',
  () => {
    it.each([
      ['cora', 'edges', 0.825, 0.85],
      ['cora_meta_0.25', 'edges_attacked', 0.45, 0.53],
    ])('%s, %s: within its range', (name, edges, low, high) => {
      const {graph: cora} = sharedGraph(name, edges)
      const {create, training} = MODELS.gcn
      const rng = random(0)
      const model = create(nodeData(cora.nodes, cora.edges, cora.features, cora.classes), training, rng)
      const {predictions} = trainNodeModel(
        model,
        {labels: cora.labels!, train: cora.split!.train, validation: cora.split!.validation},
        training,
        rng,
      )
      const accuracy = accuracyOf(predictions, cora.labels!, cora.split!.test)
      expect(accuracy).toBeGreaterThan(low)
      expect(accuracy).toBeLessThan(high)
    })
  },
)

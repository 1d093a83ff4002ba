import {readFileSync} from 'node:fs'
import type {Embeddings} from '../../src/certify/types.js'
import {DEFAULT_OPTIONS, type CertifyOptions} from '../../src/certify/options.js'
import {openNpz} from '../../src/data/npz.js'
import {numbersOf} from '../../src/data/named-array.js'
import {plainProducts} from '../../src/linalg/products.js'
import {cpuDistances} from '../../src/pairwise/cpu/distances.js'
import {BlockRunner} from '../../src/pairwise/cpu/runner.js'
import {cpuVolatility} from '../../src/pairwise/cpu/volatility.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {random} from '../../src/stats/random.js'

const unused = () => Promise.reject(new Error('certify uses no kernel'))

/** The cpu engine on plain products: the same bits on every machine. */
export const engine: PairwiseEngine = {
  name: 'cpu',
  precision: 'fp64',
  volatility: (task) => cpuVolatility(task, new BlockRunner(plainProducts)),
  distances: (x, y, metric) => cpuDistances(x, y, metric, plainProducts),
  kernelBlock: unused,
  kernelApply: unused,
  kernelGradient: unused,
  close: () => Promise.resolve(),
}

export const options = (changed: Partial<CertifyOptions> = {}): CertifyOptions => ({
  ...DEFAULT_OPTIONS,
  bootstrap: 200,
  ...changed,
})

/** Hidden states of the digit checkpoints as stored. */
export function digits(model: 'digits-mlp' | 'digits-cnn'): Embeddings {
  const archive = openNpz(readFileSync(`fixtures/digits/${model}-embeddings.npz`), model)
  const array = (name: string) => numbersOf(archive.read(name), model)
  const layers = ['h1', 'h2', 'logits'].map((name) => {
    const data = array(name) as Float32Array
    return {name, dim: data.length / 600, data}
  })
  return {
    rows: 600,
    layers,
    labels: Int32Array.from(array('labels')),
    output: {kind: 'logits', classes: 10, data: layers[2]!.data},
    loss: Float64Array.from(array('loss')),
  }
}

/**
 * `rows` points of a mixture of `classes` Gaussians seen through layers of growing separation; a share of wrong
 * predictions.
 */
export function mixture(
  seed: number,
  rows: number,
  wrong = 0.07,
  dims: readonly number[] = [8, 8],
  classes = 4,
): Embeddings {
  const r = random(seed)
  const labels = Int32Array.from({length: rows}, () => r.integer(classes))
  const layers = dims.map((dim, k) => {
    const data = new Float64Array(rows * dim)
    for (let i = 0; i < rows; i++)
      for (let t = 0; t < dim; t++) data[i * dim + t] = r.normal() + (t === labels[i]! % dim ? 3 + k : 0)
    return {name: `h${k + 1}`, dim, data}
  })
  const logits = new Float64Array(rows * classes)
  for (let i = 0; i < rows; i++) {
    const predicted = r.uniform() < wrong ? (labels[i]! + 1) % classes : labels[i]!
    for (let c = 0; c < classes; c++) logits[i * classes + c] = (c === predicted ? 4 : 0) + 0.5 * r.normal()
  }
  return {rows, layers, labels, output: {kind: 'logits', classes, data: logits}, loss: null}
}

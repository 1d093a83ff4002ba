import {csrFromDense, normaliseRows} from '../../../src/linalg/csr.js'
import type {Csr, Dense} from '../../../src/linalg/types.js'
import type {VolatilityTask} from '../../../src/pairwise/engine.js'
import {random} from '../../../src/stats/random.js'

export function normal(seed: number, rows: number, cols: number): Dense {
  const r = random(seed)
  return {rows, cols, data: Float64Array.from({length: rows * cols}, () => r.normal())}
}

/** Unit rows; from 6 rows on with a zero row, equal rows and nearly parallel ones. */
export function units(seed: number, rows: number, cols: number): Dense {
  const x = normal(seed, rows, cols)
  if (rows > 5) {
    x.data.fill(0, 0, cols)
    x.data.copyWithin(2 * cols, cols, 2 * cols)
    x.data.copyWithin((rows - 1) * cols, 3 * cols, 4 * cols)
    x.data[(rows - 1) * cols]! += 1e-4
  }
  return normaliseRows(x).unit
}

/** Sparse unit rows, as CSR and the same densely. */
export function sparse(seed: number, rows: number, cols: number): {csr: Csr; dense: Dense} {
  const x = normal(seed, rows, cols)
  const r = random(seed + 1)
  const dense = normaliseRows({...x, data: x.data.map((value) => (r.uniform() < 0.2 ? value : 0))}).unit
  return {csr: csrFromDense(dense), dense}
}

export function task(
  anchors: VolatilityTask['anchors'],
  references: VolatilityTask['anchors'],
  metric: VolatilityTask['metric'],
  seed = 1,
): VolatilityTask {
  const r = random(seed)
  const losses = (n: number) => Float64Array.from({length: n}, () => 2 * r.uniform())
  const labels = (n: number) => Int32Array.from({length: n}, () => r.integer(3))
  const one = anchors === references
  const anchorLoss = losses(anchors.rows)
  const anchorLabels = labels(anchors.rows)
  return {
    anchors,
    references,
    metric,
    anchorLoss,
    anchorLabels,
    referenceLoss: one ? anchorLoss : losses(references.rows),
    referenceLabels: one ? anchorLabels : labels(references.rows),
    scale: 1.7,
    floor: 0.2,
    deltas: Float64Array.of(0.3, 1, 2, 4, Infinity),
    etas: Float64Array.of(0.25, 0.8),
    lossMax: 1.5,
  }
}

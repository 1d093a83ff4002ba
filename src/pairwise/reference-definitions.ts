import type {Real} from '../linalg/products.js'
import type {Dense} from '../linalg/types.js'
import {kappa, kappaSlope} from './arc-cosine.js'
import type {LandmarkSums, LandmarkTask, VolatilitySums, VolatilityTask} from './engine.js'

/**
 * The statistics of PairwiseEngine pair by pair in fp64, as they are defined: slow, obvious, and what the self-test
 * holds every engine against. Shapes and empty cases as in engine.ts; cost n² · cols (volatility: times δ · η).
 */
export function volatilityByDefinition(task: VolatilityTask): VolatilitySums {
  const {anchors, references, anchorLabels, referenceLabels, deltas, etas, scale, floor, lossMax} = task
  const one = anchors === references
  const [m, n, G, E] = [anchors.rows, references.rows, deltas.length, etas.length]
  const sums = {
    total: new Float64Array(n),
    within: new Float64Array(n * G),
    windowed: new Float64Array(n * G * E),
    exceed: new Float64Array(n * G * E),
    anchorTotal: new Float64Array(m),
    crossLabelTotal: 0,
    zeroDistancePairs: 0,
    zeroDistanceLossPairs: 0,
    diameter: 0,
  }
  const pairs: VolatilitySums['witnesses'] = []
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      if (one && i === j) continue
      const raw = distanceByDefinition(row(anchors, i), row(references, j), task.metric)
      const d = raw / scale
      const change = Math.abs(task.anchorLoss[i]! - task.referenceLoss[j]!)
      const h = (cap: number) => (Math.max(d, floor) > 0 ? Math.min(change, cap) / Math.max(d, floor) : 0)
      sums.total[j]! += h(lossMax)
      sums.anchorTotal[i]! += h(lossMax)
      for (let g = 0; g < G; g++) {
        if (d > deltas[g]!) continue
        sums.within[j * G + g]!++
        for (let e = 0; e < E; e++) {
          sums.windowed[(j * G + g) * E + e]! += h(etas[e]!)
          if (change >= etas[e]!) sums.exceed[(j * G + g) * E + e]!++
        }
      }
      if (one && i > j) continue
      if (anchorLabels !== null && referenceLabels !== null && anchorLabels[i] !== referenceLabels[j])
        sums.crossLabelTotal += h(lossMax)
      if (raw === 0) sums.zeroDistancePairs++
      if (raw === 0 && change > 0) sums.zeroDistanceLossPairs++
      sums.diameter = Math.max(sums.diameter, raw)
      if (h(lossMax) > 0) pairs.push({anchor: i, reference: j, distance: raw, ratio: h(lossMax)})
    }
  }
  return {
    ...sums,
    witnesses: pairs.sort((a, b) => b.ratio - a.ratio || a.anchor - b.anchor || a.reference - b.reference).slice(0, 16),
  }
}

/** Raw distance of two vectors; the angle from the chord of the unit vectors, which stays accurate near 0. */
export function distanceByDefinition(
  a: readonly number[],
  b: readonly number[],
  metric: VolatilityTask['metric'],
): number {
  const length = (x: readonly number[]) => Math.sqrt(x.reduce((s, value) => s + value * value, 0))
  if (metric === 'angle') {
    const [p, q] = [a, b].map((x) => x.map((value) => value / length(x))) as [number[], number[]]
    return 2 * Math.asin(Math.min(1, distanceByDefinition(p, q, 'l2') / 2))
  }
  const differences = a.map((x, t) => Math.abs(x - b[t]!))
  if (metric === 'l1') return differences.reduce((s, x) => s + x, 0)
  return metric === 'linf' ? Math.max(0, ...differences) : length(differences)
}

/** κ(Z Wᵀ). */
export function kernelByDefinition(z: Dense, w: Dense): Dense {
  const data = new Float64Array(z.rows * w.rows)
  for (let i = 0; i < z.rows; i++) for (let j = 0; j < w.rows; j++) data[i * w.rows + j] = kappa(dot(z, i, w, j))
  return {rows: z.rows, cols: w.rows, data}
}

/** κ(Z Wᵀ) V; diagonal ½ (0 for a zero row) where z and w are one set. */
export function kernelApplyByDefinition(z: Dense, w: Dense, v: Dense): Dense {
  const data = new Float64Array(z.rows * v.cols)
  for (let i = 0; i < z.rows; i++) {
    for (let j = 0; j < w.rows; j++) {
      const weight = z !== w || i !== j ? kappa(dot(z, i, w, j)) : dot(z, i, z, i) > 0 ? 0.5 : 0
      for (let c = 0; c < v.cols; c++) data[i * v.cols + c]! += weight * v.data[j * v.cols + c]!
    }
  }
  return {rows: z.rows, cols: v.cols, data}
}

/** Σ_j (left_i · right_j) κ′(z_i · w_j) w_j; j ≠ i where z and w are one set. */
export function kernelGradientByDefinition(z: Dense, w: Dense, left: Dense, right: Dense): Dense {
  const data = new Float64Array(z.rows * z.cols)
  for (let i = 0; i < z.rows; i++) {
    for (let j = 0; j < w.rows; j++) {
      if (z === w && i === j) continue
      const weight = dot(left, i, right, j) * kappaSlope(dot(z, i, w, j))
      for (let t = 0; t < z.cols; t++) data[i * z.cols + t]! += weight * w.data[j * w.cols + t]!
    }
  }
  return {rows: z.rows, cols: z.cols, data}
}

/** X of (κ(Z Zᵀ) + λI) X = B. */
export function solveByDefinition(z: Dense, b: Dense, ridge: number): Dense {
  const a = kernelByDefinition(z, z)
  for (let i = 0; i < z.rows; i++) a.data[i * z.rows + i] = (dot(z, i, z, i) > 0 ? 0.5 : 0) + ridge
  return eliminate(a, b)
}

/** X of A X = B by elimination; no pivots, so A is positive definite. */
export function eliminate({rows: n, data}: Dense, b: Dense): Dense {
  const a = data.slice()
  const x = b.data.slice()
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k]! / a[k * n + k]!
      for (let j = k; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!
      for (let c = 0; c < b.cols; c++) x[i * b.cols + c]! -= factor * x[k * b.cols + c]!
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let c = 0; c < b.cols; c++) {
      for (let j = k + 1; j < n; j++) x[k * b.cols + c]! -= a[k * n + j]! * x[j * b.cols + c]!
      x[k * b.cols + c]! /= a[k * n + k]!
    }
  }
  return {...b, data: x}
}

/** The sums of a landmark kernel over the rows from … to − 1. */
export function landmarkSumsByDefinition(task: LandmarkTask, from: number, to: number): LandmarkSums {
  const {phi, diagonal} = landmarkFeatures(task)
  const {y} = task
  const p = phi.cols
  const outer = {rows: p, cols: p, data: new Float64Array(p * p)}
  const cross = {rows: p, cols: y.cols, data: new Float64Array(p * y.cols)}
  let own = 0
  for (let i = from; i < to; i++) {
    for (let a = 0; a < p; a++) {
      for (let b = 0; b < p; b++) outer.data[a * p + b]! += (phi.data[i * p + a]! * phi.data[i * p + b]!) / diagonal[i]!
      for (let c = 0; c < y.cols; c++)
        cross.data[a * y.cols + c]! += (phi.data[i * p + a]! * y.data[i * y.cols + c]!) / diagonal[i]!
    }
    own += dot(y, i, y, i) / diagonal[i]!
  }
  return {outer, cross, own}
}

/** [s, d] the sums s_i of the gradient of a landmark kernel. */
export function landmarkGradientByDefinition(task: LandmarkTask, gamma: Dense): Dense {
  const {phi, diagonal} = landmarkFeatures(task)
  const {y, whiten} = task
  const p = phi.cols
  const left = {...phi, data: new Float64Array(phi.data.length)}
  for (let i = 0; i < phi.rows; i++) {
    const alpha = Array.from({length: y.cols}, (_, c) => {
      let explained = 0
      for (let a = 0; a < p; a++) explained += phi.data[i * p + a]! * gamma.data[a * y.cols + c]!
      return (y.data[i * y.cols + c]! - explained) / diagonal[i]!
    })
    const square = alpha.reduce((sum, x) => sum + x * x, 0)
    for (let a = 0; a < p; a++)
      left.data[i * p + a] =
        alpha.reduce((sum, x, c) => sum + x * gamma.data[a * y.cols + c]!, 0) - square * phi.data[i * p + a]!
  }
  const right = {
    rows: p,
    cols: p,
    data: Float64Array.from(whiten.data, (_, at) => whiten.data[(at % p) * p + Math.floor(at / p)]!),
  }
  return kernelGradientByDefinition(task.rows as Dense, task.points as Dense, left, right)
}

/** Φ [s, p] and D [s] of a task with dense rows. */
function landmarkFeatures({rows, points, whiten, ridge}: LandmarkTask): {phi: Dense; diagonal: Float64Array} {
  const c = kernelByDefinition(rows as Dense, points as Dense)
  const p = points.rows
  const phi = {...c, data: new Float64Array(c.data.length)}
  for (let i = 0; i < c.rows; i++)
    for (let a = 0; a < p; a++)
      for (let b = 0; b < p; b++) phi.data[i * p + a]! += c.data[i * p + b]! * whiten.data[a * p + b]!
  const diagonal = Float64Array.from({length: c.rows}, (_, i) => {
    const whole = dot(rows as Dense, i, rows as Dense, i) > 0 ? 0.5 : 0
    return Math.max(0, whole - dot(phi, i, phi, i)) + ridge
  })
  return {phi, diagonal}
}

const row = (x: Dense<Real>, i: number): number[] => Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols))

function dot(a: Dense, i: number, b: Dense, j: number): number {
  let s = 0
  for (let t = 0; t < a.cols; t++) s += a.data[i * a.cols + t]! * b.data[j * b.cols + t]!
  return s
}

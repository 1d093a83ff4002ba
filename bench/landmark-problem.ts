import {normaliseRows} from '../src/linalg/csr.js'
import type {Products} from '../src/linalg/products.js'
import type {Csr, Dense} from '../src/linalg/types.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {unitRows} from '../src/sanitize/kernel-rows.js'
import {landmarksAt} from '../src/sanitize/landmarks.js'
import type {LandmarkProblem} from '../src/sanitize/solvers/landmark-stage.js'
import {random} from '../src/stats/random.js'

export interface LandmarkSize {
  rows: number
  cols: number
  landmarks: number
  classes: number
  /** neighbours of a node in a ring */
  degree: number
}

/** What sanitize asks of a stage: normal rows, the first of them as landmarks, centred labels, a ring in the place of a graph. */
export async function landmarkProblem(
  {rows, cols, landmarks, classes, degree}: LandmarkSize,
  cpu: PairwiseEngine,
  products: Products,
): Promise<LandmarkProblem> {
  const r = random(1)
  const {unit, norms} = normaliseRows({rows, cols, data: Float64Array.from({length: rows * cols}, () => r.normal())})
  const all = unitRows(unit, cpu)
  const places = Uint32Array.from({length: landmarks}, (_, i) => i)
  const y: Dense = {rows, cols: classes, data: new Float64Array(rows * classes).fill(-1 / classes)}
  for (let i = 0; i < rows; i++) y.data[i * classes + r.integer(classes)]! += 1
  const matrix = ring(rows, degree)
  const graph = {
    nodes: rows,
    norm: 'row' as const,
    hops: 1 as const,
    neighbours: matrix,
    degrees: new Uint32Array(rows).fill(degree),
    matrix,
  }
  return {
    kernel: await landmarksAt(all, places, products),
    rows: all,
    of: {
      graph,
      features: unit,
      aggregated: {raw: unit, unit, norms},
      nodeSet: Uint32Array.from({length: rows}, (_, i) => i),
    },
    y,
    ridge: 10,
  }
}

/** Each node with the `degree` nodes after it, itself included: the pattern of a gradient, not a symmetric graph. */
function ring(n: number, degree: number): Csr {
  const width = degree + 1
  const indices = new Uint32Array(n * width)
  for (let i = 0; i < n; i++)
    indices.set(
      Array.from({length: width}, (_, t) => (i + t) % n).sort((a, b) => a - b),
      i * width,
    )
  return {
    rows: n,
    cols: n,
    indptr: Uint32Array.from({length: n + 1}, (_, i) => i * width),
    indices,
    values: new Float64Array(n * width).fill(1 / width),
  }
}

import {inverse, Matrix} from 'ml-matrix'
import {denseRows} from '../../src/linalg/csr.js'
import type {Matrix as Features} from '../../src/linalg/types.js'

export interface DefinedProblem {
  nodes: number
  edges: ArrayLike<number>
  features: Features
  nodeSet: ArrayLike<number>
  y: number[][]
}

/**
 * Graph Kernel Complexity as its definition reads: dense matrices, one pair at a time, a full inverse. For small
 * graphs.
 */
export function complexityByDefinition(
  {nodes, edges, features, nodeSet, y}: DefinedProblem,
  {norm, hops, ridge}: {norm: 'row' | 'sym'; hops: 1 | 2; ridge: number},
): number {
  const a = Matrix.eye(nodes)
  for (let e = 0; e < edges.length; e += 2) {
    a.set(edges[e]!, edges[e + 1]!, 1)
    a.set(edges[e + 1]!, edges[e]!, 1)
  }
  const degree = a.to2DArray().map((row) => row.reduce((sum, x) => sum + x))
  const mixing = Matrix.zeros(nodes, nodes)
  for (let i = 0; i < nodes; i++)
    for (let j = 0; j < nodes; j++)
      mixing.set(i, j, a.get(i, j) / (norm === 'row' ? degree[i]! : Math.sqrt(degree[i]! * degree[j]!)))
  const x = Matrix.from1DArray(nodes, features.cols, Array.from(denseRows(features, 0, nodes).data))
  const aggregated = (hops === 1 ? mixing : mixing.mmul(mixing)).mmul(x)
  const rows = Array.from(nodeSet, (i) => aggregated.getRow(i))
  const kernel = rows.map((u, i) => rows.map((v, j) => (i === j ? 0.5 : kappa(cosine(u, v)))))
  const h = new Matrix(kernel).add(Matrix.eye(rows.length).mul(ridge))
  const targets = new Matrix(y)
  return Math.sqrt((2 / rows.length) * targets.transpose().mmul(inverse(h)).mmul(targets).trace())
}

const kappa = (c: number) => (c * (Math.PI - Math.acos(c))) / (2 * Math.PI)

function cosine(u: number[], v: number[]): number {
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, t) => sum + x * b[t]!, 0)
  const length = Math.sqrt(dot(u, u) * dot(v, v))
  if (length === 0) return 0
  const c = dot(u, v) / length
  // Equal rows have cosine 1; what rounding leaves of it would move κ by the root of that error.
  return c > 1 - 1e-14 ? 1 : c
}

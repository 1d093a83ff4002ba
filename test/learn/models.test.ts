import fc from 'fast-check'
import {Matrix} from 'ml-matrix'
import {describe, expect, it} from 'vitest'
import {MODEL_NAMES, MODELS} from '../../src/learn/models.js'
import {crossEntropy, TRAINING} from '../../src/learn/train.js'
import type {Csr, Dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'
import {dataOf, renamed, smallGraph, type SmallGraph} from './graphs.js'

const OPTIONS = {...TRAINING, hidden: 4, heads: 2}
const train = Uint32Array.of(0, 2, 3, 5, 8)

const matrixOf = ({rows, cols, data}: Dense) => Matrix.from1DArray(rows, cols, data)
const denseOf = (x: Csr) => {
  const out = Matrix.zeros(x.rows, x.cols)
  for (let i = 0; i < x.rows; i++)
    for (let t = x.indptr[i]!; t < x.indptr[i + 1]!; t++) out.set(i, x.indices[t]!, x.values[t]!)
  return out
}

/** Dense Â and X by the definitions, from the edge list. */
function definitions({nodes, edges, features}: SmallGraph): {a: Matrix; x: Matrix} {
  const a = Matrix.eye(nodes)
  for (let e = 0; e < edges.length; e += 2) {
    a.set(edges[e]!, edges[e + 1]!, 1)
    a.set(edges[e + 1]!, edges[e]!, 1)
  }
  const degree = a.sum('row')
  const x = denseOf(features)
  for (let i = 0; i < nodes; i++) {
    const norm = Math.hypot(...x.getRow(i))
    if (norm > 0) x.mulRow(i, 1 / norm)
    for (let j = 0; j < nodes; j++) a.set(i, j, a.get(i, j) / Math.sqrt(degree[i]! * degree[j]!))
  }
  return {a, x}
}

/** Σ_j α_ij h_j of one head, node by node. */
function attention(a: Matrix, h: Matrix, own: number[], other: number[]): Matrix {
  const along = (i: number, v: number[]) => h.getRow(i).reduce((sum, x, c) => sum + x * v[c]!, 0)
  const out = Matrix.zeros(h.rows, h.columns)
  for (let i = 0; i < h.rows; i++) {
    const near = Array.from({length: h.rows}, (_, j) => j).filter((j) => a.get(i, j) !== 0)
    const raw = near.map((j) => along(i, own) + along(j, other)).map((x) => Math.exp(x > 0 ? x : 0.2 * x))
    const total = raw.reduce((p, q) => p + q)
    near.forEach((j, t) =>
      out.setRow(
        i,
        out.getRow(i).map((x, c) => x + (raw[t]! / total) * h.get(j, c)),
      ),
    )
  }
  return out
}

/** Logits by the published formulas, with dense matrices. */
const REFERENCE: Record<(typeof MODEL_NAMES)[number], (a: Matrix, x: Matrix, p: Matrix[]) => Matrix> = {
  gcn: (a, x, [w0, b0, w1, b1]) =>
    a
      .mmul(Matrix.max(a.mmul(x).mmul(w0!).addRowVector(b0!), Matrix.zeros(a.rows, w0!.columns)))
      .mmul(w1!)
      .addRowVector(b1!),
  sgc: (a, x, [w, b]) => a.mmul(a).mmul(x).mmul(w!).addRowVector(b!),
  gat: (a, x, [w0, own, other, b0, w1, own1, other1, b1]) => {
    const h = x.mmul(w0!)
    const heads = Array.from({length: own!.rows}, (_, k) =>
      attention(a, h.subMatrix(0, h.rows - 1, 8 * k, 8 * k + 7), own!.getRow(k), other!.getRow(k)),
    )
    const hidden = Matrix.zeros(h.rows, h.columns)
    heads.forEach((head, k) => hidden.setSubMatrix(head, 0, 8 * k))
    hidden.addRowVector(b0!)
    hidden.apply(function (i, j) {
      if (this.get(i, j) < 0) this.set(i, j, Math.exp(this.get(i, j)) - 1)
    })
    return attention(a, hidden.mmul(w1!), own1!.getRow(0), other1!.getRow(0)).addRowVector(b1!)
  },
}

/** Biases start at zero, where an error in them would not show. */
function create(name: (typeof MODEL_NAMES)[number], graph: SmallGraph, seed: number, options = OPTIONS) {
  const rng = random(seed)
  const model = MODELS[name].create(dataOf(graph), options, rng)
  for (const {data} of model.parameters) for (let t = 0; t < data.length; t++) data[t]! += 0.1 * rng.normal()
  return model
}

describe.each(MODEL_NAMES)('%s', (name) => {
  it('has the logits of the dense formula', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const graph = smallGraph(seed)
        const model = create(name, graph, seed + 1)
        const {a, x} = definitions(graph)
        const expected = REFERENCE[name](a, x, model.parameters.map(matrixOf)).to1DArray()
        model.forward(null).logits.data.forEach((value, t) => expect(value).toBeCloseTo(expected[t]!, 10))
      }),
      {numRuns: 20},
    )
  })

  it.each([0, 0.5])('gradients are those of finite differences, dropout %d', (dropout) => {
    const graph = smallGraph(4)
    const model = create(name, graph, 5, {...OPTIONS, dropout})
    // The same generator each time: the same values are dropped.
    const loss = () => crossEntropy(model.forward(random(9)).logits, graph.labels, train)
    const pass = model.forward(random(9))
    const gradients = pass.backward(crossEntropy(pass.logits, graph.labels, train).gradient)
    expect(gradients.map((g) => g.length)).toEqual(model.parameters.map(({data}) => data.length))
    model.parameters.forEach(({data}, p) => {
      for (let t = 0; t < data.length; t++) {
        const at = data[t]!
        const step = 1e-6
        data[t] = at + step
        const above = loss().loss
        data[t] = at - step
        const below = loss().loss
        data[t] = at
        expect(gradients[p]![t]!).toBeCloseTo((above - below) / (2 * step), 7)
      }
    })
  })

  it('renaming nodes renames the logits', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const graph = smallGraph(seed)
        const order = random(seed + 7).permutation(graph.nodes)
        const before = create(name, graph, 3).forward(null).logits
        const after = create(name, renamed(graph, order), 3).forward(null).logits
        for (let i = 0; i < graph.nodes; i++)
          for (let c = 0; c < graph.classes; c++)
            expect(after.data[order[i]! * graph.classes + c]).toBeCloseTo(before.data[i * graph.classes + c]!, 10)
      }),
      {numRuns: 20},
    )
  })
})

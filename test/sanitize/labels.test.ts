import {inverse, Matrix as Oracle} from 'ml-matrix'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {InputError} from '../../src/errors.js'
import type {Graph} from '../../src/graph/types.js'
import {csrFromDense, denseRows, normaliseRows} from '../../src/linalg/csr.js'
import {plainProducts} from '../../src/linalg/products.js'
import {type Csr, dense} from '../../src/linalg/types.js'
import {kappa} from '../../src/pairwise/arc-cosine.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {weighByLikeness} from '../../src/sanitize/context.js'
import {kernelFeatures, profiles} from '../../src/sanitize/features.js'
import {givenLabels, labelMatrix, requireClasses} from '../../src/sanitize/labels.js'
import {commonLabels, type LikenessSource} from '../../src/sanitize/likeness.js'
import {pseudoLabels} from '../../src/sanitize/pseudo-labels.js'
import {random} from '../../src/stats/random.js'

const graphOf = (labels: number[] | null, train: number[] | null = null): Graph => ({
  nodes: labels?.length ?? 3,
  edges: Uint32Array.of(0, 1),
  weights: null,
  features: null,
  labels: labels === null ? null : Int32Array.from(labels),
  classes: 4,
  nodeNames: null,
  split:
    train === null ? null : {train: Uint32Array.from(train), validation: new Uint32Array(0), test: new Uint32Array(0)},
})
describe('given labels', () => {
  it('are those of the training part, ascending, and nothing else of the file', () => {
    const {nodes, labels, classes, names} = givenLabels(graphOf([0, 2, 1, -1, 3, 0], [4, 3, 1]))
    expect([...nodes]).toEqual([1, 4])
    // A class of which no node is known has no number.
    expect([...labels]).toEqual([-1, 0, -1, -1, 1, -1])
    expect([classes, ...names]).toEqual([2, 2, 3])
  })
  it('are all of the file where it has no split', () => {
    const {nodes, labels, classes} = givenLabels(graphOf([1, -1, 0]))
    expect([[...nodes], [...labels], classes]).toEqual([[0, 2], [1, -1, 0], 2])
  })
  it.each<[string, Graph, string]>([
    ['none', graphOf(null), 'the graph has no labels'],
    ['none that is known', graphOf([-1, -1, -1]), 'no node is labelled'],
    ['none in the training part', graphOf([0, 1, -1], [2]), 'no node is labelled in the training part of the split'],
    ['one class', graphOf([2, 2, -1]), 'all 2 labelled nodes have class 2'],
  ])('say nothing where there are no two classes: %s', (_, graph, missing) => {
    const given = givenLabels(graph)
    expect(given).toMatchObject({missing, classes: 1, labels: new Int32Array(graph.nodes)})
    const require = () => requireClasses(given, 'this needs two classes', 'or do without')
    expect(require).toThrow(InputError)
    expect(require).toThrow(`${missing}, and this needs two classes`)
  })
})

it('label matrices: one-hot, signed, and centred by columns', () => {
  const [labels, set] = [Int32Array.of(2, 0, 1, 2), Uint32Array.of(0, 1, 3)]
  const rows = (coding: Parameters<typeof labelMatrix>[3]) => [...labelMatrix(labels, set, 3, coding).data]
  expect(rows('one-hot')).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 1])
  expect(rows('signed')).toEqual([-1, -1, 1, 1, -1, -1, -1, -1, 1])
  expect(rows('centred')).toEqual(
    [0, 0, 1, 1, 0, 0, 0, 0, 1].map((x, t) => expect.closeTo(x - [1, 0, 2][t % 3]! / 3, 12) as number),
  )
})

describe('features', () => {
  const r = random(4)
  const x = dense(
    9,
    5,
    Float64Array.from({length: 45}, () => (r.uniform() < 0.6 ? r.uniform() : 0)),
  )
  const cosines = (data: number[][]) =>
    data.map((a) => data.map((b) => a.reduce((s, v, t) => s + v * b[t]!, 0) / (Math.hypot(...a) * Math.hypot(...b))))

  it('of the kernel are unit rows, the identity where there are none', () => {
    const unit = denseRows(kernelFeatures({...graphOf(null), nodes: 9, features: x}), 0, 9)
    for (let i = 0; i < 9; i++) expect(Math.hypot(...unit.data.subarray(5 * i, 5 * i + 5))).toBeCloseTo(1, 12)
    expect([...denseRows(kernelFeatures(graphOf(null)), 0, 3).data]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1])
  })

  it('make profiles that compare as rows weighted by rarity do: with all latent directions both halves have that cosine', async () => {
    const e = denseRows(await profiles(x, plainProducts), 0, 9)
    const row = (i: number) => Array.from(x.data.subarray(5 * i, 5 * i + 5))
    const holders = [0, 1, 2, 3, 4].map(
      (w) => Array.from({length: 9}, (_, i) => row(i)[w]!).filter((v) => v !== 0).length,
    )
    expect(new Set(holders).size).toBeGreaterThan(1)
    const truth = cosines(
      Array.from({length: 9}, (_, i) => row(i).map((v, w) => v * (1 + Math.log((1 + 9) / (1 + holders[w]!))))),
    )
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < 9; j++) {
        let inner = 0
        for (let t = 0; t < e.cols; t++) inner += e.data[i * e.cols + t]! * e.data[j * e.cols + t]!
        expect(inner).toBeCloseTo(truth[i]![j]!, 8)
      }
    }
    expect(e.cols).toBeGreaterThan(5)
  })

  it('are compared alike whether stored sparse or dense; stored zeros are not values', async () => {
    const sparse = csrFromDense(x)
    const padded = {
      ...sparse,
      indptr: sparse.indptr.map((at, i) => at + i),
      indices: new Uint32Array(sparse.indices.length + 9),
      values: new Float64Array(sparse.values.length + 9),
    }
    for (let i = 0; i < 9; i++) {
      // A zero stored in the first column that the row lacks, columns ascending.
      const [from, to] = [sparse.indptr[i]!, sparse.indptr[i + 1]!]
      const held = Array.from(
        sparse.indices.subarray(from, to),
        (c, k) => [c, sparse.values[from + k]!] as [number, number],
      )
      const lacking = [0, 1, 2, 3, 4].find((c) => !held.some(([other]) => other === c)) ?? held[0]![0]
      held.push([lacking, 0])
      held
        .sort((a, b) => a[0] - b[0] || b[1] - a[1])
        .forEach(([c, v], k) => {
          padded.indices[padded.indptr[i]! + k] = c
          padded.values[padded.indptr[i]! + k] = v
        })
    }
    const inner = (m: Csr) => {
      const full = Oracle.from1DArray(9, m.cols, Array.from(denseRows(m, 0, 9).data))
      return full.mmul(full.transpose()).to1DArray()
    }
    const whole = inner(await profiles(x, plainProducts))
    inner(await profiles(sparse, plainProducts)).forEach((v, t) => expect(v).toBeCloseTo(whole[t]!, 9))
    inner(await profiles(padded, plainProducts)).forEach((v, t) => expect(v).toBeCloseTo(whole[t]!, 9))
  })
})

describe('pseudo-labels', () => {
  let engine: PairwiseEngine
  beforeAll(async () => {
    engine = await createCpuEngine({threads: 1})
  })
  afterAll(() => engine.close())

  const [n, d, classes] = [14, 4, 3]
  const r = random(11)
  const e = normaliseRows(
    csrFromDense(
      dense(
        n,
        d,
        Float64Array.from({length: n * d}, () => r.normal()),
      ),
    ),
  ).unit
  const edges = Uint32Array.from(
    Array.from({length: n}, (_, u) => Array.from({length: n - u - 1}, (__, k) => [u, u + 1 + k]))
      .flat()
      .filter(() => r.uniform() < 0.3)
      .flat(),
  )
  const given = givenLabels({...graphOf(Array.from({length: n}, (_, i) => (i < 6 ? i % classes : -1))), nodes: n})
  const weighted = weighByLikeness(n, edges, e)

  /** Regression and propagation as written, on full matrices. */
  function byDefinition() {
    const E = Oracle.from1DArray(n, d, Array.from(denseRows(e, 0, n).data))
    const kernel = new Oracle(
      E.mmul(E.transpose())
        .to2DArray()
        .map((row) => row.map(kappa)),
    )
    const L = [...given.nodes]
    const unit = Array.from(L, (i) => [0, 1, 2].map((c) => Number(given.labels[i] === c)))
    const share = [0, 1, 2].map((c) => unit.reduce((s, row) => s + row[c]!, 0) / L.length)
    const y = new Oracle(unit.map((row) => row.map((x, c) => x - share[c]!)))
    const hLL = kernel.selection(L, L).add(Oracle.eye(L.length).mul(0.5))
    const f = kernel
      .selection(
        Array.from({length: n}, (_, i) => i),
        L,
      )
      .mmul(inverse(hLL))
      .mmul(y)
      .to2DArray()
    const certain = (p: number[][]) =>
      p.map((row, i) => (given.labels[i]! >= 0 ? [0, 1, 2].map((c) => Number(given.labels[i] === c)) : row))
    const soft = certain(
      f.map((row) => {
        const powers = row.map((x) => Math.exp(10 * x))
        return powers.map((x) => x / powers.reduce((a, b) => a + b))
      }),
    )
    const W = Oracle.zeros(n, n)
    for (let k = 0; k < edges.length; k += 2) {
      const [u, v] = [edges[k]!, edges[k + 1]!]
      const w = Math.sqrt(
        Math.max(
          0,
          E.getRow(u).reduce((s, x, t) => s + x * E.get(v, t), 0),
        ),
      )
      W.set(u, v, w)
      W.set(v, u, w)
    }
    let p = soft
    for (let round = 0; round < 10; round++) {
      const heard = W.mmul(new Oracle(p)).to2DArray()
      p = certain(
        heard.map((row, i) => row.map((x, c) => (x + soft[i]![c]!) / (W.getRow(i).reduce((a, b) => a + b) + 1))),
      )
    }
    return {soft, labels: p.map((row) => row.indexOf(Math.max(...row)))}
  }

  it('are those of ridge regression and ten rounds of hearing the neighbours, given labels certain', async () => {
    const {soft, labels} = await pseudoLabels(e, given, weighted, engine, plainProducts)
    const truth = byDefinition()
    truth.soft.flat().forEach((x, t) => expect(soft.data[t]!).toBeCloseTo(x, 9))
    expect([...labels]).toEqual(truth.labels)
    // Hearing the graph changes some of them, or the rounds would not be tested.
    expect(truth.soft.map((row) => row.indexOf(Math.max(...row)))).not.toEqual(truth.labels)
  })

  it('are the given ones where every node has one', async () => {
    const all = givenLabels({...graphOf(Array.from({length: n}, (_, i) => i % classes)), nodes: n})
    const {soft, labels} = await pseudoLabels(e, all, weighted, engine, plainProducts)
    expect([...labels]).toEqual([...all.labels])
    expect([...soft.data]).toEqual(
      Array.from({length: n}, (_, i) => [0, 1, 2].map((c) => Number(i % classes === c))).flat(),
    )
  })

  it('go to the smaller class where all are equally probable', async () => {
    const nothing = csrFromDense(dense(n, d))
    const {labels, soft} = await pseudoLabels(nothing, given, weighByLikeness(n, edges, nothing), engine, plainProducts)
    expect([...labels.subarray(6)]).toEqual(new Array(n - 6).fill(0))
    expect([...soft.data.subarray(18, 21)]).toEqual([1 / 3, 1 / 3, 1 / 3])
  })

  it('of several sources are what most say, the smaller class in a tie', () => {
    const sources = [
      [0, 2, 1, 1],
      [1, 2, 1, 2],
      [1, 0, 2, 0],
    ].map((labels) => ({labels: Int32Array.from(labels)}) as unknown as LikenessSource)
    expect([...commonLabels(sources, 3)]).toEqual([1, 2, 1, 0])
    expect([...commonLabels(sources.slice(0, 1), 3)]).toEqual([0, 2, 1, 1])
  })
})

import {describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {dependenceOf, looksCopied, looksOrdered} from '../../../src/certify/survey/dependence.js'
import type {Embeddings} from '../../../src/certify/types.js'
import {random} from '../../../src/stats/random.js'
import {digits, engine, mixture, options} from '../fixtures.js'

interface Rows {
  data: Float64Array
  dim: number
  labels?: Int32Array
}

async function judged({data, dim, labels}: Rows, seed = 0) {
  const found = (await dependenceOf(
    {name: 'h', dim, data},
    {rows: Uint32Array.from({length: data.length / dim}, (_, row) => row), labels: labels ?? null},
    'l2',
    seed,
    engine,
  ))!
  return {ordered: looksOrdered(found), copied: looksCopied(found)}
}

/** `rows` rows around centres, in the order of the centres' list. */
function around(seed: number, dim: number, centres: readonly number[], spread: number, labels?: Int32Array): Rows {
  const r = random(seed)
  const known = new Map<number, Float64Array>()
  const centre = (name: number) => {
    if (!known.has(name)) known.set(name, Float64Array.from({length: dim}, r.normal))
    return known.get(name)!
  }
  return {
    dim,
    data: Float64Array.from(centres.flatMap((name) => Array.from(centre(name), (x) => x + spread * r.normal()))),
    ...(labels === undefined ? {} : {labels}),
  }
}

const RUNS = 60

describe('rows that are independent', () => {
  it.each([1, 2, 8])(
    'are called ordered in at most a share .01 of files, and never copies: %i dimensions',
    async (dim) => {
      let ordered = 0
      for (let seed = 1; seed <= RUNS; seed++) {
        const r = random(100 * dim + seed)
        const found = await judged(
          {dim, data: Float64Array.from({length: 120 * dim}, seed % 2 === 0 ? r.normal : r.uniform)},
          seed,
        )
        if (found.ordered) ordered++
        expect(found.copied).toBe(false)
      }
      // P[Bin(60, .01) > 3] < .4 %.
      expect(ordered).toBeLessThanOrEqual(3)
    },
  )

  it('may be sorted by their label, and lie in the tight clusters of their labels', async () => {
    const labels = Int32Array.from({length: 200}, (_, row) => Math.floor(row / 20))
    expect(await judged(around(3, 6, Array.from(labels), 0.05, labels))).toEqual({ordered: false, copied: false})
    expect(await judged(around(3, 6, Array.from(labels), 0.05))).toEqual({ordered: true, copied: true})
  })

  it('of the fixtures are not warned of', async () => {
    for (const model of ['digits-mlp', 'digits-cnn'] as const) {
      const {layers, labels} = digits(model)
      for (const {dim, data} of layers)
        expect(await judged({dim, data: Float64Array.from(data), labels: labels!})).toEqual({
          ordered: false,
          copied: false,
        })
    }
  })
})

describe('rows that are not', () => {
  const blocks = Array.from({length: 400}, (_, row) => Math.floor(row / 10))
  it('blocks of near copies are ordered and copies, shuffled ones copies', async () => {
    expect(await judged(around(5, 8, blocks, 0.05))).toEqual({ordered: true, copied: true})
    const order = random(7).permutation(400)
    const shuffled = Array.from(order, (row) => blocks[row]!)
    expect(await judged(around(5, 8, shuffled, 0.05))).toEqual({ordered: false, copied: true})
  })

  it('a drift along the file is ordered, in a file too large to look at whole too', async () => {
    const drifting = (rows: number) => {
      const r = random(11)
      return {
        dim: 4,
        data: Float64Array.from({length: rows * 4}, (_, at) => r.normal() + (at % 4 === 0 ? (4 * at) / (4 * rows) : 0)),
      }
    }
    expect(await judged(drifting(400))).toEqual({ordered: true, copied: false})
    expect(await judged(drifting(3000))).toEqual({ordered: true, copied: false})
  })

  it('sources among the rows of one label are seen', async () => {
    const labels = Int32Array.from(blocks, (block) => block % 4)
    expect(await judged(around(5, 8, blocks, 0.05, labels))).toEqual({ordered: true, copied: true})
  })
})

it('the verdict names the assumption, and doubts it where rows look dependent', async () => {
  const chosen = options({bootstrap: 0, examples: 0})
  const independent = await certify(mixture(4, 200), chosen, engine)
  expect(independent.metrics.dependence).toMatchObject({rows: 200, layer: 'h1', order: {eValue: 0}})
  expect(independent.verdict.meaning[0]).toMatch(/^This assumes that the rows are independent draws .* are not\.$/)
  expect(independent.notes.map(({code}) => code)).not.toContain('near-copies')
  const copies: Embeddings = {...mixture(4, 200)}
  const r = random(2)
  for (const {dim, data} of copies.layers)
    for (let row = 0; row < 200; row++)
      for (let t = 0; t < dim; t++) data[row * dim + t] = data[(row - (row % 10)) * dim + t]! + 0.01 * r.normal()
  for (let row = 0; row < 200; row++) copies.labels![row] = copies.labels![row - (row % 10)]!
  const dependent = await certify(copies, chosen, engine)
  expect(dependent.verdict.meaning[0]).toContain(
    'Here they look dependent (neighbours in the file are alike, and many rows are near copies of others): if they are, the bounds do not hold.',
  )
  expect(dependent.notes.filter(({level}) => level === 'warning').map(({code}) => code)).toEqual(
    expect.arrayContaining(['rows-ordered', 'near-copies']),
  )
  const grouped = await certify(
    {...copies, groups: Int32Array.from({length: 200}, (_, row) => Math.floor(row / 10))},
    options({...chosen, group: 'source'}),
    engine,
  )
  expect(grouped.metrics.dependence).toBeUndefined()
})

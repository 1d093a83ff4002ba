import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {sourceCoverage} from '../../../bench/verdict-simulation.js'
import {certify, type Certification} from '../../../src/certify/certify.js'
import {compareCertificates} from '../../../src/certify/evidence/compare.js'
import type {Evidence} from '../../../src/certify/evidence/evidence.js'
import {verifyCertificate} from '../../../src/certify/evidence/verify/verify.js'
import {unpackPoints} from '../../../src/certify/sample/points.js'
import {perSource, sourcesOf, splitSources} from '../../../src/certify/sample/sources.js'
import {certifyShard, mergeShares} from '../../../src/certify/shards.js'
import type {Embeddings} from '../../../src/certify/types.js'
import {InputError, UsageError} from '../../../src/errors.js'
import {random} from '../../../src/stats/random.js'
import {engine, mixture, options} from '../fixtures.js'

const BY_SOURCE = options({group: 'patient', examples: 0, bootstrap: 50})
/** 57 sources of 1 to 9 rows. */
function withSources(seed = 3): Embeddings {
  const embeddings = mixture(seed, 300)
  return {...embeddings, groups: Int32Array.from({length: 300}, (_, row) => Math.floor(Math.sqrt(row * 12)) % 60)}
}

describe('the split by source', () => {
  it('property: no source is on both sides, every row is used, and the rows draw the same again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({min: 0, max: 30}), {minLength: 60, maxLength: 200}),
        fc.integer({min: 0, max: 99}),
        fc.double({min: 0.1, max: 0.6, noNaN: true}),
        (groups, seed, share) => {
          fc.pre(new Set(groups).size >= 8)
          const of = (row: number) => groups[row]!
          const drawn = splitSources([...groups.keys()], of, share, random(seed))
          const sides = [drawn.anchors, drawn.references].map((rows) => new Set(Array.from(rows, of)))
          expect([...sides[0]!].filter((source) => sides[1]!.has(source))).toEqual([])
          expect([...drawn.anchors, ...drawn.references].sort((a, b) => a - b)).toEqual([...groups.keys()])
          expect(drawn.leftOut).toBe(0)
          expect(sides[0]!.size).toBe(
            Math.max(
              2,
              Math.min(sides[0]!.size + sides[1]!.size - 2, Math.round(share * (sides[0]!.size + sides[1]!.size))),
            ),
          )
        },
      ),
    )
  })

  it('thins anchors of large sources by what each of them and the number of sources say, and alike from what is left', () => {
    const groups = Int32Array.from({length: 12_000}, (_, row) => Math.floor(row / 600))
    const drawn = splitSources([...groups.keys()], (row) => groups[row]!, 0.25, random(5))
    expect(drawn.anchors.length).toBe(2000)
    expect(drawn.leftOut).toBe(1000)
    const kept = [...drawn.anchors, ...drawn.references].sort((a, b) => a - b)
    const again = splitSources(kept, (row) => groups[row]!, 0.25, random(5))
    expect([again.anchors, again.references, again.leftOut]).toEqual([drawn.anchors, drawn.references, 0])
  })

  it('refuses too few sources', () => {
    expect(() => splitSources([...Array(70).keys()], (row) => row % 7, 0.25, random(1))).toThrow(
      /^7 sources are too few .* at least 8/,
    )
  })
})

it('means are those of the rows of each source, in the order of first appearance', () => {
  const sources = sourcesOf(Int32Array.of(7, 2, 7, 2, 9))!
  expect(sources.count).toBe(3)
  expect(Array.from(perSource(Float64Array.of(1, 2, 3, 6, 5), sources))).toEqual([2, 4, 5])
  expect(sourcesOf(undefined)).toBeNull()
  const values = Float64Array.of(1, 2)
  expect(perSource(values, null)).toBe(values)
})

describe('a certificate by source', () => {
  it('equals that of rows where every source is one row, bound by bound', async () => {
    const rows = mixture(4, 200)
    const chosen = {bootstrap: 0, examples: 0, deltas: [0.6, 1], scale: 'none' as const, lossMax: 'auto' as const}
    const alone = await certify(
      {...rows, groups: Int32Array.from({length: 200}, (_, row) => row)},
      options({...chosen, group: 'id'}),
      engine,
    )
    const sample = unpackPoints(alone.evidence!.sample.anchors, 'anchors')
    expect(alone.metrics.sources).toEqual({anchors: 50, references: 150, leftOut: 0})
    expect(sample.groups).toEqual(Int32Array.from(sample.rows))
    for (const cell of alone.metrics.cells) {
      expect(cell.fraction).toBeCloseTo(cell.pairs / (50 * 150), 12)
      expect(cell.direct).toBeGreaterThanOrEqual(cell.observed ?? 0)
    }
    // Copies of every row make no difference to the means of a source, so none to a bound.
    const twice = {
      ...rows,
      rows: 400,
      layers: rows.layers.map((layer) => ({...layer, data: Float64Array.from([...layer.data, ...layer.data])})),
      labels: Int32Array.from([...rows.labels!, ...rows.labels!]),
      output: {...rows.output!, data: Float64Array.from([...rows.output!.data, ...rows.output!.data])},
      groups: Int32Array.from({length: 400}, (_, row) => row % 200),
    }
    const copied = await certify(twice, options({...chosen, group: 'id'}), engine)
    expect(copied.metrics.performance!.value).toBeCloseTo(alone.metrics.performance!.value, 12)
    expect(copied.metrics.performance!.lower).toBeCloseTo(alone.metrics.performance!.lower!, 9)
    copied.metrics.cells.forEach((cell, c) => {
      const other = alone.metrics.cells[c]!
      expect(cell.observed).toBeCloseTo(other.observed!, 9)
      expect(cell.fraction).toBeCloseTo(other.fraction, 9)
    })
    expect(copied.metrics.headline!.arbitrary.observed).toBeCloseTo(alone.metrics.headline!.arbitrary.observed, 9)
  })

  it('says fresh source, follows from its evidence, from shards, and not from other sources', async () => {
    const embeddings = withSources()
    const whole = await certify(embeddings, BY_SOURCE, engine)
    expect(whole.verdict.summary).toContain('for data of a fresh source (patient) like the sample')
    expect(whole.verdict.meaning[0]).toMatch(/the 57 sources \(patient\) are independent draws/)
    expect(whole.verdict.meaning.join(' ')).toContain('a row of a fresh source of the distribution')
    const claim = () => JSON.parse(JSON.stringify(whole)) as Certification & {evidence: Evidence}
    expect(verifyCertificate(claim(), BY_SOURCE)).toEqual([])
    expect(verifyCertificate(claim(), options({...BY_SOURCE, group: null}))).toEqual([
      'the rows have sources in one place of the report and not in another',
    ])
    const other = claim()
    other.evidence.sample.references.groups = other.evidence.sample.references.labels!
    expect(verifyCertificate(other, BY_SOURCE)).not.toEqual([])
    const shares = await Promise.all(
      [1, 2].map((index) => certifyShard(embeddings, BY_SOURCE, engine, {index, count: 2})),
    )
    const merged = mergeShares(
      shares.map((share, k) => ({place: `part ${k}`, share: JSON.parse(JSON.stringify(share)) as typeof share})),
    )
    expect(JSON.parse(JSON.stringify(merged))).toEqual(claim())
  })

  it('compares two checkpoints source by source', async () => {
    const [now, before] = await Promise.all(
      [withSources(3), withSources(3)].map((embeddings, k) => {
        if (k === 1) embeddings.output!.data.copyWithin(0, 4, 8)
        return certify(embeddings, BY_SOURCE, engine)
      }),
    )
    const certified = (of: Certification) => ({metrics: of.metrics, evidence: of.evidence!})
    const {performance, cells} = compareCertificates(certified(now!), certified(before!), 0.05)
    expect(performance!.difference).toBeCloseTo(now!.metrics.performance!.value - before!.metrics.performance!.value, 9)
    for (const {difference, exact} of cells.filter((cell) => cell.exact !== null)) {
      expect(exact![0]).toBeLessThanOrEqual(difference!)
      expect(exact![1]).toBeGreaterThanOrEqual(difference!)
    }
    const others = await certify(
      {...withSources(3), groups: Int32Array.from({length: 300}, (_, row) => row)},
      BY_SOURCE,
      engine,
    )
    expect(() => compareCertificates(certified(now!), certified(others), 0.05)).toThrow(InputError)
  })

  it.each([
    ['no split', {split: null}, /group makes bounds about a fresh source/],
    ['bounds of two fresh examples', {bounds: ['kl-u' as const]}, /bounds needs independent rows/],
    ['examples', {examples: 5}, /examples 5: .* use examples 0|examples 5: the radius/],
    ['no sources', {group: null}, /the rows have sources, but group names none/],
  ])('refuses %s', async (_, changed, message) => {
    await expect(certify(withSources(), options({...BY_SOURCE, ...changed}), engine)).rejects.toThrow(message)
    await expect(certify(withSources(), options({...BY_SOURCE, ...changed}), engine)).rejects.toThrow(UsageError)
  })

  it('refuses perturbed copies', async () => {
    const source = {
      name: 'noise',
      strength: 1,
      kind: 'random' as const,
      perturb: () => Promise.reject(new Error('unused')),
    }
    await expect(certify(withSources(), BY_SOURCE, engine, {perturbations: [source]})).rejects.toThrow(
      /perturbed copies are independent pairs/,
    )
  })
})

describe('coverage with a known truth, 40 sources', () => {
  it.each(['near copies', 'unequal'] as const)('%s: holds by source, and not row by row', async (law) => {
    const {cell, accuracy} = await sourceCoverage({law, grouped: true, alpha: 0.5, runs: 12, seed: 4}, engine)
    expect(cell.held).toBeGreaterThanOrEqual(0.75)
    expect(accuracy.held).toBeGreaterThanOrEqual(0.75)
    expect(cell.width).toBeLessThan(0.3)
    const rows = await sourceCoverage({law, grouped: false, alpha: 0.5, runs: 12, seed: 4}, engine)
    expect(rows.cell.held).toBeLessThan(0.5)
  })
})

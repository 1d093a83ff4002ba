import {describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {certifyShard, mergeShares} from '../../../src/certify/shards.js'
import {decodeLayer} from '../../../src/certify/evidence/evidence.js'
import {verifyCertificate} from '../../../src/certify/evidence/verify/verify.js'
import {chosenSlices} from '../../../src/certify/slices/choose.js'
import type {Embeddings, SliceRow} from '../../../src/certify/types.js'
import {simulateSlices} from '../../../bench/slice-simulation.js'
import {POPULATIONS} from '../../../bench/nearest-simulation.js'
import {clopperPearsonLower} from '../../../src/stats/clopper-pearson.js'
import {random} from '../../../src/stats/random.js'
import {sliceTable} from '../../../src/render/slice-view.js'
import {unpackPoints} from '../../../src/certify/sample/points.js'
import {engine, mixture, options} from '../fixtures.js'

/** Rows of three slices, of which the last has a dozen; the second is wrong more often. */
function sliced(seed = 4, rows = 600): Embeddings {
  const data = mixture(seed, rows)
  const r = random(seed)
  const of = Int32Array.from({length: rows}, (_, i) => (i % 50 === 0 ? 2 : r.integer(2)))
  const logits = data.output!.data
  for (let i = 0; i < rows; i++) if (of[i] === 1 && r.uniform() < 0.2) logits.subarray(4 * i, 4 * i + 4).reverse()
  return {...data, slices: {names: ['north', 'south', 'sea'], of}}
}

const asked = options({loss: 'zero-one', slice: 'region', bootstrap: 0, examples: 0})

describe('slices', () => {
  const data = sliced()

  it('state accuracy, cells and nearest anchors of each slice, worst first, with counts of the rows there are', async () => {
    const {metrics, evidence} = await certify(data, asked, engine)
    const slices = metrics.slices!
    expect(slices.map(({name, status}) => [name, status])).toEqual([
      ['south', 'stated'],
      ['north', 'stated'],
      ['sea', 'too-few'],
    ])
    const {alpha} = metrics
    const counts = slices.filter(({status}) => status === 'stated').map(({layers}) => layers)
    const cells = counts.flatMap((layers) => layers.flatMap((layer) => layer.cells))
    const points = counts.flatMap((layers) => layers.flatMap((layer) => layer.nearest))
    expect(
      2 * alpha.slice!.performance! + cells.length * alpha.slice!.cell + 2 * points.length * alpha.slice!.nearest,
    ).toBeCloseTo(0.005, 12)
    const anchors = unpackPoints(evidence!.sample.anchors, 'anchors')
    const references = unpackPoints(evidence!.sample.references, 'references')
    for (const row of slices.slice(0, 2)) {
      const number = data.slices!.names.indexOf(row.name)
      const own = [...anchors.rows, ...references.rows].filter((i) => data.slices!.of[i] === number)
      const right = own.filter((i) => {
        const logits = Array.from(data.output!.data.subarray(4 * i, 4 * i + 4))
        return logits.indexOf(Math.max(...logits)) === data.labels![i]
      }).length
      expect([row.rows, row.performance!.value]).toEqual([own.length, right / own.length])
      expect(row.performance!.lower).toBe(clopperPearsonLower(right, own.length, alpha.slice!.performance!))
      for (const [k, layer] of row.layers.entries()) {
        const s = decodeLayer(evidence!, evidence!.layers[k]!)
        const G = s.deltas.length
        layer.cells.forEach((cell, g) => {
          let [pairs, exceeding] = [0, 0]
          references.rows.forEach((i, j) => {
            if (data.slices!.of[i] !== number) return
            pairs += s.within[j * G + g]!
            exceeding += s.exceed[j * G + g]!
          })
          expect([cell.pairs, cell.observed]).toEqual([pairs, pairs === 0 ? null : exceeding / pairs])
          expect(cell.bound).toBeGreaterThanOrEqual(cell.observed ?? 0)
        })
      }
      expect(row.headline!.bound).toBe(
        Math.max(...row.layers.map(({cells}) => cells.find(({delta}) => delta === row.headline!.delta)?.bound ?? 0)),
      )
    }
    const view = sliceTable(metrics, 1)!
    expect([view.rows.length, view.rows[0]!.slice, view.tooFew]).toEqual([
      1,
      'south',
      expect.stringContaining('sea (') as string,
    ])
  })

  it('follow from the evidence: verify finds a changed bound, a changed accuracy and a row in another slice', async () => {
    const claim = await certify(data, asked, engine)
    expect(verifyCertificate(claim, asked)).toEqual([])
    const changed = (change: (rows: SliceRow[]) => void) => {
      const copy = structuredClone(claim)
      change(copy.metrics.slices!)
      return verifyCertificate(copy, asked).join()
    }
    expect(changed((rows) => (rows[0]!.performance!.lower! += 0.01))).toContain('slices')
    expect(changed((rows) => (rows[1]!.layers[0]!.cells[2]!.bound /= 2))).toContain('bound')
    expect(changed((rows) => rows.reverse())).toContain('slices')
    const {sliceNames, ...without} = claim.evidence!
    expect(sliceNames).toEqual(['north', 'south', 'sea'])
    expect(verifyCertificate({...claim, evidence: without}, asked).join()).toContain('slices in one place')
    const stakes = structuredClone(claim)
    stakes.evidence!.layers[0]!.bets.slices!.pop()
    expect(verifyCertificate(stakes, asked).join()).toContain('stakes of the slices')
  })

  it('are the same from shards', async () => {
    const whole = await certify(data, asked, engine)
    const shares = await Promise.all(
      [1, 2].map(async (index) => ({
        place: `shard ${index}`,
        share: structuredClone(await certifyShard(data, asked, engine, {index, count: 2})),
      })),
    )
    expect(mergeShares(shares).metrics.slices).toEqual(whole.metrics.slices)
  })

  it('of the labels are called class, and need no further array', async () => {
    const {slices, ...plain} = data
    expect(slices).toBeDefined()
    const ofClasses = {...asked, slice: 'class'}
    const claim = await certify(plain, ofClasses, engine)
    expect(claim.metrics.slices!.map(({name}) => name).sort()).toEqual(['0', '1', '2', '3'])
    expect(verifyCertificate(claim, ofClasses)).toEqual([])
    await expect(
      certify(
        {...plain, labels: null, output: null, loss: new Float64Array(600)},
        {...ofClasses, loss: 'file'},
        engine,
      ),
    ).rejects.toThrow('slice class needs labels')
  })

  it('are refused where nothing bounds them or rows depend on each other', async () => {
    await expect(certify(data, {...asked, split: null}, engine)).rejects.toThrow('without a split')
    await expect(certify(data, {...asked, group: 'patient'}, engine)).rejects.toThrow('rows of one source')
    await expect(certify(data, {...asked, slice: null}, engine)).rejects.toThrow('names no column')
    await expect(certify({...data, slices: null}, asked, engine)).rejects.toThrow('have no slices')
  })
})

it('which slices are stated depends on counts of references alone, at most the 100 largest', () => {
  const labels = Int32Array.from({length: 40 * 120}, (_, i) => i % 120)
  expect(chosenSlices({labels}, {slice: 'class'}).stated).toHaveLength(100)
  expect(chosenSlices({labels: labels.subarray(0, 29)}, {slice: 'class'}).stated).toEqual([])
  expect(chosenSlices({labels}, {slice: null})).toEqual({stated: [], references: []})
})

it('hold as often as they owe, in six populations', async () => {
  for (const population of POPULATIONS(1000)) {
    const rows = population.name.startsWith('classes') ? 4400 : 160
    const runs = rows > 1000 ? 3 : 24
    const [held] = await simulateSlices(population, {rows, alphas: [0.5], runs}, engine)
    // Of 24 runs at probability ≥ ½ fewer than 6 have a chance below 0.4 %.
    const least = rows > 1000 ? 0 : 6 / 24
    for (const key of ['simultaneous', 'accuracy', 'cell', 'nearest'] as const)
      expect(held![key], `${population.name}: ${key}`).toBeGreaterThanOrEqual(least)
    expect(held!.stated).toBeGreaterThan(1)
  }
})

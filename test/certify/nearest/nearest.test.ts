import {describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {nearestAnchors} from '../../../src/certify/nearest/nearest-anchors.js'
import {nearestFault} from '../../../src/certify/nearest/plausible.js'
import {nearestRadii} from '../../../src/certify/nearest/radii.js'
import {verifyCertificate} from '../../../src/certify/evidence/verify/verify.js'
import {decodeLayer, decodeNearest} from '../../../src/certify/evidence/evidence.js'
import {clopperPearsonLower, clopperPearsonUpper} from '../../../src/stats/clopper-pearson.js'
import {random} from '../../../src/stats/random.js'
import {POPULATIONS, simulateNearest} from '../../../bench/nearest-simulation.js'
import {findings} from '../../../src/render/certify-findings.js'
import {engine, mixture, options} from '../fixtures.js'

const states = (rows: number, cols: number, value: (at: number) => number) => ({
  rows,
  cols,
  data: Float64Array.from({length: rows * cols}, (_, at) => value(at)),
})

describe('nearest anchors', () => {
  it.each(['l2', 'l1', 'linf', 'angle'] as const)('are those of a search of every pair, %s', async (metric) => {
    const r = random(3)
    const [z, a] = [states(40, 3, () => r.normal()), states(17, 3, () => r.normal())]
    const found = await nearestAnchors(z, a, metric, engine)
    const {data} = await engine.distances(z, a, metric)
    for (let j = 0; j < z.rows; j++) {
      const row = Array.from(data.subarray(j * a.rows, (j + 1) * a.rows))
      expect(found.anchors[j]).toBe(row.indexOf(Math.min(...row)))
      expect(found.distances[j]).toBeCloseTo(Math.min(...row), 12)
    }
  })

  it('of equal distances the first, also where products round differently', async () => {
    const a = states(6, 2, (at) => [0.1, 0.2, 5, 5, 0.1, 0.2, 0.5, 0.2, 0.1, 0.2, 7, 7][at]!)
    const found = await nearestAnchors(
      states(1, 2, () => 0.2),
      a,
      'l2',
      engine,
    )
    expect([found.anchors[0], found.distances[0]!.toFixed(12)]).toEqual([0, '0.100000000000'])
    const more = await nearestAnchors({rows: 1, cols: 2, data: Float64Array.of(0.1, 0.2)}, a, 'l2', engine)
    expect([more.anchors[0], more.distances[0]]).toEqual([0, 0])
  })

  it('no row gives none', async () => {
    const found = await nearestAnchors(
      states(0, 2, () => 0),
      states(3, 2, (at) => at),
      'l2',
      engine,
    )
    expect(found.anchors).toHaveLength(0)
  })
})

it('the radii are those of the cells and of the anchors among themselves, ascending and distinct', () => {
  const radii = nearestRadii(Float64Array.of(0, 1, 2, 3, 4), Float64Array.of(0.5, 1), 2)
  expect(radii).toEqual([0.5, 1, 1.5, 1.8, 1.98])
  expect(nearestRadii(new Float64Array(0), Float64Array.of(0.5), 1)).toEqual([0.5])
})

describe('the curve of a report', () => {
  const data = mixture(5, 400)

  it('counts inputs near an anchor and those that differ from the nearest; both bounds are exact binomial ones', async () => {
    const {metrics, evidence} = await certify(data, options({loss: 'zero-one'}), engine)
    const {alpha} = metrics
    expect(alpha.nearest! * metrics.layers.reduce((sum, {nearest}) => sum + 2 * nearest!.length, 0)).toBeCloseTo(
      0.005,
      12,
    )
    for (const [k, layer] of metrics.layers.entries()) {
      const {anchors, distances} = decodeNearest(evidence!, evidence!.layers[k]!)
      expect(anchors).toHaveLength(300)
      for (const point of layer.nearest!) {
        const near = distances.filter((d) => d / layer.scale <= point.delta).length
        expect(point.inputs).toBe(near)
        expect(point.coveredLower).toBe(clopperPearsonLower(near, 300, alpha.nearest!))
        expect(point.bound).toBe(near === 0 ? 1 : clopperPearsonUpper(point.exceeding, near, alpha.nearest!))
      }
      // At every radius of a cell some anchor is near exactly where the nearest one is.
      const {within, deltas, references} = decodeLayer(evidence!, evidence!.layers[k]!)
      for (const [g, delta] of deltas.entries()) {
        const near = Array.from({length: references}, (_, j) => within[j * deltas.length + g]!).filter(
          (x) => x > 0,
        ).length
        expect(layer.nearest!.find((point) => point.delta === delta)!.inputs).toBe(near)
      }
    }
    expect(metrics.nearest!.coveredLower).toBeGreaterThanOrEqual(0.5)
  })

  it('is made again by verify, which finds a changed bound, a changed anchor and a distance that contradicts the counts', async () => {
    const asked = options({loss: 'zero-one'})
    const claim = await certify(data, asked, engine)
    expect(verifyCertificate(claim, asked)).toEqual([])
    const changed = structuredClone(claim)
    changed.metrics.layers[0]!.nearest![2]!.bound /= 2
    expect(verifyCertificate(changed, asked).join()).toContain('nearest')
    const {nearest, ...without} = claim.evidence!.layers[0]!
    expect(nearest).toBeDefined()
    expect(
      verifyCertificate(
        {...claim, evidence: {...claim.evidence!, layers: [without, claim.evidence!.layers[1]!]}},
        asked,
      ).join(),
    ).toContain('nearest is missing')
    const layer = claim.evidence!.layers[0]!
    const s = decodeLayer(claim.evidence!, layer)
    const found = decodeNearest(claim.evidence!, layer)
    const {scale} = claim.metrics.layers[0]!
    expect(nearestFault(s, found, layer.nearestRadii!, scale)).toBeNull()
    const far = {...found, distances: found.distances.map((d) => 3 * d)}
    expect(nearestFault(s, far, layer.nearestRadii!, scale)).toContain('contradicts its counts')
    expect(
      nearestFault(
        s,
        found,
        layer.nearestRadii!.filter((radius) => radius !== s.deltas[0]),
        scale,
      ),
    ).toContain('not on its curve')
  })
})

it('holds as often as it owes, in six populations', async () => {
  for (const population of POPULATIONS(1200)) {
    const held = await simulateNearest(population, {rows: 120, alpha: 0.5, runs: 60}, engine)
    // 60 runs at probability ≥ ½ for all points at once: fewer than 20 have a chance below 0.4 %.
    expect(held.simultaneous, population.name).toBeGreaterThanOrEqual(20 / 60)
    expect(held.single, population.name).toBeGreaterThanOrEqual(20 / 60)
  }
})

describe('lift', () => {
  it('is the bound over the lower bound of any two; states that know nothing of the loss buy nothing', async () => {
    const r = random(9)
    const rows = 800
    const loss = Float64Array.from({length: rows}, (_, i) => (i % 2 === 0 ? 1 : 0))
    const told = Float64Array.from({length: rows * 2}, (_, at) => r.normal() + (at % 4 < 2 ? 8 : 0))
    const noise = Float64Array.from({length: rows * 2}, () => r.normal())
    const layers = [
      {name: 'told', dim: 2, data: told},
      {name: 'noise', dim: 2, data: noise},
    ]
    const {metrics} = await certify({rows, layers, labels: null, output: null, loss}, options({etas: [1]}), engine)
    const lifts = (name: string) => metrics.cells.filter((cell) => cell.layer === name).map((cell) => cell.lift!)
    expect(Math.min(...lifts('told'))).toBeLessThan(0.6)
    expect(Math.min(...lifts('noise'))).toBeGreaterThanOrEqual(1)
    const [cell] = metrics.cells
    expect(cell!.lift).toBeCloseTo(cell!.direct / metrics.headline!.arbitrary.lower, 12)
    expect(findings(metrics)[0]).toMatch(
      /^Closeness: in told pairs within δ .* times as often as any two; in noise close/,
    )
  })
})

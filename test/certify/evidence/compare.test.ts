import {beforeAll, describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {compareCertificates} from '../../../src/certify/evidence/compare.js'
import {type Certified} from '../../../src/certify/evidence/certified.js'
import {decodeLayer} from '../../../src/certify/evidence/evidence.js'
import {packPoints, unpackPoints} from '../../../src/certify/sample/points.js'
import {compareWith} from '../../../src/certify/evidence/pairing.js'
import type {Embeddings} from '../../../src/certify/types.js'
import type {Cell} from '../../../src/certify/layer-types.js'
import {pack} from '../../../src/data/packed.js'
import type {InputError} from '../../../src/errors.js'
import {ratioUpperBound, UNIT_BETS} from '../../../src/stats/betting.js'
import {normalQuantile} from '../../../src/stats/normal.js'
import {engine, mixture, options} from '../fixtures.js'

const certified = async (embeddings: Embeddings, changed = {}): Promise<Certified> => {
  const {metrics, evidence} = await certify(embeddings, options({bootstrap: 0, ...changed}), engine)
  return {metrics, evidence: evidence!}
}
const data = mixture(3, 240)
/** The same examples with a worse model: more losses change. */
const worse: Embeddings = {...data, output: {...data.output!, data: data.output!.data.map((x) => 0.2 * x)}}

describe('compareCertificates', () => {
  let one: Certified
  beforeAll(async () => {
    one = await certified(data)
  })

  it('of a report with itself is zero everywhere, inside every interval', () => {
    const {layers, cells} = compareCertificates(one, one, 0.05)
    for (const {difference, exact, asymptotic} of layers) {
      expect(difference).toBe(0)
      expect(exact![0]).toBeLessThanOrEqual(0)
      expect(exact![1]).toBeGreaterThanOrEqual(0)
      expect(asymptotic).toEqual([0, 0])
    }
    expect(cells).toHaveLength(one.metrics.cells.length)
    expect(cells.every(({difference}) => difference === 0)).toBe(true)
  })

  it('is the difference of the two estimates, and changes its sign when turned round', async () => {
    const two = await certified(worse)
    const [forth, back] = [compareCertificates(two, one, 0.05), compareCertificates(one, two, 0.05)]
    forth.layers.forEach((layer, k) => {
      const estimate = (of: Certified) => of.metrics.layers[k]!.epsilon.scaleFree.estimate
      expect(layer.difference).toBeCloseTo(estimate(two) - estimate(one), 12)
      expect(back.layers[k]!.difference).toBeCloseTo(-layer.difference, 12)
      expect(back.layers[k]!.exact![0]).toBeCloseTo(-layer.exact![1], 9)
      expect(layer.exact![0]).toBeLessThanOrEqual(layer.asymptotic[0])
      expect(layer.exact![1]).toBeGreaterThanOrEqual(layer.asymptotic[1])
    })
  })

  it('refuses other rows, another loss, and layers without a counterpart', async () => {
    await expect(certified(data, {seed: 5}).then((other) => compareCertificates(one, other, 0.05))).rejects.toThrow(
      /are other rows of the data/,
    )
    await expect(
      certified(data, {loss: 'brier'}).then((other) => compareCertificates(one, other, 0.05)),
    ).rejects.toThrow(/losses differ: one-minus-p here, brier there/)
    const renamed = {...data, layers: data.layers.map((layer) => ({...layer, name: `x${layer.name}`}))}
    await expect(certified(renamed).then((other) => compareCertificates(one, other, 0.05))).rejects.toThrow(
      /no layer of the same name/,
    )
  })

  it('intervals are those of its formulas: the paired mean with z s/√n, cells with linear terms, bets on both sides', async () => {
    const two = await certified(worse)
    const {alpha, layers, cells, onlyHere, onlyThere} = compareCertificates(two, one, 0.1)
    expect([alpha, onlyHere, onlyThere]).toEqual([0.1, [], []])
    const z = normalQuantile(0.95)
    const n = one.evidence.references
    const spread = (x: number[]) => {
      const mean = x.reduce((a, b) => a + b, 0) / x.length
      return {mean, error: Math.sqrt(x.reduce((s, value) => s + (value - mean) ** 2, 0) / (x.length - 1) / x.length)}
    }
    layers.forEach((layer, k) => {
      const [here, there] = [two, one].map(({metrics, evidence}) => {
        const {scale, medianDistance} = metrics.layers[k]!
        const {bets, ...rest} = evidence.layers[k]!
        const {total, anchors} = decodeLayer(evidence, {...rest, bets})
        return {
          values: Array.from(total, (x) => ((x / anchors) * medianDistance) / scale),
          most: (bets.epsilonMax! * medianDistance) / scale,
        }
      }) as [{values: number[]; most: number}, {values: number[]; most: number}]
      const d = here.values.map((x, j) => x - there.values[j]!)
      const {mean, error} = spread(d)
      expect(layer.difference).toBeCloseTo(mean, 12)
      expect(layer.epsilon - layer.earlier).toBeCloseTo(mean, 12)
      expect(layer.asymptotic).toEqual([expect.closeTo(mean - z * error, 12), expect.closeTo(mean + z * error, 12)])
      const range = here.most + there.most
      const share = 0.1 / (2 * layers.length)
      const upper = (x: number[], low: number) =>
        ratioUpperBound(
          Float64Array.from(x, (value) => (value + low) / range),
          null,
          UNIT_BETS,
          share,
          1,
        ) *
          range -
        low
      expect(layer.exact).toEqual([
        expect.closeTo(
          -upper(
            d.map((x) => -x),
            here.most,
          ),
          9,
        ),
        expect.closeTo(upper(d, there.most), 9),
      ])
    })
    const [E, G] = [one.evidence.etas.length, one.evidence.layers[0]!.deltas.length]
    cells.forEach((cell, at) => {
      const [k, c] = [Math.floor(at / (G * E)), at % (G * E)]
      const [p, q] = [two, one].map(({evidence}) => {
        const {within, exceed} = decodeLayer(evidence, evidence.layers[k]!)
        const b = Array.from({length: n}, (_, j) => within[j * G + Math.floor(c / E)]!)
        const a = Array.from({length: n}, (_, j) => exceed[j * G * E + c]!)
        const all = b.reduce((s, x) => s + x, 0)
        const value = a.reduce((s, x) => s + x, 0) / all
        return {value, terms: a.map((x, j) => (x - value * b[j]!) / (all / n))}
      }) as [{value: number; terms: number[]}, {value: number; terms: number[]}]
      const {error} = spread(p.terms.map((x, j) => x - q.terms[j]!))
      expect(cell.difference).toBeCloseTo(p.value - q.value, 12)
      expect(cell.asymptotic).toEqual([
        expect.closeTo(p.value - q.value - z * error, 10),
        expect.closeTo(p.value - q.value + z * error, 10),
      ])
      const [now, before] = [two, one].map(({metrics}) => metrics.cells[at]!) as [Cell, Cell]
      expect([cell.layer, cell.delta, cell.earlierDelta, cell.eta, cell.observed, cell.earlierObserved]).toEqual([
        now.layer,
        now.delta,
        before.delta,
        now.eta,
        now.observed,
        before.observed,
      ])
      expect([cell.bound, cell.earlierBound]).toEqual(
        [now, before].map(({direct, windowed, global}) => Math.min(direct, windowed, global)),
      )
    })
  })

  const copy = () => structuredClone(one)
  it('leaves out layers of one report only, ε of collapsed ones, exact intervals without a range, and cells of other grids', () => {
    const renamed = copy()
    renamed.evidence.layers[1]!.name = renamed.metrics.layers[1]!.name = 'other'
    expect(compareCertificates(one, renamed, 0.05)).toMatchObject({
      onlyHere: ['h2'],
      onlyThere: ['other'],
      layers: [{name: 'h1'}],
    })
    const collapsed = copy()
    collapsed.metrics.layers[0]!.collapsed = true
    for (const [a, b] of [
      [one, collapsed],
      [collapsed, one],
    ] as const) {
      const found = compareCertificates(a, b, 0.05)
      expect(found.layers.map(({name}) => name)).toEqual(['h2'])
      expect(found.cells).toHaveLength(one.metrics.cells.length)
    }
    const unbounded = copy()
    unbounded.evidence.layers[0]!.bets.epsilonMax = null
    for (const [a, b] of [
      [one, unbounded],
      [unbounded, one],
    ] as const)
      expect(compareCertificates(a, b, 0.05).layers.map(({exact}) => exact === null)).toEqual([true, false])
    const otherEtas = copy()
    otherEtas.evidence.etas[1]! += 0.01
    expect(compareCertificates(one, otherEtas, 0.05).cells).toEqual([])
  })

  it.each([
    ['radii', {deltas: [0.5, 1]}, {deltas: [0.5, 1, 2]}],
    ['loss changes', {etas: [0.2, 0.5]}, {etas: [0.2, 0.5, 0.9]}],
  ])('leaves out cells of grids with another number of %s', async (_, few, many) => {
    const [two, three] = [await certified(data, few), await certified(data, many)]
    for (const [a, b] of [
      [two, three],
      [three, two],
    ] as const) {
      const {cells, layers} = compareCertificates(a, b, 0.05)
      expect([cells, layers.length]).toEqual([[], 2])
    }
  })

  it('has nothing to compare without a certificate, and says how to get one', () => {
    const compare = () =>
      compareWith({...one, path: 'old.json', inputs: []}, {metrics: one.metrics, evidence: null, inputs: []}, 0.05)
    expect(compare).toThrow(
      expect.objectContaining({
        message: 'nothing is certified here, so there is nothing to compare with old.json',
        nextSteps: ['leave out split: null'],
      }) as Error,
    )
  })

  it('has no difference where one of the two has no pair within δ', () => {
    const none = copy()
    for (const layer of none.evidence.layers) {
      layer.within = pack(new Uint32Array(none.evidence.references * layer.deltas.length))
      layer.exceed = pack(new Uint32Array(none.evidence.references * layer.deltas.length * none.evidence.etas.length))
    }
    for (const [a, b] of [
      [one, none],
      [none, one],
    ] as const)
      expect(
        compareCertificates(a, b, 0.05).cells.every(
          ({difference, asymptotic}) => difference === null && asymptotic === null,
        ),
      ).toBe(true)
  })

  it('refuses a row with another label, and says which side has other rows', () => {
    const relabelled = copy()
    const references = unpackPoints(relabelled.evidence.sample.references, 'x')
    references.labels![2]! += 1
    relabelled.evidence.sample.references = packPoints(references)
    const label = references.labels![2]!
    expect(() => compareCertificates(one, relabelled, 0.05)).toThrow(
      `row ${references.rows[2]!} has the label ${label - 1} here and ${label} in the earlier report`,
    )
    const negative = copy()
    negative.evidence.sample.anchors.losses = pack(new Float64Array(one.evidence.anchors).fill(-1))
    expect(() => compareCertificates(one, negative, 0.05)).toThrow('evidence, anchors: loss 0 is -1')
    relabelled.evidence.sample.references.labels = null
    expect(() => compareCertificates(one, relabelled, 0.05)).not.toThrow()
    const shorter = copy()
    const cut = unpackPoints(shorter.evidence.sample.references, 'x')
    shorter.evidence.sample.references = packPoints({
      rows: cut.rows.slice(1),
      losses: cut.losses.slice(1),
      labels: null,
    })
    const n = one.evidence.references
    expect(() => compareCertificates(one, shorter, 0.05)).toThrow(
      `the references are other rows of the data in the earlier report (${n} here, ${n - 1} there)`,
    )
    try {
      compareCertificates(one, shorter, 0.05)
    } catch (error) {
      expect((error as InputError).nextSteps.join(' ')).toMatch(/same seed, split, limit and loss/)
    }
  })
})

import {beforeAll, describe, expect, it} from 'vitest'
import {certify, type Certification} from '../../../src/certify/certify.js'
import {classesOf} from '../../../src/certify/statements/classes.js'
import {exampleBounds, exampleLayer} from '../../../src/certify/statements/examples.js'
import {foldFresh, measureFresh} from '../../../src/certify/measure/fresh-pairs.js'
import {FRESH_BOUNDS} from '../../../src/certify/options.js'
import {planCertify} from '../../../src/certify/plan/plan.js'
import {clopperPearsonUpper} from '../../../src/stats/clopper-pearson.js'
import {klUpper} from '../../../src/stats/kl-bound.js'
import {maurerPontilUpper} from '../../../src/stats/maurer-pontil.js'
import {verifyCertificate} from '../../../src/certify/evidence/verify/verify.js'
import {engine, mixture, options} from '../fixtures.js'

const data = mixture(4, 700, 0.1, [6, 5])
const chosen = options({bounds: FRESH_BOUNDS, examples: 12, loss: 'zero-one', bootstrap: 0})
let result: Certification
let plan: Awaited<ReturnType<typeof planCertify>>
beforeAll(async () => {
  result = await certify(data, chosen, engine)
  plan = await planCertify(data, chosen, engine)
})

/** scaled distance of two rows of the file in a layer */
function distance(layer: number, a: number, b: number): number {
  const {dim, data: x} = data.layers[layer]!
  let sum = 0
  for (let t = 0; t < dim; t++) sum += (x[a * dim + t]! - x[b * dim + t]!) ** 2
  return Math.sqrt(sum) / plan.layers[layer]!.scale
}

describe('rows of classes', () => {
  it('count what a double loop counts, and bound it', () => {
    const {anchors, references} = plan
    expect(result.metrics.classes).toHaveLength(8)
    for (const row of result.metrics.classes!) {
      const k = data.layers.findIndex(({name}) => name === row.layer)
      let [pairs, unstable] = [0, 0]
      references.rows.forEach((z, j) => {
        if (references.labels![j] !== row.label) return
        anchors.rows.forEach((a, i) => {
          if (distance(k, a, z) > row.delta) return
          pairs++
          if (Math.abs(anchors.losses[i]! - references.losses[j]!) >= row.eta) unstable++
        })
      })
      expect([row.pairs, row.observed]).toEqual([pairs, unstable / pairs])
      expect(row.delta).toBe(plan.layers[k]!.deltas[3])
      expect(row.bound).toBeGreaterThan(row.observed!)
    }
  })

  it('are those of the anchors, the most frequent hundred, and none for one class or without labels', () => {
    expect(classesOf(Int32Array.of(3, 1, 1, -1))).toEqual([1, 3])
    expect(classesOf(Int32Array.of(2, 2))).toEqual([])
    expect(classesOf(null)).toEqual([])
    const many = Int32Array.from({length: 300}, (_, i) => (i < 150 ? 7 : i))
    expect(classesOf(many)).toHaveLength(100)
    expect(classesOf(many)[0]).toBe(7)
  })
})

describe('single examples', () => {
  it('have the counts of a double loop and the Clopper–Pearson bound of each', () => {
    const {examples, alpha} = result.metrics
    expect(examples!.rows.map(({row}) => row)).toEqual(Array.from(plan.anchors.rows.subarray(0, 12)))
    examples!.rows.forEach((example, p) => {
      data.layers.forEach((_, k) => {
        plan.layers[k]!.deltas.forEach((delta, g) => {
          let [within, unstable] = [0, 0]
          plan.references.rows.forEach((z, j) => {
            if (distance(k, example.row, z) > delta) return
            within++
            if (Math.abs(plan.anchors.losses[p]! - plan.references.losses[j]!) >= examples!.eta) unstable++
          })
          expect(example.bounds[k]![g]).toBe(within < 30 ? null : clopperPearsonUpper(unstable, within, alpha.example!))
        })
      })
    })
  })

  it('take the largest δ at risk β as radius, and abstain where there is none', () => {
    const deltas = Float64Array.of(0.1, 0.2, 0.4)
    const counts = {
      within: Float64Array.of(10, 200, 400, 100, 100, 400, 40, 50, 60),
      exceed: Float64Array.of(0, 0, 90, 60, 0, 0, 30, 40, 50),
    }
    const found = exampleBounds(counts, deltas, 0.1, 0.05)
    expect(found.radii).toEqual([0.2, 0.4, null])
    expect(found.bounds[0]![0]).toBeNull()
    // Not monotone: certified at two radii, not at the smallest.
    expect(found.bounds[1]![0]!).toBeGreaterThan(0.1)
    expect(exampleLayer('h', deltas, found, 0.1)).toEqual({
      layer: 'h',
      deltas: [0.1, 0.2, 0.4],
      certified: [0, 2 / 3, 1 / 3],
      abstained: 1 - 2 / 3,
      medianRadius: 0.2,
    })
    const none = exampleBounds({within: Float64Array.of(5, 5, 5), exceed: new Float64Array(3)}, deltas, 0.1, 0.05)
    expect(exampleLayer('h', deltas, none, 0.1)).toMatchObject({abstained: 1, medianRadius: null})
  })

  it('can be left out, and so can a split', async () => {
    const without = await certify(data, options({examples: 0, bootstrap: 0}), engine)
    expect(without.metrics.examples).toBeUndefined()
    const plain = await certify(data, options({split: null, bootstrap: 0}), engine)
    expect([plain.metrics.examples, plain.metrics.classes]).toEqual([undefined, undefined])
  })
})

describe('bounds of two fresh examples', () => {
  it('rest on all pairs within groups of 256 and on disjoint pairs, as a double loop has them', async () => {
    const k = 1
    const {floor, deltas} = plan.layers[k]!
    const sums = await measureFresh(plan, plan.layers[k]!, data.layers[k]!, plan.references, engine)
    const {rows, losses} = plan.references
    const h = (i: number, j: number) =>
      Math.abs(losses[i]! - losses[j]!) / Math.max(distance(k, rows[i]!, rows[j]!), floor)
    let [kernel, weight] = [0, 0]
    const pairs: number[] = []
    const within = new Float64Array(deltas.length)
    for (let first = 0; first < rows.length; first += 256) {
      const n = Math.min(256, rows.length - first)
      let sum = 0
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += h(first + i, first + j)
      kernel += (Math.floor(n / 2) * sum) / ((n * (n - 1)) / 2)
      weight += Math.floor(n / 2)
      for (let i = 0; i + 1 < n; i += 2) {
        pairs.push(h(first + i, first + i + 1))
        deltas.forEach(
          (delta, g) => (within[g]! += distance(k, rows[first + i]!, rows[first + i + 1]!) <= delta ? 1 : 0),
        )
      }
    }
    expect(rows.length).toBe(525)
    expect(sums.weight).toBe(weight)
    expect(sums.kernel).toBeCloseTo(kernel, 8)
    expect(sums.within).toEqual(within)
    pairs.forEach((x, p) => expect(sums.pairs[p]).toBeCloseTo(x, 10))
    const {metrics} = result
    const {raw} = metrics.layers[k]!.epsilon
    const scale = metrics.layers[k]!.scale
    expect(raw.fresh).toEqual([
      {method: 'kl-u', upper: klUpper(sums.kernel / weight, 1 / floor, 2 * weight, metrics.alpha.epsilon!) / scale},
      {method: 'maurer-pontil', upper: maurerPontilUpper(sums.pairs, 1 / floor, metrics.alpha.epsilon!) / scale},
    ])
    const cell = metrics.cells.find(({layer}) => layer === 'h2')!
    expect([cell.disjointPairs, cell.clopperPearson]).toEqual([
      within[0],
      clopperPearsonUpper(sums.exceed[0]!, within[0]!, metrics.alpha.direct!),
    ])
  })

  it('add up over parts whose borders are those of the groups', async () => {
    const [layer, states] = [plan.layers[0]!, data.layers[0]!]
    const cut = (from: number, to: number) => ({
      rows: plan.references.rows.subarray(from, to),
      losses: plan.references.losses.subarray(from, to),
      labels: null,
    })
    const whole = await measureFresh(plan, layer, states, cut(0, 525), engine)
    const folded = foldFresh([
      await measureFresh(plan, layer, states, cut(0, 256), engine),
      await measureFresh(plan, layer, states, cut(256, 525), engine),
    ])
    expect(folded).toEqual(whole)
    const single = await measureFresh(plan, layer, states, cut(0, 1), engine)
    expect([single.weight, single.kernel, single.pairs.length]).toEqual([0, 0, 0])
  })

  it('have no bound of ε without a floor', async () => {
    const {metrics} = await certify(data, {...chosen, floor: 0}, engine)
    expect(metrics.layers[0]!.epsilon.raw.fresh!.map(({upper}) => upper)).toEqual([null, null])
    expect(metrics.cells[0]!.clopperPearson).toBeLessThanOrEqual(1)
  })
})

describe('verify', () => {
  const report = () => JSON.parse(JSON.stringify(result)) as typeof result
  it('accepts the report', () => expect(verifyCertificate(report(), chosen)).toEqual([]))

  it.each<[string, (r: Certification) => void, RegExp]>([
    [
      'a smaller bound of a class',
      (r) => (r.metrics.classes![2]!.bound /= 2),
      /classes\[2\].*bound: the report states/,
    ],
    ['a class that is missing', (r) => r.metrics.classes!.pop(), /classes: the report has 7, its evidence 8/],
    ['no classes at all', (r) => delete r.metrics.classes, /classes: the report states undefined/],
    ['a larger radius', (r) => (r.metrics.examples!.rows[0]!.radii[0] = 9), /examples, rows\[0\], radii\[0\]/],
    [
      'a smaller bound of an example',
      (r) => (r.metrics.examples!.rows[3]!.bounds[1]![5] = 0),
      /examples, rows\[3\], bounds\[1\]\[5\]/,
    ],
    [
      'a larger share of certified examples',
      (r) => (r.metrics.examples!.layers[0]!.certified[2] = 1),
      /examples, layers\[0\].*certified\[2\]/,
    ],
    [
      'a smaller ε of two fresh examples',
      (r) => (r.metrics.layers[0]!.epsilon.raw.fresh![0]!.upper! *= 0.9),
      /epsilon, raw, fresh\[0\].*upper/,
    ],
    [
      'a fresh bound that is missing',
      (r) => r.metrics.layers[1]!.epsilon.raw.fresh!.pop(),
      /fresh: the report has 1, its evidence 2/,
    ],
    ['a smaller Clopper–Pearson bound', (r) => (r.metrics.cells[4]!.clopperPearson! /= 2), /clopperPearson/],
    ['more α for classes', (r) => (r.metrics.alpha.class! *= 2), /alpha, class/],
    ['more α for examples', (r) => (r.metrics.alpha.example! *= 2), /alpha, example/],
  ])('finds %s', (_, tamper, message) => {
    const spoiled = report()
    tamper(spoiled)
    expect(verifyCertificate(spoiled, chosen).join('\n')).toMatch(message)
  })

  it('finds bounds left out of the configuration, so that α goes further', () => {
    expect(verifyCertificate(report(), {...chosen, bounds: []}).join('\n')).toMatch(
      /fresh is there, though its options do not ask for it/,
    )
  })

  it('refuses counts that cannot be', () => {
    const spoiled = report()
    spoiled.evidence!.layers[0]!.fresh!.weight = 1e9
    expect(verifyCertificate(spoiled, chosen).join()).toContain('fresh.weight is 1000000000; it counts at most 262')
    const swapped = report()
    const {examples} = swapped.evidence!.layers[0]!
    ;[examples!.within, examples!.exceed] = [examples!.exceed, examples!.within]
    expect(verifyCertificate(swapped, chosen).join()).toMatch(/examples\.exceed\[\d+\] is \d+, but only \d+ lie within/)
  })
})

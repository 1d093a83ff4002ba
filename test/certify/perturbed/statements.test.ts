import {describe, expect, it} from 'vitest'
import {splitPairAlpha} from '../../../src/certify/perturbed/alpha.js'
import type {PairSample} from '../../../src/certify/perturbed/pairs.js'
import {perturbationMetrics, type PairSetting} from '../../../src/certify/perturbed/statements.js'
import {pilotBets, ratioUpperBound} from '../../../src/stats/betting.js'
import {clopperPearsonUpper} from '../../../src/stats/clopper-pearson.js'
import {random} from '../../../src/stats/random.js'

const [m, n] = [60, 240]
const r = random(3)
const near = (base: number) => Float64Array.from({length: m + n}, () => base * (0.2 + r.uniform()))
const losses = Float64Array.from({length: m + n}, () => 2 * r.uniform())
const pairs: PairSample = {
  name: 'noise',
  strength: 0.5,
  kind: 'random',
  description: 'noise of 0.5',
  accuracy: 0.75,
  // A third of the copies changes by more than L_max.
  losses: losses.map((x, i) => x + (i % 3 === 0 ? 3 * r.uniform() : 0.1 * r.uniform())),
  distances: [near(4), near(1)],
  survivals: null,
}
const setting: PairSetting = {
  losses,
  anchors: m,
  lossMax: 1.5,
  etas: Float64Array.of(0.5, 2),
  deltas: [1.1, 0.4, 0.7, 1.1],
  alpha: 0.02,
  layers: [
    {name: 'a', scale: 4, medianDistance: 5},
    {name: 'b', scale: 2, medianDistance: 2},
  ],
}
const found = perturbationMetrics(pairs, setting)
const change = (i: number) => Math.abs(losses[i]! - pairs.losses[i]!)
const scaled = (k: number, i: number) => pairs.distances[k]![i]! / setting.layers[k]!.scale
const references = Array.from({length: n}, (_, j) => m + j)
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length

describe('what pairs say of their law', () => {
  it('rests on the references alone: means, and every change of loss whatever the distance', () => {
    expect(found).toMatchObject({
      name: 'noise',
      strength: 0.5,
      kind: 'random',
      description: 'noise of 0.5',
      accuracy: 0.75,
      pairs: n,
    })
    expect(found.meanLoss.original).toBeCloseTo(mean(references.map((i) => losses[i]!)), 12)
    expect(found.meanLoss.perturbed).toBeCloseTo(mean(references.map((i) => pairs.losses[i]!)), 12)
    expect(found.changes.map(({eta}) => eta)).toEqual([0.5, 2])
    for (const {eta, exceeding, observed, upper} of found.changes) {
      const count = references.filter((i) => change(i) >= eta).length
      expect(count).toBeGreaterThan(5)
      expect([exceeding, observed, upper]).toEqual([
        count,
        count / n,
        clopperPearsonUpper(count, n, found.alpha.change),
      ])
    }
  })

  it('has a cell for every layer, δ and η, counted and bounded as its header says', () => {
    expect(found.cells).toHaveLength(2 * 3 * 2)
    const places = found.cells.map(({layer, delta, eta}) => [layer, delta, eta])
    expect(places).toEqual(
      ['a', 'b'].flatMap((layer) => [0.4, 0.7, 1.1].flatMap((delta) => [0.5, 2].map((eta) => [layer, delta, eta]))),
    )
    for (const cell of found.cells) {
      const k = cell.layer === 'a' ? 0 : 1
      const within = references.filter((i) => scaled(k, i) <= cell.delta)
      const exceeding = within.filter((i) => change(i) >= cell.eta).length
      expect([cell.pairs, cell.fraction, cell.exceeding, cell.observed]).toEqual([
        within.length,
        within.length / n,
        exceeding,
        within.length === 0 ? null : exceeding / within.length,
      ])
      expect(cell.deltaRaw).toBe(cell.delta * setting.layers[k]!.scale)
      expect(cell.joint).toBe(clopperPearsonUpper(exceeding, n, found.alpha.cell))
      expect(cell.conditional).toBe(
        within.length === 0 ? 1 : clopperPearsonUpper(exceeding, within.length, found.alpha.cell),
      )
      expect(cell.status).toBe(within.length < 30 ? 'abstain' : cell.conditional < 1 ? 'certified' : 'vacuous')
    }
  })

  it.each([0, 1])('bounds ε_Q of layer %i by the stakes that the pilot chose, in raw and in scale-free units', (k) => {
    const {name, scale, medianDistance} = setting.layers[k]!
    const layer = found.layers[k]!
    const ratio = (i: number) => Math.min(change(i), 1.5) / Math.max(scaled(k, i), 0.4)
    const estimate = mean(references.map(ratio))
    const bets = pilotBets(
      {a: Float64Array.from({length: m}, (_, i) => ratio(i)), b: null},
      n,
      (v) => 1.5 / 0.4 - v,
      found.alpha.epsilon,
      1.5 / 0.4,
    )
    const upper = ratioUpperBound(Float64Array.from(references, ratio), null, bets, found.alpha.epsilon, 1.5 / 0.4)
    expect(upper).toBeGreaterThan(estimate)
    expect(upper).toBeLessThan(1.5 / 0.4)
    expect([layer.name, layer.floor]).toEqual([name, 0.4])
    expect(layer.epsilon.raw.estimate).toBeCloseTo(estimate / scale, 12)
    expect(layer.epsilon.raw.upper).toBeCloseTo(upper / scale, 12)
    expect(layer.epsilon.scaleFree.estimate).toBeCloseTo((estimate / scale) * medianDistance, 12)
    expect(layer.epsilon.scaleFree.upper).toBeCloseTo((upper / scale) * medianDistance, 12)
    const sorted = references.map((i) => pairs.distances[k]![i]!).sort((a, b) => a - b)
    expect(layer.medianPairDistance).toBeCloseTo(sorted[Math.floor((n - 1) / 2)]!, 12)
    // Theorem A4 in cells: ε_Q δ / min(η, L_max), a probability.
    const markov = found.cells.filter((cell) => cell.layer === name).map((cell) => cell.markov)
    expect(markov).toEqual(
      [0.4, 0.7, 1.1].flatMap((delta) =>
        [0.5, 1.5].map((eta) => expect.closeTo(Math.min(1, (upper * delta) / eta), 10) as number),
      ),
    )
  })

  it('takes quantiles of the pilot as the δ grid where none is given', () => {
    const {cells, layers} = perturbationMetrics(pairs, {...setting, deltas: 'auto'})
    const grid = [...new Set(cells.filter(({layer}) => layer === 'b').map(({delta}) => delta))]
    const pilot = Array.from({length: m}, (_, i) => scaled(1, i)).sort((a, b) => a - b)
    const shares = [0.1, 0.25, 0.5, 0.75, 0.95]
    expect(grid).toHaveLength(shares.length)
    // Three digits of a quantile of the pilot: about so many of its pairs lie within.
    shares.forEach((share, g) =>
      expect(Math.abs(pilot.filter((d) => d <= grid[g]!).length / m - share)).toBeLessThanOrEqual(1 / m + 1e-9),
    )
    expect(layers[1]!.floor).toBe(grid[0])
  })

  it('without a pair within δ says nothing: conditional 1, abstain', () => {
    const far = perturbationMetrics(pairs, {...setting, deltas: [1e-9]}).cells[0]!
    expect(far).toMatchObject({
      pairs: 0,
      fraction: 0,
      exceeding: 0,
      observed: null,
      conditional: 1,
      status: 'abstain',
      markov: expect.any(Number) as number,
    })
    expect(far.joint).toBe(clopperPearsonUpper(0, n, splitPairAlpha(0.02, 2, 2, 4).cell))
  })

  it('is vacuous where every close pair changes', () => {
    const worst = perturbationMetrics({...pairs, losses: losses.map((x) => x + 5)}, setting)
    expect(
      worst.cells.filter(({pairs: count}) => count >= 30).map(({status, conditional}) => [status, conditional]),
    ).toEqual(worst.cells.filter(({pairs: count}) => count >= 30).map(() => ['vacuous', 1]))
    expect(worst.cells.some(({status}) => status === 'vacuous')).toBe(true)
  })
})

it('α of a pair distribution is spent once: the shares of all statements add up to it', () => {
  for (const [layers, etas, cells] of [
    [1, 1, 1],
    [3, 2, 30],
  ] as const) {
    const alpha = splitPairAlpha(0.01, layers, etas, cells)
    expect(layers * alpha.epsilon + etas * alpha.change + 2 * cells * alpha.cell).toBeCloseTo(0.01, 15)
    expect(alpha).toMatchObject({total: 0.01, statements: layers + etas + 2 * cells})
    const robust = splitPairAlpha(0.01, layers, etas, cells, 3)
    expect(layers * robust.epsilon + etas * robust.change + 2 * cells * robust.cell + 3 * robust.survival!).toBeCloseTo(
      0.01,
      15,
    )
    expect(robust.statements).toBe(alpha.statements + 3)
    // What a gate reads gets most.
    expect([layers * alpha.epsilon, etas * alpha.change]).toEqual([
      expect.closeTo(0.002, 15),
      expect.closeTo(0.002, 15),
    ])
  }
})

import {describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {checkRows} from '../../../src/certify/nearest/check.js'
import {accepts, chooseRule, type RuleLayer} from '../../../src/certify/nearest/rule.js'
import {readRule, writeRule} from '../../../src/certify/nearest/rule-file.js'
import {openNpz, writeNpz} from '../../../src/data/npz.js'
import {clopperPearsonUpper} from '../../../src/stats/clopper-pearson.js'
import {POPULATIONS, simulateRule} from '../../../bench/nearest-simulation.js'
import {engine, options} from '../fixtures.js'
import {clusters, rule} from './clusters.js'

describe('a rule', () => {
  it('keeps what it promises on rows never seen, from a layer that tells right from wrong', async () => {
    const made = await rule()
    expect(made.layer).toBe('h')
    expect(clopperPearsonUpper(made.wrong, made.accepted, 0.9 * 0.05)).toBeLessThanOrEqual(0.05)
    const fresh = clusters(77, 3000)
    const {accepted} = await checkRows(made, {rows: 3000, cols: 3, data: fresh.layers[1]!.data}, engine)
    const taken = accepted.reduce((sum, x) => sum + x, 0)
    const wrong = accepted.reduce((sum, x, i) => sum + x * fresh.loss[i]!, 0)
    expect(taken / 3000).toBeGreaterThanOrEqual(made.coverage)
    expect(taken / 3000).toBeGreaterThan(0.5)
    expect(wrong / taken).toBeLessThanOrEqual(0.05)
    // A third of all rows is nearly always wrong.
    expect(fresh.loss.reduce((sum, x) => sum + x, 0) / 3000).toBeGreaterThan(0.15)
    const far = await checkRows(made, {rows: 1, cols: 3, data: Float64Array.of(50, -50, 50)}, engine)
    expect(far.accepted[0]).toBe(0)
  })

  it('is what its file says, bit for bit; a changed file is refused', async () => {
    const made = await rule()
    const bytes = writeRule(made)
    expect(readRule(bytes, 'rule.npz')).toEqual(made)
    const archive = openNpz(bytes, 'rule.npz')
    const arrays = archive.names.map((name) => archive.read(name))
    const changed = (name: string, data: Float64Array | Uint8Array) =>
      writeNpz(arrays.map((array) => (array.name === name ? {...array, data} : array)))
    expect(() => readRule(changed('losses', new Float64Array(made.anchors.rows)), 'r')).toThrow('was changed')
    const text = Buffer.from(arrays.find(({name}) => name === 'rule')!.data as Uint8Array).toString()
    const larger = Buffer.from(text.replace(/"radius":\d/, '"radius":9'))
    expect(() => readRule(changed('rule', Uint8Array.from(larger)), 'r')).toThrow('was changed')
    expect(() => readRule(writeNpz(arrays.slice(1)), 'r')).toThrow('no array anchors')
  })

  it('is refused where the risk or the share of inputs cannot be shown', async () => {
    await expect(rule(1, 0.0001)).rejects.toThrow('no rule is shown to keep the risk')
    const wide = certify(clusters(1, 400), options({etas: [1], risk: 0.1, bootstrap: 0}), engine, {
      rule: {minCoverage: 0.95, loss: 1},
    })
    await expect(wide).rejects.toThrow('not 0.95')
    await expect(
      certify(clusters(1, 400), options({etas: [1], split: null, floor: 0.1}), engine, {
        rule: {minCoverage: 0, loss: 1},
      }),
    ).rejects.toThrow('needs the split')
  })

  it('tests radii in order and stops at the first that fails, though a later one would pass', () => {
    const n = 300
    const references = {anchors: new Uint32Array(n), distances: Float64Array.from({length: n}, (_, j) => j / 100)}
    // Right below 1, wrong from 1 to 1.5, right again: δ = 3 would pass at this risk, δ = 1.5 does not.
    const losses = Float64Array.from({length: n}, (_, j) => (j >= 100 && j < 150 ? 1 : 0))
    const pilot = {anchors: Uint32Array.from({length: 100}, () => 1), distances: new Float64Array(100).fill(0.5)}
    const layer: RuleLayer = {name: 'h', references, pilot, radii: [0.99, 1.49, 3]}
    const target = {risk: 0.25, loss: 1, minCoverage: 0, alpha: 0.05}
    const chosen = chooseRule([layer], {losses, anchorLosses: new Float64Array(100)}, target)
    expect(clopperPearsonUpper(50, 300, 0.045)).toBeLessThan(0.25)
    expect([chosen.radius, chosen.accepted, chosen.wrong, chosen.tested]).toEqual([0.99, 100, 0, 2])
    expect([accepts(chosen, 0.99, 0), accepts(chosen, 1, 0), accepts(chosen, 0, 1)]).toEqual([true, false, false])
  })

  it('holds as often as it owes, in six populations', async () => {
    for (const population of POPULATIONS(1200)) {
      const {losses, eta} = population
      const risk = losses.filter((loss) => loss >= eta).length / losses.length
      const {held} = await simulateRule(population, {rows: 160, alpha: 0.5, risk, runs: 60}, engine)
      // 60 runs at probability ≥ ½: fewer than 20 have a chance below 0.4 %.
      expect(held, population.name).toBeGreaterThanOrEqual(20 / 60)
    }
  })
})

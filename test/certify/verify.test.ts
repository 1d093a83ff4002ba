import {beforeAll, describe, expect, it} from 'vitest'
import {certify, type Certification} from '../../src/certify/certify.js'
import type {Evidence} from '../../src/certify/evidence.js'
import {verifyCertificate} from '../../src/certify/verify.js'
import {digits, engine, options} from './fixtures.js'

describe('verifyCertificate', () => {
  let original: Certification
  beforeAll(async () => {
    original = await certify(digits('digits-mlp'), options(), engine)
  })
  /** the report after a journey through JSON */
  const report = () => JSON.parse(JSON.stringify(original)) as Certification & {evidence: Evidence}

  it('accepts a true report', () => {
    const {metrics, evidence} = report()
    expect(verifyCertificate(metrics, evidence)).toEqual([])
  })

  const tampered: [string, (r: ReturnType<typeof report>) => void, RegExp][] = [
    ['a halved direct bound', (r) => (r.metrics.cells[3]!.direct /= 2), /cell h1, δ .*direct: the report states/],
    ['a halved windowed bound', (r) => (r.metrics.cells[3]!.windowed /= 2), /windowed/],
    ['a halved global bound', (r) => (r.metrics.cells[9]!.global /= 2), /global/],
    ['a smaller ε', (r) => (r.metrics.layers[1]!.epsilon.scaleFree.upper! *= 0.9), /layer h2, epsilon.scaleFree.upper/],
    ['another status', (r) => (r.metrics.cells[0]!.status = 'vacuous'), /says vacuous/],
    ['a larger δ', (r) => (r.metrics.cells[0]!.delta *= 2), /delta/],
    ['a missing cell', (r) => r.metrics.cells.pop(), /35 cells, its evidence 36/],
    ['more α for the cells', (r) => (r.metrics.alpha.direct! *= 2), /alpha.direct/],
    ['a smaller total α than was spent', (r) => (r.metrics.alpha.total = 0.01), /alpha/],
    ['a smaller loss tail', (r) => (r.metrics.loss.tailUpper = 0), /tailUpper/],
    ['an impossible α', (r) => (r.metrics.alpha.total = 1), /alpha.total is 1/],
    ['an impossible count', (r) => (r.evidence.tailExceeding = 1e6), /counts 1000000 of 450 references/],
    ['another layer', (r) => (r.metrics.layers[0]!.name = 'x'), /layer 0 is x/],
    ['a bound that is no number', (r) => (r.metrics.cells[0]!.direct = NaN), /states NaN/],
    ['too large a stake', (r) => r.evidence.layers[0]!.bets.cells[11]!.direct.forEach((bet) => ((bet.stake = 50), (bet.from = 0))), /larger than reference/],
    ['weights above 1', (r) => r.evidence.layers[0]!.bets.epsilon.forEach((bet) => (bet.weight = 1)), /weights of a mixture/],
  ]
  for (const [name, tamper, message] of tampered) {
    it(`finds ${name}`, () => {
      const r = report()
      tamper(r)
      expect(verifyCertificate(r.metrics, r.evidence).join('\n')).toMatch(message)
    })
  }

  it('refuses evidence that does not decode', () => {
    const broken = report()
    broken.evidence.layers[0]!.within = 'AAAA'
    expect(() => verifyCertificate(broken.metrics, broken.evidence)).toThrow('within is no zlib stream')
    const short = report()
    short.evidence.layers[0]!.within = short.evidence.layers[0]!.total
    expect(() => verifyCertificate(short.metrics, short.evidence)).toThrow(/within holds \d+ bytes/)
  })
})

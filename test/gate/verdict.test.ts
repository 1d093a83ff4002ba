import fc from 'fast-check'
import {expect, it} from 'vitest'
import {byWeight} from '../../src/gate/verdict.js'
import {finding} from '../render/gate/sample.js'

const findings = fc.array(
  fc
    .record({
      check: fc.constantFrom('a', 'b'),
      metric: fc.constantFrom('x', 'y'),
      rule: fc.constantFrom('min' as const, 'max' as const, 'run' as const),
      level: fc.constantFrom('error' as const, 'warn' as const),
      status: fc.constantFrom('pass' as const, 'fail' as const, 'suppressed' as const),
      value: fc.option(fc.double({min: -2, max: 2, noNaN: true})),
      limit: fc.option(fc.constantFrom(0, 0.1, -1)),
    })
    .map((given) => finding(given)),
)

it('orders findings by weight: transitive, errors before warnings, and the further from the limit the earlier', () => {
  fc.assert(
    fc.property(findings, (list) => {
      const sorted = [...list].sort(byWeight)
      for (const [i, a] of sorted.entries())
        for (const b of sorted.slice(i)) expect(byWeight(a, b)).toBeLessThanOrEqual(0)
    }),
  )
})

it('the worst is first whatever the scales: by the share of the limit, and what is not a number before all', () => {
  const of = (metric: string, value: number | null, limit: number | null, rule: 'min' | 'max' | 'run' = 'max') =>
    finding({check: 'a', metric, rule, value, limit})
  const list = [
    of('tenth', 1.1, 1),
    of('double', 0.002, 0.001),
    of('half', 500, 1000, 'min'),
    of('none', null, 0.1),
    of('run', null, null, 'run'),
  ]
  expect(list.sort(byWeight).map(({metric}) => metric)).toEqual(['run', 'none', 'double', 'half', 'tenth'])
})

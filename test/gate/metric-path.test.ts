import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {UsageError} from '../../src/errors.js'
import {meets, parseMetricPath} from '../../src/gate/metric-path.js'
import {readings} from '../../src/gate/readings.js'

const report = {
  layers: [
    {name: 'h1', dim: 4, epsilon: {raw: 1}},
    {name: 'block.1/out, "x" [0]', dim: 2, epsilon: {raw: 3}},
  ],
  cells: [0.5, 1].flatMap((delta) => [0.25, 0.5].map((eta) => ({layer: 'h1', delta, eta, direct: delta * eta}))),
  interval: [1, 2],
  constructor: 7,
}
const values = (path: string) => readings(report, parseMetricPath(path)).map(({value}) => value)

describe('parseMetricPath', () => {
  it('reads members, names, quoted names and conditions', () => {
    expect(parseMetricPath('cells[layer=h1, eta>=0.5].direct')).toEqual([
      {
        member: 'cells',
        conditions: [
          {kind: 'compared', key: 'layer', operator: '=', value: 'h1'},
          {kind: 'compared', key: 'eta', operator: '>=', value: '0.5'},
        ],
      },
      {member: 'direct', conditions: []},
    ])
    expect(parseMetricPath('layers["a.b]\\"c"].dim')[0]!.conditions).toEqual([{kind: 'named', value: 'a.b]"c'}])
    expect(parseMetricPath('layers[*]')[0]!.conditions).toEqual([])
  })

  it.each(['', '.', 'a.', '.a', 'a..b', 'a[', 'a]', 'a[]', 'a[,]', 'a[b]c', '9', 'a b', 'a[x="', 'a[b][c]'])(
    'refuses %j',
    (path) => {
      expect(() => parseMetricPath(path)).toThrow(UsageError)
    },
  )

  it('never fails in another way', () => {
    fc.assert(
      fc.property(fc.string({unit: fc.constantFrom(...'ab.[]=<>!*,"\\0 1é'), maxLength: 30}), (path) => {
        try {
          expect(parseMetricPath(path).length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
      {numRuns: 3000},
    )
  })

  it('takes any name in quotes', () => {
    fc.assert(
      fc.property(fc.string({minLength: 1}), (name) => {
        const quoted = `"${name.replace(/["\\]/g, '\\$&')}"`
        expect(meets({name}, 0, parseMetricPath(`layers[${quoted}].dim`)[0]!.conditions)).toBe(true)
      }),
    )
  })
})

describe('readings', () => {
  it.each<[string, unknown[]]>([
    ['layers[h1].epsilon.raw', [1]],
    ['layers["block.1/out, \\"x\\" [0]"].dim', [2]],
    ['layers[*].dim', [4, 2]],
    ['layers.dim', [4, 2]],
    ['layers[dim>2].epsilon.raw', [1]],
    ['cells[eta=0.5,delta<=0.5].direct', [0.25]],
    ['cells[delta!=1].direct', [0.125, 0.25]],
    ['interval[1]', [2]],
    ['interval', [1, 2]],
    ['layers[h3].dim', [undefined]],
    ['layers[h1].absent', [undefined]],
    ['toString', [undefined]],
    ['constructor', [7]],
  ])('%s', (path, expected) => expect(values(path)).toEqual(expected))

  it('says where each value stands, in the form of a path that names it alone', () => {
    for (const path of ['layers.dim', 'cells.direct', 'layers[*].epsilon.raw', 'interval']) {
      for (const {at, value} of readings(report, parseMetricPath(path))) expect(values(at)).toEqual([value])
    }
  })

  it('compares numbers as they are printed', () => {
    expect(meets({eta: 0.1 + 0.2}, 0, parseMetricPath('cells[eta=0.3]')[0]!.conditions)).toBe(true)
    expect(meets({eta: 0.1 + 0.2}, 0, parseMetricPath('cells[eta>0.3]')[0]!.conditions)).toBe(false)
  })
})

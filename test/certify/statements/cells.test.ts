import {describe, expect, it} from 'vitest'
import type {CellBounds} from '../../../src/certify/statements/bounds.js'
import type {LayerBets} from '../../../src/certify/bets.js'
import type {LayerStatistics} from '../../../src/certify/measure/layer-statistics.js'
import {cellBounds, cellStatistics, epsilonUpper} from '../../../src/certify/statements/bounds.js'
import {bestBound, cellStatus, layerCells, MIN_PAIRS, tightest} from '../../../src/certify/statements/cells.js'
import {middle} from '../../../src/certify/sample/grid.js'
import {splitAlpha, statements} from '../../../src/certify/plan/alpha.js'
import type {Cell} from '../../../src/certify/layer-types.js'

const bounds = (direct: number, windowed = direct, global = windowed): CellBounds => ({direct, windowed, global})

describe('the status of a cell', () => {
  it.each<[string, number, CellBounds, string]>([
    ['a bound below 1', MIN_PAIRS, bounds(0.2, 0.3, 0.9), 'certified'],
    ['one of three below 1', MIN_PAIRS, bounds(0.99, 1, 1), 'certified'],
    ['a bound of 0', 1000, bounds(0), 'certified'],
    ['no bound below 1', 1000, bounds(1), 'vacuous'],
    ['too few pairs', MIN_PAIRS - 1, bounds(0.2), 'abstain'],
    ['NaN', 1000, bounds(NaN), 'invalid'],
    ['NaN in one of three', 1000, bounds(0.2, 0.3, NaN), 'invalid'],
    ['a bound above 1', 1000, bounds(0.2, 0.3, 1.5), 'invalid'],
    ['a negative bound', 1000, bounds(-0.1, 0.3, 0.4), 'invalid'],
    ['NaN and too few pairs: what is not a number is never a pass', 0, bounds(NaN), 'invalid'],
  ])('%s', (_, pairs, of, status) => expect(cellStatus(pairs, of)).toBe(status))
})

it('the best bound is the smallest, the middle the place of the median', () => {
  expect([
    bestBound(bounds(0.3, 0.2, 0.4)),
    bestBound(bounds(0.2, 0.3, 0.4)),
    bestBound(bounds(0.4, 0.3, 0.2)),
  ]).toEqual([0.2, 0.2, 0.2])
  expect([1, 2, 3, 6].map(middle)).toEqual([0, 1, 1, 3])
})

const cell = (layer: string, direct: number, status: Cell['status'] = 'certified'): Cell => ({
  layer,
  delta: 0.5,
  deltaRaw: 1,
  eta: 0.25,
  pairs: 100,
  fraction: 0.1,
  observed: 0.0312,
  global: 1,
  windowed: 1,
  direct,
  status,
})

describe('the tightest cell', () => {
  const of = (cells: Cell[], collapsed: string[] = []) =>
    tightest({
      cells,
      layers: [...new Set(cells.map(({layer}) => layer))].map((name) => ({
        name,
        ...(collapsed.includes(name) ? {collapsed: true as const} : {}),
      })),
    })
  it('is the certified one with the smallest bound, the first among equals', () => {
    const cells = [cell('a', 0.3), cell('a', 0.1, 'abstain'), cell('b', 0.2), cell('c', 0.2), cell('c', 0.4)]
    expect(of(cells)).toBe(cells[2])
    expect(of([cell('a', 0.1, 'vacuous')])).toBeNull()
    expect(of([])).toBeNull()
  })
  it('is one of a layer that tells examples apart, if there is any', () => {
    const cells = [cell('flat', 0.1), cell('a', 0.2)]
    expect(of(cells, ['flat'])).toBe(cells[1])
    expect(of(cells, ['flat', 'a'])).toBe(cells[0])
  })
})

/** 3 references, 2 anchors, 2 δ, 2 η: figures that differ everywhere. */
const s: LayerStatistics = {
  anchors: 2,
  references: 3,
  floor: 0.5,
  deltas: Float64Array.of(0.5, 2),
  etas: Float64Array.of(0.25, 1),
  total: Float64Array.of(1, 2, 3),
  anchorTotal: Float64Array.of(4, 2),
  crossLabelTotal: 1,
  zeroDistancePairs: 0,
  within: Float64Array.of(0, 1, 1, 2, 2, 2),
  exceed: Float64Array.of(0, 0, 1, 0, 1, 0, 2, 1, 1, 1, 2, 2),
  windowed: Float64Array.from({length: 18}, (_, k) => k / 16),
}

describe('statistics and bounds of a cell', () => {
  it('are shares of the anchors in units of probability, for each form', () => {
    for (let g = 0; g < 2; g++) {
      for (let e = 0; e < 2; e++) {
        const at = (j: number, column: number) => s.windowed[(j * 3 + column) * 2 + e]!
        const unit = s.deltas[g]! / s.etas[e]!
        for (const divisor of [1, 2]) {
          const b = [0, 1, 2].map((j) => s.within[2 * j + g]! / divisor)
          expect([...cellStatistics(s, 'direct', g, e, divisor).a]).toEqual(
            [0, 1, 2].map((j) => s.exceed[(2 * j + g) * 2 + e]! / divisor),
          )
          expect([...cellStatistics(s, 'windowed', g, e, divisor).a]).toEqual(
            [0, 1, 2].map((j) => (unit * at(j, g)) / divisor),
          )
          expect([...cellStatistics(s, 'global', g, e, divisor).a]).toEqual(
            [0, 1, 2].map((j) => (unit * at(j, 2)) / divisor),
          )
          for (const family of ['direct', 'windowed', 'global'] as const)
            expect([...cellStatistics(s, family, g, e, divisor).b]).toEqual(b)
        }
      }
    }
  })

  const none: LayerBets = {
    epsilonMax: 4,
    epsilon: [],
    cells: Array.from({length: 4}, () => ({global: [], windowed: [], direct: []})),
  }

  it('without stakes are what holds without data', () => {
    expect(cellBounds(s, none, 0, 0, 0.05)).toEqual({direct: 1, windowed: 1, global: 1})
    expect(epsilonUpper(s, none, 0.05)).toBe(4)
    expect(epsilonUpper(s, {...none, epsilonMax: null}, 0.05)).toBeNull()
  })

  it('are ordered: windowed is raised to direct, global to windowed', () => {
    const many: LayerStatistics = {
      ...s,
      references: 200,
      within: new Float64Array(400).fill(2),
      exceed: new Float64Array(800),
      windowed: new Float64Array(1200),
      total: new Float64Array(200),
    }
    const bet = [{stake: 0.5, weight: 1, from: 0}]
    const family = (chosen: string) => ({...none, cells: none.cells.map((empty) => ({...empty, [chosen]: bet}))})
    for (const chosen of ['global', 'windowed'])
      expect(cellBounds(many, family(chosen), 1, 1, 0.05)).toEqual({direct: 1, windowed: 1, global: 1})
    const direct = cellBounds(many, family('direct'), 1, 1, 0.05)
    expect(direct.direct).toBeLessThan(0.1)
    expect(direct).toMatchObject({windowed: 1, global: 1})
    const all = cellBounds(
      {...many, exceed: new Float64Array(800).fill(0.2)},
      {...none, cells: none.cells.map(() => ({global: bet, windowed: bet, direct: bet}))},
      1,
      1,
      0.05,
    )
    expect(all.direct).toBeLessThan(1)
    expect(all).toEqual({direct: all.direct, windowed: all.direct, global: all.direct})
  })

  it('make cells in order, δ-major, with their counts', () => {
    const cells = layerCells('h', s, none, 3, 0.05)
    expect(cells.map(({layer, delta, deltaRaw, eta}) => [layer, delta, deltaRaw, eta])).toEqual([
      ['h', 0.5, 1.5, 0.25],
      ['h', 0.5, 1.5, 1],
      ['h', 2, 6, 0.25],
      ['h', 2, 6, 1],
    ])
    expect(cells.map(({pairs, fraction, observed}) => [pairs, fraction, observed])).toEqual([
      [3, 0.5, 2 / 3],
      [3, 0.5, 1 / 3],
      [5, 5 / 6, 1],
      [5, 5 / 6, 3 / 5],
    ])
    expect(cells.map(({status}) => status)).toEqual(['abstain', 'abstain', 'abstain', 'abstain'])
    expect(cells[0]).not.toHaveProperty('clopperPearson')
    expect(layerCells('h', {...s, within: new Float64Array(6)}, none, 3, 0.05)[0]!.observed).toBeNull()
    expect(layerCells('h', s, none, 3, NaN)[0]).toMatchObject({status: 'abstain'})
  })
})

describe('α', () => {
  const sizes = {bounds: [], layers: 3, cells: 36, tail: false, classes: 4, examples: 10, radii: 18} as const
  it('counts every statement of a report', () => {
    expect(statements(sizes)).toEqual({
      epsilon: 3,
      cells: 36,
      classes: 12,
      examples: 180,
      performance: 0,
      nearest: 0,
      slices: {cells: 0, nearest: 0, performance: 0},
    })
    expect(statements({...sizes, nearest: 33})).toMatchObject({nearest: 33, cells: 36})
    expect(statements({...sizes, tail: true})).toMatchObject({epsilon: 4})
    expect(statements({...sizes, bounds: ['kl-u']})).toMatchObject({epsilon: 6, cells: 36})
    expect(statements({...sizes, bounds: ['kl-u', 'maurer-pontil', 'kl-u']})).toMatchObject({epsilon: 9, cells: 36})
    expect(statements({...sizes, bounds: ['clopper-pearson']})).toMatchObject({epsilon: 3, cells: 72})
    expect(statements({...sizes, bounds: ['clopper-pearson', 'kl-u'], tail: true})).toMatchObject({
      epsilon: 7,
      cells: 72,
    })
  })

  it.each([0, 2])('is spent once, whatever is stated; %i pair distributions take half', (laws) => {
    for (const [classes, examples, nearest] of [
      [0, 0, 0],
      [12, 0, 33],
      [0, 180, 0],
      [12, 180, 33],
    ] as const) {
      const alpha = splitAlpha(0.04, {epsilon: 4, cells: 36, classes, examples, nearest}, laws)
      const own =
        4 * alpha.epsilon! +
        36 * alpha.direct! +
        classes * (alpha.class ?? 0) +
        examples * (alpha.example ?? 0) +
        nearest * (alpha.nearest ?? 0)
      expect(own + (alpha.perturbations ?? 0)).toBeCloseTo(0.04, 15)
      expect(alpha.perturbations).toEqual(laws === 0 ? undefined : 0.02)
      expect(alpha).toMatchObject({
        total: 0.04,
        global: alpha.direct,
        windowed: alpha.direct,
        statements: 40 + classes + examples + nearest,
      })
      expect(4 * alpha.epsilon!).toBeCloseTo(0.1 * own, 15)
      expect(['class' in alpha, 'example' in alpha]).toEqual([classes > 0, examples > 0])
      if (classes > 0) expect(classes * alpha.class!).toBeCloseTo(0.05 * own, 15)
      if (examples > 0) expect(examples * alpha.example!).toBeCloseTo(0.05 * own, 15)
    }
  })
})

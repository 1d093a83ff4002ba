import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {InputError} from '../../src/errors.js'
import {plainProducts} from '../../src/linalg/products.js'
import {DistanceBins} from '../../src/pairwise/cpu/distance-bins.js'
import {distanceTile, prepareRows} from '../../src/pairwise/cpu/distances.js'
import {pairSides} from '../../src/pairwise/cpu/pair-rows.js'
import {shared, SharedMatrices} from '../../src/linalg/shared.js'
import {distanceByDefinition, volatilityByDefinition} from '../../src/pairwise/reference-definitions.js'
import type {VolatilityTask} from '../../src/pairwise/engine.js'
import {gridSums} from '../../src/pairwise/grid-sums.js'
import {HostSums, pairDistance} from '../../src/pairwise/host-sums.js'
import {lossBounds, boundRows, relativeError} from '../../src/pairwise/volatility-rows.js'
import {random} from '../../src/stats/random.js'
import {normal, sparse, task} from './webgpu/data.js'

const METRICS = ['l2', 'l1', 'linf', 'angle'] as const
const row = (x: VolatilityTask['anchors'], i: number) => Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols))

/** Two samples that share rows and losses, and one sample with equal rows. */
function tasks(metric: VolatilityTask['metric']): VolatilityTask[] {
  const [x, y] = [normal(1, 24, 4), normal(2, 31, 4)]
  y.data.set(x.data.subarray(0, 12))
  x.data.copyWithin(16, 0, 4)
  const two = task(x, y, metric)
  two.referenceLoss[0] = two.anchorLoss[0]!
  const one = {...task(x, x, metric), floor: 0}
  return [
    two,
    one,
    {...two, deltas: Float64Array.of(0.5, 1.5)},
    {...two, etas: Float64Array.of(0.1, 0.5, 1.2)},
    {...two, anchorLabels: null},
  ]
}

it('of equally steep pairs the definition names those of lower anchors first, then of lower references', () => {
  const corners = {rows: 4, cols: 2, data: Float64Array.of(0, 0, 1, 0, 0, 1, 1, 1)}
  const {witnesses} = volatilityByDefinition({
    ...task(corners, {...corners}, 'linf'),
    anchorLoss: new Float64Array(4),
    referenceLoss: Float64Array.of(1, 1, 1, 1),
    floor: 0.1,
    scale: 1,
    deltas: Float64Array.of(1),
  })
  const order = witnesses.filter(({distance}) => distance === 1).map(({anchor, reference}) => [anchor, reference])
  expect(order).toEqual([0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].filter((j) => j !== i).map((j) => [i, j])))
})

describe.each(METRICS)('sums that the host adds pair by pair, %s', (metric) => {
  it('are those of the definition', () => {
    for (const t of tasks(metric)) {
      const prepared = boundRows(t)
      const sums = new HostSums(t, prepared)
      const one = t.anchors === t.references
      for (let i = 0; i < t.anchors.rows; i++)
        for (let j = 0; j < t.references.rows; j++) if (!one || i !== j) sums.addPair(i, j)
      const [got, truth] = [sums.finish(), volatilityByDefinition(t)]
      for (const key of ['within', 'exceed'] as const) expect(got[key]).toEqual(truth[key])
      for (const key of ['total', 'windowed', 'anchorTotal'] as const)
        got[key].forEach((x, at) => expect(x).toBeCloseTo(truth[key][at]!, 9))
      for (const key of ['zeroDistancePairs', 'zeroDistanceLossPairs'] as const) expect(got[key]).toBe(truth[key])
      for (const key of ['crossLabelTotal', 'diameter'] as const) expect(got[key]).toBeCloseTo(truth[key], 9)
      expect(got.witnesses.map(({anchor, reference}) => [anchor, reference])).toEqual(
        truth.witnesses.map(({anchor, reference}) => [anchor, reference]),
      )
      got.witnesses.forEach((witness, k) =>
        expect([witness.distance, witness.ratio]).toEqual(
          [truth.witnesses[k]!.distance, truth.witnesses[k]!.ratio].map((x) => expect.closeTo(x, 9) as number),
        ),
      )
    }
  })

  it('take what a device has added in its own units', () => {
    const [t] = tasks(metric)
    const sums = new HostSums(t!, boundRows(t!))
    const bins = sums.binCount * 3
    expect(sums.binCount).toBe(5 * 3)
    // Three references in a stretch of five, one pair each in the first bin of pairs, ΔL/d and 1/d, and a total.
    const device = new Float32Array((bins + 1) * 5)
    for (let j = 0; j < 3; j++) for (let b = 0; b <= bins; b++) device[b * 5 + j] = b < 3 || b === bins ? j + 1 : 0
    sums.addReferences(device, 5, 2, 3, 0.5, 0.25)
    sums.addAnchor(4, 7, 2)
    sums.addAnchor(4, 1, 1)
    sums.addDistance(3)
    sums.addDistance(2)
    const {total, within, windowed, anchorTotal, crossLabelTotal, diameter} = sums.finish()
    expect([...total.subarray(0, 6)]).toEqual([0, 0, 0.25, 0.5, 0.75, 0])
    expect([2, 3, 4, 5].map((j) => within[j * 5])).toEqual([1, 2, 3, 0])
    // Below every η ΔL/d counts as it is.
    expect(windowed[2 * 5 * 2]).toBe(0.25)
    expect([anchorTotal[4], crossLabelTotal, diameter]).toEqual([8, 3, 3])
  })

  it('a tile of distances and a single one are those of the definition, equal rows exactly 0', async () => {
    const [t] = tasks(metric)
    const [a, b] = [prepareRows(t!.anchors, 0, 24, metric), prepareRows(t!.references, 3, 20, metric)]
    const tile = await distanceTile(a, b, metric, plainProducts)
    for (let i = 0; i < 24; i++) {
      for (let j = 0; j < 17; j++) {
        const truth = distanceByDefinition(row(t!.anchors, i), row(t!.references, j + 3), metric)
        expect(tile[i * 17 + j]!).toBeCloseTo(truth, 10)
        expect(pairDistance(a.rows, i, b.rows, j, metric)).toBeCloseTo(truth, 12)
      }
    }
    const same = await distanceTile(a, a, metric, plainProducts)
    for (let i = 0; i < 24; i++) expect(same[i * 25]).toBe(0)
    expect(same[4]).toBe(0)
  })

  it('the bin of a squared distance is that of the distance, or left open', () => {
    if (metric === 'l1' || metric === 'linf')
      return expect(pairSides(tasks(metric)[0]!, 'fp32', false).anchors.squares).toHaveLength(0)
    for (const precision of ['fp64', 'fp32'] as const) {
      const t = tasks(metric)[0]!
      const sides = pairSides(t, precision, false)
      const bins = new DistanceBins(sides, metric, t)
      let open = 0
      for (let i = 0; i < 24; i++) {
        for (let j = 0; j < 31; j++) {
          const {anchors, references} = sides
          const dot = Array.from(
            {length: 4},
            (_, c) => anchors.operand[4 * i + c]! * references.operand[4 * j + c]!,
          ).reduce((x, y) => x + y)
          const sum = anchors.squares[i]! + references.squares[j]!
          const g = bins.binOf(sum - 2 * dot, sum)
          const truth = distanceByDefinition(row(t.anchors, i), row(t.references, j), metric)
          expect(bins.exact(i, j)).toBeCloseTo(truth, 12)
          if (g === -1) open++
          else expect(g).toBe(t.deltas.findIndex((delta) => truth / t.scale <= delta))
        }
      }
      // Shared rows cancel and must be left open; most pairs may not be.
      expect(open).toBeGreaterThanOrEqual(4)
      expect(open).toBeLessThan(100)
    }
  })
})

describe('rows for fp32 products', () => {
  it('are centred, in a unit above the largest value, and never overflow', () => {
    const x = normal(3, 9, 5)
    const far = {...x, data: x.data.map((value) => 1e20 * (value + 40))}
    const {anchors, references, unit} = pairSides(task(far, far, 'l2'), 'fp32', false)
    expect(references).toBe(anchors)
    expect(Math.log2(unit) % 1).toBe(0)
    expect(unit).toBeGreaterThan(Math.max(...far.data))
    expect(unit / 2).toBeLessThanOrEqual(Math.max(...far.data))
    const means = [0, 1, 2, 3, 4].map(
      (c) => Array.from({length: 9}, (_, i) => far.data[5 * i + c]!).reduce((a, b) => a + b) / 9,
    )
    for (let i = 0; i < 9; i++) {
      const own = means.map((mean, c) => Math.fround((far.data[5 * i + c]! - mean) / unit))
      expect([...anchors.operand.subarray(5 * i, 5 * i + 5)]).toEqual(
        own.map((value) => expect.closeTo(value, 7) as number),
      )
      expect(anchors.squares[i]!).toBeCloseTo(
        own.reduce((s, value) => s + value * value, 0),
        6,
      )
    }
    expect(anchors.operand).toBeInstanceOf(Float32Array)
    expect(pairSides(task({...x, data: new Float64Array(45)}, x, 'l2'), 'fp64', false)).toMatchObject({unit: 1})
  })

  it('of the angle have length 1; of fp64 products they are the rows themselves', () => {
    const x = normal(3, 9, 5)
    const angle = pairSides(task(x, x, 'angle'), 'fp64', false)
    for (const square of angle.anchors.squares) expect(square).toBeCloseTo(1, 12)
    const plain = pairSides(task(x, x, 'l2'), 'fp64', false)
    expect(plain.anchors.operand).toBe(x.data)
    expect(() => pairSides(task(x, {...x, data: new Float64Array(45)}, 'angle'), 'fp64', false)).toThrow(InputError)
  })

  it('lie in memory of all threads where workers take them', () => {
    const x = normal(3, 9, 5)
    for (const precision of ['fp64', 'fp32'] as const) {
      const {anchors} = pairSides(task(x, x, 'l2'), precision, true)
      expect(
        [anchors.exact.data, anchors.operand, anchors.squares].map(({buffer}) => buffer instanceof SharedArrayBuffer),
      ).toEqual([true, true, true])
      expect(pairSides(task(x, x, 'l2'), precision, false).anchors.squares.buffer).not.toBeInstanceOf(SharedArrayBuffer)
    }
    const moved = shared(Int32Array.of(1, 2))
    expect([moved, shared(moved) === moved, moved.buffer instanceof SharedArrayBuffer]).toEqual([
      Int32Array.of(1, 2),
      true,
      true,
    ])
  })

  it('matrices are moved there once, sparse or dense', () => {
    const held = new SharedMatrices()
    const {csr, dense} = sparse(1, 6, 5)
    for (const matrix of [csr, dense]) {
      expect(held.of(matrix)).toEqual(matrix)
      expect(held.of(matrix)).toBe(held.of(matrix))
      const [array] = Object.values(held.of(matrix)).filter((value): value is Float64Array => ArrayBuffer.isView(value))
      expect(array!.buffer).toBeInstanceOf(SharedArrayBuffer)
    }
  })
})

describe('pairs whose distance a device found again', () => {
  it.each(['l2', 'l1', 'linf', 'angle'] as const)(
    'are counted as in fp64, whatever lies within their error: %s',
    (metric) => {
      const [x, y] = [normal(4, 30, 6), normal(5, 25, 6)]
      const t = task(x, y, metric)
      const truth = new HostSums(t, boundRows(t))
      const found = new HostSums(t, boundRows(t))
      const r = random(9)
      let computed = 0
      const pair = found.pair.bind(found)
      found.pair = (i, j) => {
        computed++
        return pair(i, j)
      }
      for (let i = 0; i < x.rows; i++)
        for (let j = 0; j < y.rows; j++) {
          truth.addPair(i, j)
          const {distance} = truth.pair(i, j)
          const error = 1e-5 * distance
          found.addRechecked(i, j, distance + (2 * r.integer(2) - 1) * error, error)
        }
      const [a, b] = [truth.finish(), found.finish()]
      expect(b.within).toEqual(a.within)
      expect(b.exceed).toEqual(a.exceed)
      expect(b.diameter).toBe(a.diameter)
      expect(b.witnesses).toEqual(a.witnesses)
      for (const key of ['total', 'windowed', 'anchorTotal'] as const)
        a[key].forEach((value, k) => expect(b[key][k]! / value || 1).toBeCloseTo(1, 4))
      expect(computed).toBeLessThan((x.rows * y.rows) / 4)
    },
  )
})

describe('rows for a device', () => {
  it('equal rows have one number, different ones never, though their hashes may agree', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: 0, max: 2}), {minLength: 2, maxLength: 30}), (values) => {
        const n = Math.floor(values.length / 2)
        const x = {rows: n, cols: 2, data: Float64Array.from(values.slice(0, 2 * n))}
        const {
          anchors: {twin},
        } = boundRows(task(x, x, 'l1'))
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++)
            expect(twin[i] === twin[j]).toBe(row(x, i).every((value, t) => value === row(x, j)[t]))
      }),
      {seed: 4},
    )
  })

  it('are taken as they come, fp32 or fp64, and named alike whatever the type of each side', () => {
    const values = [1, -0, 2, 0.5, 1, 0, 2, 0.5]
    const [single, double] = [Float32Array.from(values), Float64Array.from(values)].map((data) => ({
      rows: 4,
      cols: 2,
      data,
    }))
    for (const [x, y] of [
      [single!, single!],
      [single!, {...single!}],
      [single!, double!],
      [double!, single!],
    ] as const) {
      const {anchors, references} = boundRows(task(x as never, y as never, 'l2'))
      expect([[...anchors.twin], [...references.twin]]).toEqual([
        [0, 1, 0, 1],
        [0, 1, 0, 1],
      ])
      expect([...anchors.slack]).toEqual([0, 0, 0, 0])
    }
    const {anchors} = boundRows(task(single! as never, single! as never, 'l2'))
    expect(anchors.exact.data).toBe(single!.data)
  })

  it('what fp32 loses of a row is measured in the metric: rooted squares, a sum, or the largest', () => {
    const x = {rows: 2, cols: 3, data: Float64Array.of(0.1, 0.2, 0.3, 0.5, 0.25, 0)}
    const lost = [0.1, 0.2, 0.3].map((value) => Math.abs(value - Math.fround(value)))
    const slack = (metric: VolatilityTask['metric']) => boundRows(task(x, x, metric)).anchors.slack
    expect(slack('l2')[0]! / Math.hypot(...lost)).toBeCloseTo(1, 5)
    expect(slack('l1')[0]! / lost.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    expect(slack('linf')[0]! / Math.max(...lost)).toBeCloseTo(1, 5)
    for (const metric of ['l2', 'l1', 'linf'] as const) {
      expect(slack(metric)[0]!).toBeGreaterThanOrEqual(
        Math.fround(
          metric === 'l2' ? Math.hypot(...lost) : metric === 'l1' ? lost.reduce((a, b) => a + b) : Math.max(...lost),
        ),
      )
      expect(slack(metric)[1]).toBe(0)
    }
  })

  it('units are powers of two above the largest value and loss; ranks are places in the order of losses', () => {
    const x = {rows: 3, cols: 1, data: Float64Array.of(1, -4, 3)}
    const t = {
      ...task(x, {rows: 2, cols: 1, data: Float64Array.of(5, 0)}, 'l1'),
      anchorLoss: Float64Array.of(0.3, 0.1, 0.2),
      referenceLoss: Float64Array.of(0, 0.6),
    }
    const {anchors, unit, lossUnit, sortedLoss} = boundRows(t)
    expect([unit, lossUnit]).toEqual([8, 1])
    expect([[...anchors.rank], [...sortedLoss]]).toEqual([
      [2, 0, 1],
      [0.1, 0.2, 0.3],
    ])
    const zero = {rows: 1, cols: 1, data: Float64Array.of(0)}
    expect(
      boundRows({...task(zero, zero, 'l1'), anchorLoss: new Float64Array(1), referenceLoss: new Float64Array(1)}),
    ).toMatchObject({unit: 1, lossUnit: 1})
  })

  it('labels count only where both sides have some', () => {
    const t = task(normal(1, 4, 2), normal(2, 5, 2), 'l2')
    expect(boundRows(t).references.label).toBe(t.referenceLabels)
    for (const missing of [{anchorLabels: null}, {referenceLabels: null}]) {
      const {anchors, references} = boundRows({...t, ...missing})
      expect([[...anchors.label], [...references.label]]).toEqual([
        [0, 0, 0, 0],
        [0, 0, 0, 0, 0],
      ])
    }
  })

  it('property: bounds hold for every η and stretch of references', () => {
    fc.assert(
      fc.property(fc.nat(1e6), (seed) => {
        const r = random(seed)
        const losses = (n: number) => Float64Array.from({length: n}, () => r.integer(30) * 0.1)
        const t = {...task(normal(1, 9, 2), normal(2, 8, 2), 'l2'), anchorLoss: losses(9), referenceLoss: losses(8)}
        const prepared = boundRows(t)
        const etas = Float64Array.of(0.3, 0.7, 1.1)
        const [first, count, stride] = [2, 5, 6]
        const bounds = lossBounds(prepared, etas, first, count, stride)
        expect(bounds).toHaveLength(3 * stride * 2)
        for (let e = 0; e < 3; e++)
          for (let j = 0; j < count; j++)
            for (let i = 0; i < 9; i++) {
              const at = 2 * (e * stride + j)
              const rank = prepared.anchors.rank[i]!
              expect(rank < bounds[at]! || rank >= bounds[at + 1]!).toBe(
                Math.abs(t.anchorLoss[i]! - t.referenceLoss[first + j]!) >= etas[e]!,
              )
            }
        expect(lossBounds(prepared, new Float64Array(0), 0, 3, 4)).toHaveLength(8)
      }),
      {seed: 5, numRuns: 30},
    )
  })

  it('the error of a distance grows with the additions behind it, but not that of a largest difference', () => {
    for (const metric of ['l2', 'l1', 'angle'] as const)
      expect(relativeError(metric, 1000)).toBeGreaterThan(10 * relativeError(metric, 10))
    expect(relativeError('linf', 1000)).toBe(relativeError('linf', 10))
    for (const metric of METRICS) expect(relativeError(metric, 0)).toBeGreaterThanOrEqual(16 * 2 ** -23)
    expect(relativeError('l1', 1000) / relativeError('l2', 1000)).toBeGreaterThan(1.5)
  })
})

it('sums over a grid are those of bins added up below each δ and across each η', () => {
  fc.assert(
    fc.property(
      fc.nat(1e6),
      fc.integer({min: 0, max: 3}),
      fc.integer({min: 0, max: 3}),
      fc.integer({min: 0, max: 3}),
      (seed, n, G, E) => {
        const r = random(seed)
        const etas = Float64Array.from({length: E}, (_, e) => 0.5 + e)
        const rows = G + 1
        const bins = Float64Array.from({length: n * rows * (E + 1) * 3}, () => r.integer(5))
        const {within, windowed, exceed} = gridSums(bins, n, G, etas)
        expect([within.length, windowed.length, exceed.length]).toEqual([n * G, n * G * E, n * G * E])
        const bin = (j: number, g: number, k: number, what: number) => bins[((j * rows + g) * (E + 1) + k) * 3 + what]!
        for (let j = 0; j < n; j++)
          for (let g = 0; g < G; g++) {
            let all = 0
            for (let below = 0; below <= g; below++) for (let k = 0; k <= E; k++) all += bin(j, below, k, 0)
            expect(within[j * G + g]).toBe(all)
            for (let e = 0; e < E; e++) {
              let [more, sum] = [0, 0]
              for (let below = 0; below <= g; below++)
                for (let k = 0; k <= E; k++) {
                  if (k > e) more += bin(j, below, k, 0)
                  sum += k > e ? etas[e]! * bin(j, below, k, 2) : bin(j, below, k, 1)
                }
              expect([exceed[(j * G + g) * E + e], windowed[(j * G + g) * E + e]]).toEqual([
                more,
                expect.closeTo(sum, 9),
              ])
            }
          }
      },
    ),
    {seed: 6, numRuns: 60},
  )
})

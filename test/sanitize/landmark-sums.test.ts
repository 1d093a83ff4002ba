import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {rowsOf} from '../../src/linalg/blocks.js'
import {plainProducts} from '../../src/linalg/products.js'
import {dense, type Dense} from '../../src/linalg/types.js'
import {solveSums} from '../../src/sanitize/landmark-scores.js'
import {groupRows, groupSums, landmarkSums, sumGroups} from '../../src/sanitize/landmark-sums.js'
import {CHUNK} from '../../src/sanitize/landmarks.js'
import {random} from '../../src/stats/random.js'

const RIDGE = 0.5
const P = 3
const ROWS = 2 * CHUNK + 5
const generator = random(4)
const normal = (rows: number, cols: number): Dense => ({
  rows,
  cols,
  data: Float64Array.from({length: rows * cols}, () => generator.normal()),
})
const [phi, y] = [normal(ROWS, P), normal(ROWS, 2)]
const rest = Float64Array.from({length: ROWS}, () => generator.uniform())
const chunksOf = (from: number, end: number) =>
  Array.from({length: Math.ceil((end - from) / CHUNK)}, (_, k) => {
    const [first, to] = [from + k * CHUNK, Math.min(end, from + (k + 1) * CHUNK)]
    return {first, phi: rowsOf(phi, first, to), rest: rest.subarray(first, to)}
  })

describe('sums of landmarks', () => {
  it('groups are consecutive stretches of whole chunks, at most 64, of nearly equal length', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 5e6}), (rows) => {
        const groups = Array.from({length: sumGroups(rows)}, (_, g) => groupRows(rows, g))
        expect(groups.length).toBeLessThanOrEqual(64)
        expect(groups[0]![0]).toBe(0)
        expect(groups.at(-1)![1]).toBe(rows)
        const chunks = groups.map(([from, to], g) => {
          expect(from % CHUNK).toBe(0)
          expect(from).toBe(g === 0 ? 0 : groups[g - 1]![1])
          return Math.ceil((to - from) / CHUNK)
        })
        expect(Math.max(...chunks) - Math.min(...chunks)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('are those of the definition, row by row', async () => {
    const [outer, cross] = [dense(P, P), dense(P, 2)]
    let own = 0
    for (let i = 0; i < ROWS; i++) {
      const d = rest[i]! + RIDGE
      for (let a = 0; a < P; a++) {
        for (let b = 0; b < P; b++) outer.data[a * P + b]! += (phi.data[i * P + a]! * phi.data[i * P + b]!) / d
        for (let c = 0; c < 2; c++) cross.data[a * 2 + c]! += (phi.data[i * P + a]! * y.data[i * 2 + c]!) / d
      }
      for (let c = 0; c < 2; c++) own += y.data[i * 2 + c]! ** 2 / d
    }
    const sums = await landmarkSums(chunksOf(0, ROWS), P, y, RIDGE, plainProducts)
    sums.outer.data.forEach((x, t) => expect(x).toBeCloseTo(outer.data[t]!, 8))
    sums.cross.data.forEach((x, t) => expect(x).toBeCloseTo(cross.data[t]!, 8))
    expect(sums.own).toBeCloseTo(own, 8)
  })

  it('give the same solution, bit for bit, whoever adds up which group', async () => {
    const whole = await solveSums(groupSums(chunksOf, P, y, RIDGE, plainProducts), P, y, RIDGE, plainProducts)
    const apart = []
    for (const group of [2, 0, 1]) {
      const sums = await landmarkSums(chunksOf(...groupRows(ROWS, group)), P, y, RIDGE, plainProducts)
      apart[group] = sums
    }
    expect(await solveSums(apart, P, y, RIDGE, plainProducts)).toEqual(whole)
  })
})

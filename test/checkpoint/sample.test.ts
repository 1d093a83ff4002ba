import {describe, expect, it} from 'vitest'
import {sampleRows, takeExamples} from '../../src/checkpoint/sample.js'
import type {Note} from '../../src/frame/report.js'
import {dataSet, inputs} from './files.js'

const LABELS = Int32Array.from({length: 100}, (_, i) => (i < 70 ? 0 : i < 95 ? 1 : 2))

describe('a sample of the rows', () => {
  it('is all of them without a limit or below it', () => {
    expect(sampleRows(100, LABELS, {}, [])).toBeNull()
    expect(sampleRows(100, LABELS, {limit: 100}, [])).toBeNull()
  })

  it.each(['random', 'stratified'] as const)(
    '%s: distinct, ascending, the same for a seed and another for another',
    (sample) => {
      const notes: Note[] = []
      const rows = sampleRows(100, LABELS, {limit: 20, sample, seed: 3}, notes)!
      expect(rows).toHaveLength(20)
      expect([...new Set(rows)].sort((a, b) => a - b)).toEqual([...rows])
      expect(Math.max(...rows)).toBeLessThan(100)
      expect(sampleRows(100, LABELS, {limit: 20, sample, seed: 3}, [])).toEqual(rows)
      expect(sampleRows(100, LABELS, {limit: 20, sample, seed: 4}, [])).not.toEqual(rows)
      expect(notes).toHaveLength(1)
    },
  )

  it('stratified keeps the share of each class, by largest remainders', () => {
    for (const seed of [1, 2, 3]) {
      const rows = sampleRows(100, LABELS, {limit: 10, sample: 'stratified', seed}, [])!
      const counts = [0, 1, 2].map((label) => [...rows].filter((row) => LABELS[row] === label).length)
      // Exact shares are 7, 2.5 and 0.5: the lower class wins the tie.
      expect(counts).toEqual([7, 3, 0])
    }
  })

  it('random draws every row equally often', () => {
    const times = new Float64Array(10)
    for (let seed = 0; seed < 4000; seed++) for (const row of sampleRows(10, null, {limit: 3, seed}, [])!) times[row]!++
    // 4000 draws of 3 in 10: mean 1200, standard deviation 29.
    for (const count of times) expect(Math.abs(count - 1200)).toBeLessThan(5 * 29)
  })
})

it('rows of a data set are taken from arrays in memory and from arrays that are made', () => {
  const data = dataSet(
    [5, 6, 7, 8],
    inputs([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]),
  )
  const asked: number[] = []
  const lazy = {
    name: 'lazy',
    shape: [4, 1],
    data: new Float32Array(0),
    read: (first: number, count: number) =>
      Float32Array.from({length: count}, (_, i) => (asked.push(first + i), 10 * (first + i))),
  }
  const part = takeExamples({...data, inputs: [...data.inputs, lazy]}, Uint32Array.of(1, 3))
  expect([...part.labels!]).toEqual([6, 8])
  expect([...part.inputs[0]!.data]).toEqual([3, 4, 7, 8])
  expect([...part.inputs[1]!.read!(1, 1)]).toEqual([30])
  expect(asked).toEqual([3])
  expect([...part.rowNumbers!]).toEqual([1, 3])
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {parseTable} from '../../src/data/csv.js'
import {scanEdges} from '../../src/data/edge-scan.js'

const COLUMNS = {source: 0, target: 1, weight: 2}

describe('scanEdges', () => {
  it('gives what the general parser gives', () => {
    const row = fc.tuple(
      fc.maxSafeNat(),
      fc.nat(99),
      fc.double({noNaN: true, noDefaultInfinity: true}),
      fc.constantFrom('', 'x y', 'é'),
    )
    fc.assert(
      fc.property(
        fc.array(row, {minLength: 1}),
        fc.constantFrom(',', '\t', ';'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (rows, delimiter, newline, last) => {
          const text = rows.map((cells) => cells.join(delimiter)).join(newline) + (last ? newline : '')
          const bytes = Buffer.from(text)
          const scan = scanEdges(bytes, 0, delimiter, COLUMNS)!
          const table = parseTable(bytes, 'f')
          expect(Array.from(scan.ids)).toEqual(table.rows.flatMap((cells) => [Number(cells[0]), Number(cells[1])]))
          expect(Array.from(scan.weights!)).toEqual(table.rows.map((cells) => Number(cells[2])))
          expect(scan.starts.length).toBe(rows.length + 1)
        },
      ),
      {seed: 5, numRuns: 60},
    )
  })
  it('skips empty lines, joins runs of spaces', () => {
    const scan = scanEdges(Buffer.from('0  1\n\n 2 3 ignored\n'), 0, ' ', {
      source: 0,
      target: 1,
      weight: -1,
    })!
    expect(Array.from(scan.ids)).toEqual([0, 1, 2, 3])
  })
  it.each(['a,1', '1', '1,', '1.5,2', '-1,2', '"1",2', '1,2,"x"', '99999999999999999999,1', '#3,4', '%3,4', '007,8'])(
    'leaves %s to the general parser',
    (line) => {
      expect(scanEdges(Buffer.from(`${line}\n`), 0, ',', {source: 0, target: 1, weight: -1})).toBeNull()
    },
  )
  it('is empty for no line', () => {
    expect(scanEdges(new Uint8Array(0), 0, ',', COLUMNS)!.ids).toHaveLength(0)
  })
})

import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {stateRows} from '../../src/cli/state-rows.js'
import {InputError} from '../../src/errors.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-state-rows-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

async function rowsOf(name: string, content: string): Promise<number[][]> {
  const path = join(folder, name)
  writeFileSync(path, content)
  const found: number[][] = []
  for await (const {rows, cols, data} of stateRows(path, {layer: 'h', dim: 3}))
    for (let k = 0; k < rows; k++) found.push(Array.from(data.subarray(k * cols, (k + 1) * cols)))
  return found
}

describe('stateRows', () => {
  it.each([
    ['names', 'a,b,c\n'],
    ['the numbers of the columns', '0,1,2\n'],
    ['none', ''],
  ])('reads csv under a header of %s', async (_, header) => {
    expect(await rowsOf('x.csv', `${header}1,2,3\n4,5,6.5\n`)).toEqual([
      [1, 2, 3],
      [4, 5, 6.5],
    ])
  })

  it('refuses a first row with a value that is missing, and never takes it for a header', async () => {
    await expect(rowsOf('x.csv', '1,,3\n4,5,6\n')).rejects.toThrow(/x\.csv, line 1: value 2 is not a finite number/)
  })

  it('refuses what is not there or is a folder as an input', async () => {
    mkdirSync(join(folder, 'folder.csv'))
    for (const [path, message] of [
      ['folder.csv', /cannot be read \(EISDIR\)/],
      ['absent.jsonl', /there is no such file/],
    ] as const) {
      const read = stateRows(join(folder, path), {layer: 'h', dim: 3}).next()
      await expect(read).rejects.toThrow(InputError)
      await expect(stateRows(join(folder, path), {layer: 'h', dim: 3}).next()).rejects.toThrow(message)
    }
  })
})

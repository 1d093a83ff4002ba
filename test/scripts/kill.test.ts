import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {killCommand, killWriter, SCENARIOS} from '../../scripts/reliability/kill.js'
import {random} from '../../src/stats/random.js'
import {scaled} from '../support/scale.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-kill-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const inside = (name: string) => {
  mkdirSync(join(folder, name))
  return join(folder, name)
}

// scripts/reliability/kill.ts does the same a few hundred times.
describe.skipIf(process.platform === 'win32')('a process that is killed while it writes', () => {
  it('leaves the old file whole or the new one', async () => {
    const times = scaled(8, 3)
    const {kills, broken, old, new: fresh} = await killWriter(2 ** 20, times, inside('writer'), random(1))
    expect({kills, broken, files: old + fresh}).toEqual({kills: times, broken: [], files: times})
  }, 240_000)

  it('so does the command line, report and page', async () => {
    const scenario = SCENARIOS.find(({name}) => name === 'certify')!
    const times = scaled(4, 2)
    const {kills, finished, broken, old, new: fresh} = await killCommand(scenario, times, inside('certify'), random(2))
    expect({runs: kills + finished, broken, files: old + fresh}).toEqual({
      runs: times,
      broken: [],
      files: times * scenario.outputs.length,
    })
    expect(kills).toBeGreaterThan(0)
  }, 240_000)
})

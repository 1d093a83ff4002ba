import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {outcomeOf} from '../../scripts/fuzz/outcome.js'
import {targetOf} from './targets/index.js'
import {watchdog} from './watchdog.js'

/** Inputs that once broke a reader, by target: test/fuzz/corpus/<target>/<what it was>. */
const CORPUS = new URL('./corpus/', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'surety-corpus-'))
afterAll(() => rmSync(folder, {recursive: true}))

describe('what once broke a reader is refused', () => {
  const cases = readdirSync(CORPUS).flatMap((target) =>
    readdirSync(new URL(`${target}/`, CORPUS)).map((name): [string, string] => [target, name]),
  )
  it.each(cases)('%s: %s', async (name, file) => {
    const target = await targetOf(name)
    const read = await target.open(mkdtempSync(join(folder, 'target-')))
    const {beat, stop} = watchdog(`${name}: ${file}`)
    beat()
    expect(await outcomeOf(read, readFileSync(new URL(`${name}/${file}`, CORPUS))).finally(stop)).toEqual({
      kind: 'refused',
    })
  })
})

import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {fuzz} from '../../scripts/fuzz/campaign.js'
import {allTargets} from './targets/index.js'

/** Every reader with as many changed copies of small files; `scripts/fuzz/run.ts` tries many more. */
const INPUTS = 2000

const folder = mkdtempSync(join(tmpdir(), 'surety-fuzz-test-'))
afterAll(() => rmSync(folder, {recursive: true}))

describe('changed files are read or refused:', async () => {
  for (const target of await allTargets()) {
    it(target.name, async () => {
      const findings: string[] = []
      const read = await target.open(mkdtempSync(join(folder, 'target-')))
      const tally = await fuzz({target, read, seed: 20, count: INPUTS, coverage: null, onFinding: (_, {what}) => findings.push(what)})
      expect(findings).toEqual([])
      // The seeds themselves are accepted, and changes are noticed.
      expect(tally.accepted).toBeGreaterThan(0)
      if (target.neverRefuses !== true) expect(tally.refused).toBeGreaterThan(INPUTS / 20)
    }, 300_000)
  }
})

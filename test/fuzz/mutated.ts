import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {fuzz} from '../../scripts/fuzz/campaign.js'
import type {Target} from '../../scripts/fuzz/target.js'
import {propertySeed} from '../support/property-seed.js'
import {scaled} from '../support/scale.js'
import {watchdog} from './watchdog.js'

/** `scripts/fuzz/run.ts` tries many more. */
const INPUTS = scaled(2000, 150)
const SLOW_INPUTS = scaled(60, 20)
const SEED = propertySeed(20)

/**
 * Each reader with as many changed copies of small files. Rooms have files of their own, so that they run beside each
 * other.
 */
export function tryChangedFiles(room: string, targets: readonly Target[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'surety-fuzz-test-'))
  afterAll(() => rmSync(folder, {recursive: true}))
  describe(`changed files of ${room} are read or refused:`, () => {
    it.each(targets.map((target) => [target.name, target] as const))(
      '%s',
      async (_, target) => {
        const findings: string[] = []
        const count = target.slow === true ? SLOW_INPUTS : INPUTS
        const read = await target.open(mkdtempSync(join(folder, 'target-')))
        const {beat, stop} = watchdog(target.name)
        const tally = await fuzz({
          target,
          read,
          seed: SEED,
          count,
          coverage: null,
          onInput: beat,
          onFinding: (_, {what}) => findings.push(what),
        }).finally(stop)
        expect(findings, `repeat with SURETY_PROPERTY_SEED=${SEED}`).toEqual([])
        // The seeds themselves are accepted, and changes are noticed.
        expect(tally.accepted).toBeGreaterThan(0)
        if (target.neverRefuses !== true) expect(tally.refused).toBeGreaterThan(count / 20)
      },
      300_000,
    )
  })
}
